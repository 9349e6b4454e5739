'use client';

import { Button, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFilterOff, IconTimelineEvent } from '@tabler/icons-react';
import { useConnection } from '@wardbell/client/react';
import { useMemo, useRef, useState } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { ColumnMenu } from '../../../shared/grid/column-menu';
import type { Column } from '../../../shared/grid/columns';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useShownColumns } from '../../../shared/grid/use-shown-columns';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useRecentChanges } from '../../../shared/hooks/use-recent-changes';
import { lazily } from '../../../shared/lazily';
import { AddressFilters } from '../../../shared/lists/filters';
import { useDefaultAddress } from '../../../shared/lists/use-default-address';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { ZoneNote } from '../../../shared/room/zone-note';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import { type EventFrame, type EventLog, useEventLog } from '../use-event-log';
import { useEventColumns } from './columns';
import classes from './events-room.module.css';
import { isEventType, TypeFilter } from './type-filter';

const EventPanel = lazily(async () => (await import('./event-panel')).EventPanel);

const FILTERED = ['type'] as const;
const OPEN = ['seq'] as const;

const Status = ({
  log,
  columns,
  following,
}: {
  log: EventLog;
  columns: readonly Column<EventFrame>[];
  following: boolean;
}) => {
  const text = useText();
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const { state } = useConnection();
  if (log.rows.length === 0) return null;
  const loaded = formats.number(log.rows.length);
  return (
    <div className={room.status}>
      <span>
        {log.loadingMore
          ? words.loadingMore
          : log.complete
            ? formatMessage(words.loadedAll, { formatted: loaded })
            : formatMessage(words.loadedSome, { formatted: loaded })}
      </span>
      <ZoneNote />
      <ColumnMenu grid="events" columns={columns} />
      {log.error ? (
        <span className={room.warning} role="alert">
          {words.loadMoreFailed}{' '}
          <UnstyledButton className={room.link} onClick={log.retry}>
            {text.app.retry}
          </UnstyledButton>
        </span>
      ) : !log.live ? (
        <span className={room.warning}>
          {state.liveAtMs === null
            ? text.connection.staleUnknown
            : formatMessage(text.connection.stale, { time: formats.time(state.liveAtMs) })}
        </span>
      ) : (
        <span>{following ? words.following : words.paused}</span>
      )}
    </div>
  );
};

/** The clinic's log of events: what happens now at the top, what happened before below it. */
export const EventsRoom = () => {
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const address = useAddress();
  useDefaultAddress('events', address);
  const asked = address.get('type');
  const type = isEventType(asked) ? asked : null;
  /** The newest number when the reader left the top; null while they follow. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const log = useEventLog(type, leftAt === null);
  const columns = useEventColumns();
  const shown = useShownColumns('events', columns);
  const marks = useRecentChanges(['*'], (event) =>
    'seq' in event ? { id: event.id, kind: 'created', version: event.seq } : undefined,
  );
  const grid = useRef<GridHandle>(null);
  const seen = useMemo(() => [...new Set(log.rows.map((row) => row.type))], [log.rows]);
  const newest = log.rows[0]?.seq ?? 0;
  const unseen = leftAt === null ? 0 : log.rows.findIndex(({ seq }) => seq <= leftAt);
  const openSeq = address.get('seq');
  const open = log.rows.find(({ seq }) => String(seq) === openSeq);
  const close = () => {
    address.set({ seq: null }, 'push');
    grid.current?.focus();
  };
  useHotkey('Escape', () => openSeq !== null && close());

  return (
    <Room
      title={words.title}
      bar={
        <>
          <TypeFilter
            key={type ?? ''}
            value={type}
            seen={seen}
            onChange={(next) => address.set({ type: next })}
          />
          <AddressFilters list="events" address={address} names={FILTERED} without={OPEN} />
        </>
      }
    >
      <div className={`${room.sheet} ${classes.sheet}`}>
        {log.loading || log.rows.length > 0 ? (
          <>
            {unseen > 0 && (
              <Button
                className={classes.news}
                size="compact-md"
                radius="xl"
                leftSection={<IconArrowUp size={16} aria-hidden="true" />}
                onClick={() => {
                  grid.current?.scrollToTop();
                  grid.current?.focus();
                }}
              >
                {formatMessage(words.news, { n: unseen, formatted: formats.number(unseen) })}
              </Button>
            )}
            <Grid
              handle={grid}
              label={words.title}
              rows={log.rows}
              columns={shown}
              loading={log.loading}
              complete={log.complete}
              stale={!log.live && !log.loading}
              marks={marks}
              markLabels={{ created: words.justAdded, updated: words.justAdded }}
              onNearEnd={log.loadMore}
              onAtTop={(atTop) => setLeftAt(atTop ? null : newest)}
              openId={open?.id ?? null}
              onOpen={(event) => address.set({ seq: String(event.seq) }, 'push')}
            />
          </>
        ) : (
          <div className={room.notice} role="status">
            {log.error ? (
              <FailureNotice error={log.error} onRetry={log.retry} />
            ) : type !== null ? (
              <Notice icon={IconFilterOff} {...words.nothingFound}>
                <Button variant="light" onClick={() => address.set({ type: null })}>
                  {words.showAll}
                </Button>
              </Notice>
            ) : (
              <Notice icon={IconTimelineEvent} {...words.empty} />
            )}
          </div>
        )}
        <Status log={log} columns={columns} following={leftAt === null} />
      </div>
      {openSeq !== null && <EventPanel key={openSeq} seq={openSeq} known={open} onClose={close} />}
    </Room>
  );
};
