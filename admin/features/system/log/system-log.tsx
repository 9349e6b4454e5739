'use client';

import { Button, SegmentedControl, UnstyledButton } from '@mantine/core';
import { IconListDetails, IconPlayerPause, IconPlayerPlay, IconSearchOff } from '@tabler/icons-react';
import type { LogLevel, SystemInstance } from '@wardbell/contract';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { CopyButton } from '../../../shared/components/copy-button';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { AddressFilters } from '../../../shared/lists/filters';
import { useDefaultFilter } from '../../../shared/lists/use-default-filter';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import room from '../../../shared/room/room.module.css';
import { SearchField } from '../../../shared/room/search-field';
import { ZoneNote } from '../../../shared/room/zone-note';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { systemText } from '../messages';
import type { LogLine } from './log-buffer';
import { useLogColumns } from './log-columns';
import classes from './system-log.module.css';
import { type SystemLog, useSystemLog } from './use-system-log';

const FILTERED = ['level'] as const;
const LEVELS = ['info', 'warn', 'error'] as const satisfies readonly LogLevel[];
const DEFAULT_LEVEL: LogLevel = 'warn';

type Hosts = readonly Pick<SystemInstance, 'id' | 'host'>[];

/** The log of the instances from a level on, as it is written and as far back as it is kept. */
export const SystemLogView = ({ instances }: { instances: Hosts }) => {
  const words = useRoomText(systemText).log;
  const address = useAddress();
  useDefaultFilter('system_log', address.get('level') !== null, address.set);
  const level = LEVELS.find((known) => known === address.get('level')) ?? DEFAULT_LEVEL;
  const levels = (
    <SegmentedControl
      aria-label={words.level}
      data={LEVELS.map((value) => ({ value, label: words.levels[value] }))}
      value={level}
      onChange={(value) => address.set({ level: value === DEFAULT_LEVEL ? null : value })}
    />
  );
  return (
    <LogOfLevel key={level} level={level} instances={instances}>
      {levels}
      <AddressFilters list="system_log" address={address} names={FILTERED} />
    </LogOfLevel>
  );
};

const LogOfLevel = ({
  level,
  instances,
  children,
}: {
  level: LogLevel;
  instances: Hosts;
  /** The choice of the level. */
  children: ReactNode;
}) => {
  const words = useRoomText(systemText).log;
  const formats = useFormats();
  const view = useSystemLog(level);
  const { log, error } = view;
  const hostOf = useMemo(() => {
    const hosts = new Map(instances.map(({ id, host }) => [id, host]));
    return (source: string) => hosts.get(source) ?? source.slice(0, 8);
  }, [instances]);
  const columns = useLogColumns(hostOf);
  const [filter, setFilter] = useState('');
  const [openLine, setOpenLine] = useState<LogLine | null>(null);
  const grid = useRef<GridHandle>(null);
  const box = useRef<HTMLInputElement>(null);
  useHotkey('/', () => box.current?.select());
  const toggle = log.isPaused ? view.resume : view.pause;
  useHotkey('p', toggle);
  const close = () => {
    setOpenLine(null);
    grid.current?.focus();
  };
  useHotkey('Escape', () => openLine !== null && close());

  const wanted = filter.trim().toLowerCase();
  const rows = useMemo(
    () =>
      wanted === ''
        ? log.lines
        : log.lines.filter(
            ({ message, source }) =>
              message.toLowerCase().includes(wanted) || hostOf(source).toLowerCase().includes(wanted),
          ),
    [log.lines, wanted, hostOf],
  );
  const isFirstLoad = log.next === undefined && error === null && log.lines.length === 0;
  const isComplete = log.next === null || log.isCut;
  return (
    <>
      <div className={room.sheet}>
        <div className={classes.bar}>
          {children}
          <SearchField
            inputRef={box}
            label={words.filter}
            placeholder={words.filterPlaceholder}
            clearLabel={words.clearFilter}
            value={filter}
            busy={false}
            onChange={setFilter}
            onLeave={() => grid.current?.focus()}
          />
          <Button
            variant={log.isPaused ? 'filled' : 'default'}
            aria-keyshortcuts="p"
            leftSection={
              log.isPaused ? (
                <IconPlayerPlay size={16} aria-hidden="true" />
              ) : (
                <IconPlayerPause size={16} aria-hidden="true" />
              )
            }
            onClick={toggle}
          >
            {log.isPaused
              ? formatMessage(words.resume, { n: log.heldCount, formatted: formats.number(log.heldCount) })
              : words.pause}
          </Button>
        </div>
        {isFirstLoad || rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.title}
            rows={rows}
            columns={columns}
            loading={isFirstLoad}
            complete={isComplete}
            stale={view.connection.status !== 'live' && !isFirstLoad}
            onNearEnd={view.loadOlder}
            openId={openLine?.id ?? null}
            onOpen={setOpenLine}
          />
        ) : (
          <div className={room.notice} role="status">
            {error ? (
              <FailureNotice error={error} onRetry={view.reload} />
            ) : wanted !== '' ? (
              <Notice icon={IconSearchOff} {...words.nothingFound} />
            ) : (
              <Notice icon={IconListDetails} {...words.empty} />
            )}
          </div>
        )}
        <Status view={view} shown={rows.length} />
      </div>
      {openLine && (
        <Panel
          label={words.line}
          title={words.levelOf[openLine.level]}
          focusKey={openLine.id}
          onClose={close}
        >
          <dl className={panel.facts}>
            <Fact name={words.columns.at}>{formats.dateTime(openLine.atMs)}</Fact>
            <Fact name={words.columns.source}>{hostOf(openLine.source)}</Fact>
          </dl>
          <p className={classes.whole}>{openLine.message}</p>
          <CopyButton value={openLine.message} words={words} size="compact-md" />
        </Panel>
      )}
    </>
  );
};

const Status = ({ view, shown }: { view: SystemLog; shown: number }) => {
  const text = useText();
  const words = useRoomText(systemText).log;
  const formats = useFormats();
  const { log, connection, error } = view;
  const dropped = useMemo(() => log.lines.reduce((sum, line) => sum + line.dropped, 0), [log.lines]);
  const isLive = connection.status === 'live';
  return (
    <div className={room.status}>
      <span>
        {formatMessage(words.count, { n: shown, formatted: formats.number(shown) })}
        {dropped > 0 && (
          <span className={room.warning}>
            {' · '}
            {formatMessage(words.dropped, { n: dropped, formatted: formats.number(dropped) })}
          </span>
        )}
      </span>
      <ZoneNote />
      {error && log.lines.length > 0 ? (
        <span className={room.warning} role="alert">
          {words.notLoaded}{' '}
          <UnstyledButton className={room.link} onClick={view.reload}>
            {text.app.retry}
          </UnstyledButton>
        </span>
      ) : log.isCut ? (
        <span>
          {words.cut}{' '}
          <UnstyledButton className={room.link} onClick={view.reload}>
            {words.reload}
          </UnstyledButton>
        </span>
      ) : null}
      <span className={isLive ? undefined : room.warning}>
        {!isLive ? words.notLive : log.isPaused ? words.paused : words.live}
      </span>
    </div>
  );
};
