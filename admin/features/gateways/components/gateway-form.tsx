'use client';

import { NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { toast } from '../../../shared/components/toast';
import { errorsAt, fieldsOf } from '../../../shared/forms/draft-errors';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { GATEWAYS } from '../messages';
import { EMPTY_DRAFT, type GatewayDraft, STATUSES, toDraft, toReport, validateDraft } from '../model/draft';
import { type GatewayRow, useSaveGateway } from '../use-gateways';

const isField = fieldsOf(EMPTY_DRAFT);

/** Enters a gateway, or reports for it by hand. */
export const GatewayForm = ({
  gateway,
  taken,
  onClose,
  onSaved,
}: {
  /** Absent for a new one. */
  gateway?: GatewayRow;
  /** Names that a new one cannot have. */
  taken?: ReadonlySet<string>;
  onClose: () => void;
  onSaved: (id: string) => void;
}) => {
  const text = useText();
  const words = useRoomText(GATEWAYS);
  const save = useSaveGateway();
  const form = useForm<GatewayDraft>({
    mode: 'controlled',
    initialValues: gateway ? toDraft(gateway) : EMPTY_DRAFT,
    validate: (draft) => ({
      ...validateDraft(draft, words.form.errors),
      ...(taken?.has(draft.gateway_id.trim()) ? { gateway_id: words.form.errors.idTaken } : {}),
    }),
  });
  const submit = (draft: GatewayDraft) => {
    const id = draft.gateway_id.trim();
    save.mutate(
      { id, body: toReport(draft, gateway?.metadata ?? {}) },
      {
        onSuccess: () => {
          void toast({ tone: 'success', message: formatMessage(words.told.saved, { name: id }) });
          onSaved(id);
        },
        onError: (error) =>
          markRefused(form, error, (_code, fields) =>
            errorsAt(fields, (part) => (isField(part) ? part : undefined), words.form.errors.other),
          ),
      },
    );
  };
  const common = { disabled: save.isPending, autoComplete: 'off', spellCheck: false };
  return (
    <FormDrawer
      title={
        gateway ? formatMessage(words.form.editTitle, { name: gateway.gateway_id }) : words.form.createTitle
      }
      submitLabel={words.form.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) =>
        hasCode(error, 'too_many_objects') ? words.form.tooMany : describeFailure(error, text),
      )}
      onSubmit={submit}
      onClose={onClose}
    >
      <Stack gap="md">
        {!gateway && (
          <TextInput
            {...common}
            required
            label={words.form.id}
            description={words.form.idHint}
            autoCapitalize="none"
            data-autofocus
            key={form.key('gateway_id')}
            {...form.getInputProps('gateway_id')}
          />
        )}
        <TextInput
          {...common}
          required
          label={words.form.type}
          description={words.form.typeHint}
          key={form.key('gateway_type')}
          {...form.getInputProps('gateway_type')}
        />
        <NativeSelect
          label={words.form.status}
          disabled={save.isPending}
          data={STATUSES.map((value) => ({ value, label: words.status[value] }))}
          key={form.key('status')}
          {...form.getInputProps('status')}
        />
        <TextInput
          {...common}
          label={words.form.expect}
          description={words.form.expectHint}
          inputMode="numeric"
          key={form.key('expect_every_s')}
          {...form.getInputProps('expect_every_s')}
        />
        <Text size="sm" c="dimmed">
          {words.form.counts}
        </Text>
      </Stack>
    </FormDrawer>
  );
};
