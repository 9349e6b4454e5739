'use client';

import { useForm } from '@mantine/form';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Colleague, collisionsOf } from '../../../shared/forms/colleague';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useMergingSave } from '../../../shared/forms/use-merging-save';
import { useApi } from '../../../shared/session/context';
import { webhookInput } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import {
  refusedWebhookFields,
  toWebhookChange,
  toWebhookDraft,
  validateWebhook,
  WEBHOOK_FIELDS,
  type WebhookDraft,
} from '../model/webhook-draft';
import { useChangeWebhook, type Webhook } from '../queries/use-webhooks';
import { WebhookFields } from './webhook-fields';

/** Changes the settings of a webhook. */
export const EditWebhook = ({ row, onClose }: { row: Webhook; onClose: () => void }) => {
  const text = useText();
  const { webhooks: words, views } = useRoomText(INTEGRATIONS);
  const [opened] = useState(row);
  const form = useForm<WebhookDraft>({
    mode: 'controlled',
    initialValues: toWebhookDraft(opened),
    validate: (draft) => ({ ...validateWebhook(draft, words.form.errors) }),
  });
  const api = useApi();
  const change = useChangeWebhook(opened.id);
  const { save, merged, conflicts, settle } = useMergingSave(
    {
      opened,
      fields: WEBHOOK_FIELDS,
      toDraft: toWebhookDraft,
      toBody: toWebhookChange,
      load: () => api.call('GET', '/webhooks/:id', { params: { id: opened.id } }),
      save: (body, ifMatch) => change.mutateAsync({ body, ifMatch }),
      held: () => row,
      onSaved: onClose,
    },
    { getValues: () => form.getValues(), adopt: (draft) => form.setValues(draft) },
  );
  const submit = () =>
    save.mutate(undefined, {
      onError: (error) =>
        markRefused(form, error, (_, fields) => refusedWebhookFields(fields, words.form.errors)),
    });
  return (
    <FormDrawer
      title={words.form.editTitle}
      inputName={webhookInput(opened.id)}
      submitLabel={words.form.saveChanges}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={submit}
      onClose={onClose}
    >
      {merged && (
        <Colleague
          title={words.form.savedMeanwhile}
          collisions={collisionsOf<WebhookDraft>({
            fields: WEBHOOK_FIELDS,
            conflicts,
            labelOf: (field) => (field === 'payload' ? words.form.view : words.form[field]),
            onTake: (field, theirs) => {
              form.setValues({ [field]: theirs });
              settle(field);
            },
            shown: (field, theirs) =>
              field === 'payload' && conflicts.payload ? views[conflicts.payload] : theirs,
          })}
        />
      )}
      <WebhookFields form={form} disabled={save.isPending} />
    </FormDrawer>
  );
};
