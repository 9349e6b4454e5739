'use client';

import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { NotificationPreferences } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { toast } from '../../../shared/components/toast';
import { FormDrawer } from '../../../shared/forms/form-drawer';
import { TimeField } from '../../../shared/forms/time-field';
import { isIsoTime } from '../../../shared/forms/typed-time';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { playTone } from '../model/alert';
import { usePreferences, useSavePreferences } from '../use-preferences';
import { PushSwitch } from './push-switch';

interface Draft {
  readonly sound: boolean;
  readonly desktop: boolean;
  readonly isQuiet: boolean;
  readonly from: string;
  readonly to: string;
}

const toDraft = ({ sound, desktop, quiet_hours }: NotificationPreferences): Draft => ({
  sound,
  desktop,
  isQuiet: quiet_hours !== null,
  from: quiet_hours?.from ?? '22:00',
  to: quiet_hours?.to ?? '06:00',
});

const Form = ({ current, onClose }: { current: NotificationPreferences; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).preferences;
  const { timeZone } = useFormats();
  const save = useSavePreferences();
  const [isBlocked, setBlocked] = useState(
    () => 'Notification' in window && Notification.permission === 'denied',
  );
  const zone = current.quiet_hours?.time_zone ?? timeZone;
  const form = useForm<Draft>({
    mode: 'controlled',
    initialValues: toDraft(current),
    validate: (draft) => ({
      ...(draft.isQuiet && !isIsoTime(draft.from) ? { from: words.timeMissing } : {}),
      ...(draft.isQuiet && !isIsoTime(draft.to) ? { to: words.timeMissing } : {}),
    }),
  });
  const { isQuiet } = form.values;
  const chooseDesktop = async (wanted: boolean) => {
    form.setFieldValue('desktop', wanted);
    if (!wanted || !('Notification' in window)) return;
    setBlocked((await Notification.requestPermission()) === 'denied');
  };
  return (
    <FormDrawer
      title={words.title}
      submitLabel={words.save}
      form={form}
      pending={save.isPending}
      failure={save.error && describeFailure(save.error, text)}
      onSubmit={({ sound, desktop, from, to }) =>
        save.mutate(
          { sound, desktop, quiet_hours: isQuiet ? { from, to, time_zone: zone } : null },
          {
            onSuccess: () => {
              onClose();
              void toast({ tone: 'success', message: words.saved });
            },
          },
        )
      }
      onClose={onClose}
    >
      <Stack gap="lg">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Switch
            label={words.sound}
            description={words.soundHint}
            {...form.getInputProps('sound', { type: 'checkbox' })}
          />
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => void playTone('critical').catch(() => undefined)}
          >
            {words.try}
          </Button>
        </Group>
        <Switch
          label={words.desktop}
          description={words.desktopHint}
          checked={form.values.desktop}
          onChange={(event) => void chooseDesktop(event.currentTarget.checked)}
        />
        {form.values.desktop && isBlocked && <Alert color="orange">{words.blocked}</Alert>}
        <PushSwitch />
        <Switch
          label={words.quiet}
          description={words.quietHint}
          {...form.getInputProps('isQuiet', { type: 'checkbox' })}
        />
        {isQuiet && (
          <>
            <Group grow align="flex-start">
              <TimeField label={words.from} required {...form.getInputProps('from')} />
              <TimeField endsDay label={words.to} required {...form.getInputProps('to')} />
            </Group>
            <Text size="sm" c="dimmed">
              {formatMessage(words.zone, { zone: zone.replaceAll('_', ' ') })}
            </Text>
          </>
        )}
      </Stack>
    </FormDrawer>
  );
};

/** How the person is told of notices, on all of their screens. */
export const Preferences = ({ onClose }: { onClose: () => void }) => {
  const current = usePreferences();
  return current === undefined ? null : <Form current={current} onClose={onClose} />;
};
