import { Button } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconClockPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { type ClinicSetup, foldName } from '../../../shared/clinic-setup/use-clinic-setup';
import { isCalendarDate } from '../../../shared/forms/calendar-days';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { dayBounds, MINUTE_MS } from '../model/clock';
import { type AppointmentDraft, toDateAndTime, toInstant } from '../model/draft';

/** Looks for the next time at which practitioner and room are free, and enters it. Pressed again, for the one after. */
export const NextFreeTime = ({
  form,
  draft,
  setup,
  disabled,
}: {
  form: UseFormReturnType<AppointmentDraft>;
  draft: AppointmentDraft;
  setup: ClinicSetup | undefined;
  disabled: boolean;
}) => {
  const text = useText();
  const words = useRoomText(scheduleText).nextFree;
  const formats = useFormats();
  const { timeZone } = formats;
  const api = useApi();
  const [said, setSaid] = useState('');
  const named = (rows: ClinicSetup['rooms'] | undefined, name: string) =>
    name.trim() === ''
      ? undefined
      : rows?.find((row) => row.active && foldName(row.name) === foldName(name))?.id;
  const practitioner_id = named(setup?.practitioners, draft.practitioner);
  const room_id = named(setup?.rooms, draft.room);
  const minutes = Number(draft.duration_minutes);
  const find = useMutation({
    mutationFn: () => {
      const chosen = toInstant(draft, timeZone);
      const fromMs =
        chosen !== null
          ? Date.parse(chosen) + MINUTE_MS
          : isCalendarDate(draft.date)
            ? dayBounds(draft.date, timeZone).startMs
            : 0;
      const body = {
        ...(practitioner_id === undefined ? {} : { practitioner_id }),
        ...(room_id === undefined ? {} : { room_id }),
        duration_minutes: minutes,
        after: new Date(Math.max(Date.now(), fromMs)).toISOString(),
        limit: 1,
      };
      return api.call('POST', '/appointments/free-slots', { body });
    },
    onSuccess: ({ data: [slot] }) => {
      if (!slot) {
        setSaid(words.none);
        return;
      }
      const when = toDateAndTime(Date.parse(slot.from), timeZone);
      form.setFieldValue('date', when.date);
      form.setFieldValue('time', when.time);
      setSaid(`${formats.fullDate(when.date)}, ${formats.clock(slot.from)}`);
    },
    onError: (error) => setSaid(describeFailure(error, text).hint),
  });
  const askable =
    (practitioner_id ?? room_id) !== undefined &&
    Number.isInteger(minutes) &&
    minutes >= 1 &&
    minutes <= 1440;
  return (
    <div style={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: '0.75rem' }}>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconClockPlus size={16} aria-hidden="true" />}
        loading={find.isPending}
        disabled={disabled || !askable}
        onClick={() => find.mutate()}
      >
        {words.action}
      </Button>
      <span role="status" style={{ fontSize: 'var(--mantine-font-size-sm)' }}>
        {askable ? said : words.hint}
      </span>
    </div>
  );
};
