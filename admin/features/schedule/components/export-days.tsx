'use client';

import { ActionIcon, Radio, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { ExportDialog } from '../../../shared/export/export-dialog';
import { EXPORT } from '../../../shared/export/messages';
import { csvSeparator } from '../../../shared/export/save-file';
import { addDays } from '../../../shared/forms/calendar-days';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';

const SPANS = { day: 1, week: 7 } as const;
type Span = keyof typeof SPANS;

/** Monday of the week of a date. */
const mondayOf = (date: string): string =>
  addDays(date, -((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));

/** Saves the appointments of a day or its week as a file. */
export const ExportDays = ({ date }: { date: string }) => {
  const words = useRoomText(EXPORT);
  const formats = useFormats();
  const api = useApi();
  const [asked, setAsked] = useState(false);
  const [span, setSpan] = useState<Span>('day');
  const from = span === 'day' ? date : mondayOf(date);
  return (
    <>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={words.action}
        title={words.action}
        onClick={() => setAsked(true)}
      >
        <IconDownload size={18} aria-hidden="true" />
      </ActionIcon>
      {asked && (
        <ExportDialog
          title={words.appointments.title}
          fileName={`appointments-${from}.csv`}
          load={() =>
            api.download('GET', '/appointments/export', {
              query: { from, to: addDays(from, SPANS[span]), separator: csvSeparator() },
            })
          }
          onClose={() => setAsked(false)}
        >
          <Radio.Group
            label={words.appointments.days}
            value={span}
            onChange={(value) => setSpan(value === 'week' ? 'week' : 'day')}
          >
            <Stack gap="xs" mt="xs">
              <Radio
                value="day"
                label={formatMessage(words.appointments.day, { date: formats.date(date) })}
              />
              <Radio
                value="week"
                label={formatMessage(words.appointments.week, { date: formats.date(mondayOf(date)) })}
              />
            </Stack>
          </Radio.Group>
        </ExportDialog>
      )}
    </>
  );
};
