'use client';

import { useForm } from '@mantine/form';
import type { WebhookCreated } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { NEW_WEBHOOK } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import {
  EMPTY_WEBHOOK,
  refusedWebhookFields,
  toWebhookBody,
  validateWebhook,
  type WebhookDraft,
} from '../model/webhook-draft';
import { useCreateWebhook } from '../queries/use-webhooks';
import { ShownOnce } from './shown-once';
import { WebhookFields } from './webhook-fields';

/** Adds a webhook and then shows its secret, once. */
export const CreateWebhook = ({ onClose }: { onClose: (created?: WebhookCreated) => void }) => {
  const text = useText();
  const { webhooks: words } = useRoomText(INTEGRATIONS);
  const create = useCreateWebhook();
  const [made, setMade] = useState<WebhookCreated | null>(null);
  const form = useForm<WebhookDraft>({
    mode: 'controlled',
    initialValues: EMPTY_WEBHOOK,
    validate: (draft) => ({ ...validateWebhook(draft, words.form.errors) }),
  });
  const save = (draft: WebhookDraft) =>
    create.mutate(toWebhookBody(draft), {
      onSuccess: setMade,
      onError: (error) =>
        markRefused(form, error, (_, fields) => refusedWebhookFields(fields, words.form.errors)),
    });
  if (made) {
    return (
      <ShownOnce
        title={words.secret.title}
        hint={words.secret.hint}
        label={words.secret.label}
        copyLabel={words.secret.copy}
        secret={made.secret}
        onDone={() => onClose(made)}
      />
    );
  }
  return (
    <FormDrawer
      title={words.form.createTitle}
      inputName={NEW_WEBHOOK}
      submitLabel={words.form.save}
      form={form}
      pending={create.isPending}
      failure={failureBeside(form, create.error, (error) =>
        hasCode(error, 'too_many_objects') ? words.failed.tooMany : describeFailure(error, text),
      )}
      onSubmit={save}
      onClose={() => onClose()}
    >
      <WebhookFields form={form} disabled={create.isPending} />
    </FormDrawer>
  );
};
