'use client';

import { Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import {
  EMPTY_EVENT_TYPE,
  type EventTypeDraft,
  refusedEventTypeFields,
  toEventTypeBody,
  toEventTypeDraft,
  validateEventType,
} from '../model/event-type-draft';
import { type EventType, usePutEventType } from '../queries/use-event-types';

/** Describes an event type, or changes the description of one. */
export const EventTypeForm = ({
  row,
  onClose,
}: {
  /** Null: a new one. */
  row: EventType | null;
  onClose: (saved?: EventType) => void;
}) => {
  const text = useText();
  const words = useRoomText(INTEGRATIONS).eventTypes;
  const put = usePutEventType();
  const form = useForm<EventTypeDraft>({
    mode: 'controlled',
    initialValues: row ? toEventTypeDraft(row) : EMPTY_EVENT_TYPE,
    validate: (draft) => ({ ...validateEventType(draft, words.form.errors) }),
  });
  const save = (draft: EventTypeDraft) =>
    put.mutate(
      { type: draft.type.trim(), body: toEventTypeBody(draft) },
      {
        onSuccess: onClose,
        onError: (error) =>
          markRefused(form, error, (code, fields) => refusedEventTypeFields(code, fields, words.form.errors)),
      },
    );
  const common = { autoComplete: 'off', spellCheck: false };
  return (
    <FormDrawer
      title={row ? words.form.editTitle : words.form.createTitle}
      submitLabel={words.form.save}
      form={form}
      pending={put.isPending}
      failure={failureBeside(form, put.error, (error) =>
        hasCode(error, 'too_many_objects') ? words.failed.tooMany : describeFailure(error, text),
      )}
      onSubmit={save}
      onClose={() => onClose()}
    >
      <Stack gap="lg">
        <TextInput
          {...common}
          label={words.columns.type}
          description={words.form.typeHint}
          required
          withAsterisk
          data-autofocus={row === null || undefined}
          disabled={put.isPending || row !== null}
          key={form.key('type')}
          {...form.getInputProps('type')}
        />
        <TextInput
          {...common}
          label={words.columns.description}
          disabled={put.isPending}
          data-autofocus={row !== null || undefined}
          key={form.key('description')}
          {...form.getInputProps('description')}
        />
        <Textarea
          {...common}
          label={words.form.schema}
          description={words.form.schemaHint}
          autosize
          minRows={8}
          maxRows={24}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          disabled={put.isPending}
          key={form.key('schema')}
          {...form.getInputProps('schema')}
        />
      </Stack>
    </FormDrawer>
  );
};
