'use client';

import { Radio, Select, Stack, Text, Textarea } from '@mantine/core';
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
import { EMPTY_DRAFT, type NotificationDraft, toBody, validateDraft } from '../model/draft';
import classes from './notice.module.css';
import { NoticeBody } from './notice-body';

const LEVELS = ['info', 'warning', 'error'] as const;

/** Writes a notification, shows how it will look, and asks once more before it is on every screen. */
export const Compose = ({ onClose }: { onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS);
  const api = useApi();
  const isSuper = useMe().role === 'super_admin';
  const tenants = useTenants();
  const keyFor = useIdempotencyKey();
  const [asking, setAsking] = useState(false);
  const form = useForm<NotificationDraft>({
    mode: 'controlled',
    initialValues: EMPTY_DRAFT,
    validate: (draft) => ({ ...validateDraft(draft, isSuper, words.compose) }),
  });
  const draft = form.values;
  const send = useMutation({
    mutationFn: () => {
      const body = toBody(draft, isSuper);
      return api.call('POST', '/notifications', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: (answer) => {
      onClose();
      // Everybody else sees what they sent, on this very screen.
      const clinics = 'data' in answer ? answer.data.length : 1;
      if (isSuper) void toast({ tone: 'success', message: formatMessage(words.sent, { n: clinics }) });
    },
  });
  const title = (): string => {
    if (!isSuper) return words.confirm.titleOwn;
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
  return (
    <>
      <FormDrawer
        title={words.compose.title}
        inputName={NEW_NOTIFICATION}
        submitLabel={words.compose.review}
        form={form}
        pending={send.isPending}
        failure={null}
        onSubmit={() => setAsking(true)}
        onClose={onClose}
      >
        <Stack gap="md">
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
          {isSuper && (
            <Radio.Group label={words.compose.to} {...form.getInputProps('to')}>
              <Stack gap="xs" mt="xs">
                <Radio value="one" label={words.compose.oneClinic} />
                <Radio value="all" label={words.compose.allClinics} />
              </Stack>
            </Radio.Group>
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
          <div>
            <Text size="sm" fw={500} mb={4}>
              {words.compose.preview}
            </Text>
            <div className={classes.preview}>
              <NoticeBody
                level={draft.level}
                title={null}
                test={false}
                message={draft.message.trim() || words.compose.previewEmpty}
              />
            </div>
          </div>
        </Stack>
      </FormDrawer>
      {asking && (
        <Confirm
          title={title()}
          hint={words.confirm.hint}
          action={words.confirm.action}
          color="ward"
          pending={send.isPending}
          failure={send.error && describeFailure(send.error, text)}
          onConfirm={() => send.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
};
