'use client';

import { Checkbox, Radio, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { FormDrawer } from '../../../shared/forms/form-drawer';
import { useApi, useMe } from '../../../shared/session/context';
import { NEW_NOTIFICATION } from '../../../shared/session/input-names';
import { useTenants } from '../../../shared/tenants/use-tenants';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { EMPTY_DRAFT, EXPIRIES, type NotificationDraft, toBody, validateDraft } from '../model/draft';
import { usePolicies } from '../use-policies';
import { EscalationFields } from './escalation-fields';
import classes from './notice.module.css';
import { NoticeBody } from './notice-body';
import { TargetField } from './target-field';

const LEVELS = ['info', 'warning', 'error'] as const;

/** Writes a notice, shows how it will look, and asks once more before it is on every screen. */
export const Compose = ({
  initial,
  onClose,
  onSent,
}: {
  /** What the form begins with; an empty notice unless given. */
  initial?: Partial<NotificationDraft>;
  onClose: () => void;
  /** Called with the id of the notice, of one clinic alone. */
  onSent?: (id: string) => void;
}) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS);
  const api = useApi();
  const isSuper = useMe().role === 'super_admin';
  const tenants = useTenants();
  const policies = usePolicies(!isSuper);
  const keyFor = useIdempotencyKey();
  // A time of expiry that is counted from now would make every attempt another body.
  const [askedMs, setAskedMs] = useState<number | null>(null);
  const form = useForm<NotificationDraft>({
    mode: 'controlled',
    initialValues: { ...EMPTY_DRAFT, ...initial },
    validate: (draft) => validateDraft(draft, isSuper, words.compose, words.escalation),
  });
  const draft = form.values;
  const send = useMutation({
    mutationFn: (nowMs: number) => {
      const body = toBody(draft, isSuper, nowMs);
      return api.call('POST', '/notifications', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: (answer) => {
      onClose();
      const clinics = 'data' in answer ? answer.data.length : 1;
      void toast({ tone: 'success', message: formatMessage(words.sent, { n: clinics }) });
      if ('id' in answer) onSent?.(answer.id);
    },
  });
  const title = (): string => {
    if (!isSuper) {
      if (draft.isDrill) return words.confirm.titleDrill;
      return draft.audience.kind === 'all' ? words.confirm.titleOwn : words.confirm.titleSome;
    }
    const active = tenants?.filter(({ status }) => status === 'active').length;
    if (draft.to === 'all') {
      return active === undefined
        ? words.confirm.titleAll
        : formatMessage(words.confirm.titleCount, { n: active });
    }
    return formatMessage(words.confirm.titleOne, {
      clinic: tenants?.find(({ id }) => id === draft.tenantId)?.name ?? '',
    });
  };
  const error = form.errors['audience'];
  return (
    <>
      <FormDrawer
        title={words.compose.title}
        inputName={NEW_NOTIFICATION}
        submitLabel={words.compose.review}
        form={form}
        pending={send.isPending}
        failure={null}
        onSubmit={() => setAskedMs(Date.now())}
        onClose={onClose}
      >
        <Stack gap="md">
          <TextInput label={words.compose.subject} {...form.getInputProps('title')} />
          <Textarea
            label={words.compose.message}
            description={words.compose.messageHint}
            required
            withAsterisk
            autosize
            minRows={3}
            maxRows={10}
            data-autofocus
            {...form.getInputProps('message')}
          />
          <Radio.Group label={words.compose.level} {...form.getInputProps('level')}>
            <Stack gap="xs" mt="xs">
              {LEVELS.map((level) => (
                <Radio
                  key={level}
                  value={level}
                  label={words.level[level]}
                  description={words.compose.levelHints[level]}
                />
              ))}
            </Stack>
          </Radio.Group>
          {isSuper ? (
            <Radio.Group label={words.compose.to} {...form.getInputProps('to')}>
              <Stack gap="xs" mt="xs">
                <Radio value="one" label={words.compose.oneClinic} />
                <Radio value="all" label={words.compose.allClinics} />
              </Stack>
            </Radio.Group>
          ) : (
            <TargetField
              label={words.compose.to}
              hasAll
              value={draft.audience}
              error={typeof error === 'string' ? error : undefined}
              onChange={(audience) => {
                form.setFieldValue('audience', audience);
                form.clearFieldError('audience');
              }}
            />
          )}
          {isSuper && draft.to === 'one' && (
            <Select
              label={words.compose.clinic}
              placeholder={words.compose.clinicPlaceholder}
              data={tenants?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
              searchable
              required
              withAsterisk
              limit={100}
              {...form.getInputProps('tenantId')}
              onChange={(value) => form.setFieldValue('tenantId', value ?? '')}
            />
          )}
          {!isSuper && (
            <>
              <Switch
                label={words.compose.requiresAck}
                description={words.compose.requiresAckHint}
                {...form.getInputProps('requiresAck', { type: 'checkbox' })}
              />
              {draft.requiresAck && (
                <>
                  <Select
                    label={words.compose.policy}
                    data={[
                      { value: '', label: words.compose.ownSteps },
                      ...policies.rows.map(({ id, name }) => ({ value: id, label: name })),
                    ]}
                    allowDeselect={false}
                    {...form.getInputProps('policyId')}
                    onChange={(value) => form.setFieldValue('policyId', value ?? '')}
                  />
                  {draft.policyId === '' && (
                    <EscalationFields
                      value={draft}
                      errors={form.errors}
                      onChange={(change) => {
                        form.setValues(change);
                        form.clearErrors();
                      }}
                    />
                  )}
                </>
              )}
            </>
          )}
          <TextInput
            label={words.compose.link}
            description={words.compose.linkHint}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('link')}
          />
          <Select
            label={words.compose.expires}
            data={EXPIRIES.map((value) => ({
              value,
              label:
                value === '' ? words.compose.never : formatMessage(words.compose.hours, { n: Number(value) }),
            }))}
            allowDeselect={false}
            {...form.getInputProps('expiresInHours')}
            onChange={(value) => form.setFieldValue('expiresInHours', value ?? '')}
          />
          <Checkbox
            label={words.compose.drill}
            description={words.compose.drillHint}
            {...form.getInputProps('isDrill', { type: 'checkbox' })}
          />
          <div>
            <Text size="sm" fw={500} mb={4}>
              {words.compose.preview}
            </Text>
            <div className={classes.preview}>
              <NoticeBody
                level={draft.level}
                title={draft.title.trim() || null}
                test={draft.isDrill}
                message={draft.message.trim() || words.compose.previewEmpty}
              />
            </div>
          </div>
        </Stack>
      </FormDrawer>
      {askedMs !== null && (
        <Confirm
          title={title()}
          hint={draft.isDrill ? words.confirm.hintDrill : words.confirm.hint}
          action={words.confirm.action}
          color="ward"
          pending={send.isPending}
          failure={send.error && describeFailure(send.error, text)}
          onConfirm={() => send.mutate(askedMs)}
          onClose={() => setAskedMs(null)}
        />
      )}
    </>
  );
};
