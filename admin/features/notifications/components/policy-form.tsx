'use client';

import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { EscalationPolicy } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { FormDrawer, failureBeside } from '../../../shared/forms/form-drawer';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import {
  EMPTY_ESCALATION,
  type EscalationDraft,
  fromPolicy,
  toEscalation,
  validateEscalation,
} from '../model/escalation-draft';
import { usePreviewPolicy, useSavePolicy } from '../use-policies';
import classes from './escalation.module.css';
import { EscalationFields } from './escalation-fields';

interface PolicyDraft extends EscalationDraft {
  readonly name: string;
}

const MAX_NAME = 200;

/** Names who would be told now, step by step. */
const Preview = ({ draft, isSound }: { draft: EscalationDraft; isSound: () => boolean }) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).policies;
  const preview = usePreviewPolicy();
  const steps = preview.data?.steps.filter(({ step }) => step > 0) ?? [];
  return (
    <div>
      <Button
        variant="light"
        loading={preview.isPending}
        onClick={() => isSound() && preview.mutate(toEscalation(draft))}
      >
        {words.preview}
      </Button>
      <div role="status">
        {preview.error && <Alert color="red">{describeFailure(preview.error, text).title}</Alert>}
        {steps.length > 0 && (
          <ol className={classes.preview}>
            {steps.map(({ step, people }) => (
              <li key={step}>
                {people.length === 0 ? (
                  <span className={classes.nobody}>{words.nobody}</span>
                ) : (
                  people.map(({ user_id, name, online }, index) => (
                    <span key={user_id}>
                      {index > 0 && ', '}
                      {name ?? user_id}
                      {online && <span className={classes.online}> ({words.online})</span>}
                    </span>
                  ))
                )}
                {step === steps.at(-1)?.step && ` – ${words.last}`}
              </li>
            ))}
          </ol>
        )}
      </div>
    </div>
  );
};

/** Creates an escalation policy or changes one. */
export const PolicyForm = ({
  policy,
  onClose,
}: {
  /** Null: a new one. */
  policy: EscalationPolicy | null;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS);
  const save = useSavePolicy(policy);
  const form = useForm<PolicyDraft>({
    mode: 'controlled',
    initialValues: policy ? { name: policy.name, ...fromPolicy(policy) } : { name: '', ...EMPTY_ESCALATION },
    validate: (draft) => {
      const name = draft.name.trim();
      return {
        ...(name === '' || name.length > MAX_NAME ? { name: words.policies.nameMissing } : {}),
        ...validateEscalation(draft, words.escalation),
      };
    },
  });
  return (
    <FormDrawer
      title={policy ? formatMessage(words.policies.editTitle, { name: policy.name }) : words.policies.create}
      submitLabel={words.policies.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) =>
        hasCode(error, 'version_mismatch')
          ? words.policies.changed
          : hasCode(error, 'too_many_objects')
            ? words.policies.tooMany
            : describeFailure(error, text),
      )}
      onSubmit={(draft) =>
        save.mutate({ name: draft.name.trim(), ...toEscalation(draft) }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <Stack gap="lg">
        <TextInput
          label={words.policies.name}
          required
          withAsterisk
          data-autofocus
          {...form.getInputProps('name')}
        />
        <EscalationFields
          value={form.values}
          errors={form.errors}
          onChange={(change) => {
            form.setValues(change);
            form.clearErrors();
          }}
        />
        <Preview
          draft={form.values}
          isSound={() => {
            const errors = validateEscalation(form.values, words.escalation);
            form.setErrors(errors);
            return Object.keys(errors).length === 0;
          }}
        />
      </Stack>
    </FormDrawer>
  );
};
