'use client';

import { Button } from '@mantine/core';
import { IconTimelineEvent } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Notice } from '../../../shared/components/notice';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { lazily } from '../../../shared/lazily';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { type EventTypeItem, useEventTypes } from '../queries/use-event-types';
import type { CreateForm } from './create-form';
import { EventTypePanel } from './event-type-panel';
import classes from './integrations-room.module.css';
import { ListSheet } from './list-sheet';
import { useOpenRow } from './use-open-row';

const EventTypeForm = lazily(async () => (await import('./event-type-form')).EventTypeForm);

const NO_ROWS: readonly EventTypeItem[] = [];

const useEventTypeColumns = (): readonly Column<EventTypeItem>[] => {
  const words = useRoomText(INTEGRATIONS).eventTypes;
  const formats = useFormats();
  const nowMs = useNow(30_000);
  return useMemo(() => {
    const { columns } = words;
    const checkOf = ({ schema }: EventTypeItem) => (schema === null ? words.anyData : words.checked);
    return [
      {
        id: 'type',
        header: columns.type,
        track: 'minmax(10rem, 1.2fr)',
        shownFrom: 'narrow',
        cell: (row) => (
          <span className={cells.stack}>
            <span className={classes.name} title={row.type}>
              {row.type}
            </span>
            <span className={cells.second}>{checkOf(row)}</span>
          </span>
        ),
      },
      {
        id: 'description',
        header: columns.description,
        track: 'minmax(10rem, 2fr)',
        shownFrom: 'medium',
        cell: ({ description }) => <span title={description ?? undefined}>{description}</span>,
      },
      {
        id: 'data',
        header: columns.data,
        track: 'minmax(8rem, 1fr)',
        shownFrom: 'medium',
        cell: checkOf,
      },
      {
        id: 'version',
        header: columns.version,
        track: 'minmax(4.5rem, 0.4fr)',
        shownFrom: 'wide',
        align: 'end',
        numeric: true,
        cell: ({ version }) => formats.number(version),
      },
      {
        id: 'changed',
        header: columns.changed,
        track: 'minmax(6rem, 0.6fr)',
        shownFrom: 'wide',
        align: 'end',
        cell: ({ updated_at }) => (
          <time dateTime={updated_at} title={formats.dateTime(updated_at)}>
            {formats.ago(updated_at, nowMs)}
          </time>
        ),
      },
    ];
  }, [words, formats, nowMs]);
};

/** The event types that the clinic has described, with the schemas that their data must meet. */
export const EventTypeList = ({ isCreating, setCreating }: CreateForm) => {
  const words = useRoomText(INTEGRATIONS).eventTypes;
  const formats = useFormats();
  const polled = useEventTypes();
  const columns = useEventTypeColumns();
  const { openId, open, close, grid } = useOpenRow();
  const rows = polled.data?.rows ?? NO_ROWS;
  return (
    <>
      <ListSheet
        handle={grid}
        label={words.list}
        polled={polled}
        rows={rows}
        columns={columns}
        openId={openId}
        empty={
          <Notice icon={IconTimelineEvent} {...words.empty}>
            <Button onClick={() => setCreating(true)}>{words.create}</Button>
          </Notice>
        }
        status={formatMessage(words.shown, { n: rows.length, formatted: formats.number(rows.length) })}
        onOpen={(row) => open(row.id)}
      />
      {openId !== null && (
        <EventTypePanel
          key={openId}
          row={rows.find(({ id }) => id === openId)}
          isLoaded={polled.data !== undefined}
          onClose={close}
        />
      )}
      {isCreating && (
        <EventTypeForm
          row={null}
          onClose={(saved) => {
            setCreating(false);
            if (saved) open(saved.type);
          }}
        />
      )}
    </>
  );
};
