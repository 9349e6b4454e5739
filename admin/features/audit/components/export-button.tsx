'use client';

import { Button, Group, Modal, Radio, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { csvSeparator, saveFile } from '../../../shared/export/save-file';
import { DateField } from '../../../shared/forms/date-field';
import { useApi } from '../../../shared/session/context';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { type AuditFilter, dayAfter } from '../filter';
import { AUDIT } from '../messages';

const FORMATS = ['csv', 'ndjson', 'fhir'] as const;
type Format = (typeof FORMATS)[number];
const ENDINGS: Record<Format, string> = { csv: 'csv', ndjson: 'ndjson', fhir: 'fhir.ndjson' };

const monthBefore = (date: string): string => {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCMonth(day.getUTCMonth() - 1);
  return day.toISOString().slice(0, 10);
};

const ExportForm = ({ filter, onDone }: { filter: AuditFilter; onDone: () => void }) => {
  const text = useText();
  const words = useRoomText(AUDIT).export;
  const api = useApi();
  // the server reads the days by the clinic's clock
  const today = todayIn(useFormats().timeZone);
  const [to, setTo] = useState(filter.to ?? today);
  const [from, setFrom] = useState(filter.from ?? monthBefore(filter.to ?? today));
  const [format, setFormat] = useState<Format>('csv');
  const load = useMutation({
    mutationFn: () =>
      api.download('GET', '/audit/export', {
        query: {
          from,
          to: dayAfter(to),
          format,
          separator: csvSeparator(),
          tenant_id: filter.tenantId ?? undefined,
        },
      }),
    onSuccess: (content) => {
      saveFile(content, `audit-${from}-${to}.${ENDINGS[format]}`);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    load.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Group grow>
          <DateField label={words.from} value={from} max={to} required data-autofocus onChange={setFrom} />
          <DateField label={words.to} value={to} min={from} required onChange={setTo} />
        </Group>
        <Radio.Group
          label={words.format}
          value={format}
          onChange={(value) => setFormat(FORMATS.find((each) => each === value) ?? 'csv')}
        >
          <Stack gap="xs" mt="xs">
            {FORMATS.map((value) => (
              <Radio key={value} value={value} label={words.formats[value]} />
            ))}
          </Stack>
        </Radio.Group>
        {load.error && <p role="alert">{describeFailure(load.error, text).hint}</p>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {text.app.close}
          </Button>
          <Button type="submit" loading={load.isPending}>
            {words.download}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** Saves the log of some days as a file. */
export const ExportButton = ({ filter }: { filter: AuditFilter }) => {
  const text = useText();
  const words = useRoomText(AUDIT).export;
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDownload size={18} aria-hidden="true" />}
        onClick={() => setAsked(true)}
      >
        {words.action}
      </Button>
      {asked && (
        <Modal
          opened
          onClose={() => setAsked(false)}
          title={words.title}
          centered
          closeButtonProps={{ 'aria-label': text.app.close }}
        >
          <ExportForm filter={filter} onDone={() => setAsked(false)} />
        </Modal>
      )}
    </>
  );
};
