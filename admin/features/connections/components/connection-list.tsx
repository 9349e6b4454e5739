'use client';

import { IconAlertTriangle, IconPlugConnectedX, IconSearchOff } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { AsOf } from '../../../shared/components/as-of';
import { Notice } from '../../../shared/components/notice';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import room from '../../../shared/room/room.module.css';
import { SearchField } from '../../../shared/room/search-field';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import { type Connection, useConnections, useUserNames } from '../use-connections';
import classes from './connections-room.module.css';
import { useConnectionColumns, useOwnerName } from './use-connection-columns';

const ConnectionDetails = lazily(async () => (await import('./connection-details')).ConnectionDetails);

const NO_ROWS: readonly Connection[] = [];

/** Every open connection; opening one shows all of it and the way to end it. */
export const ConnectionList = ({ tenantId }: { tenantId: string | null }) => {
  const text = useText();
  const words = useRoomText(connectionsText);
  const formats = useFormats();
  const polled = useConnections(tenantId);
  const users = useUserNames(tenantId);
  const columns = useConnectionColumns(users, tenantId === null);
  const ownerName = useOwnerName(users);
  const [filter, setFilter] = useState('');
  const [openId, open] = useState<string | null>(null);
  const grid = useRef<GridHandle>(null);
  const box = useRef<HTMLInputElement>(null);
  useHotkey('/', () => box.current?.select());

  const all = polled.data?.rows ?? NO_ROWS;
  const wanted = filter.trim().toLowerCase();
  const fits = (row: Connection) =>
    [ownerName(row), row.address, row.client, text.roles[row.role]].some((value) =>
      value?.toLowerCase().includes(wanted),
    );
  const rows = wanted === '' ? all : all.filter(fits);
  const opened = all.find((row) => row.id === openId);
  const loading = !polled.data && !polled.error;
  return (
    <section className={`${room.sheet} ${classes.list}`} aria-label={words.list.label}>
      <div className={classes.listBar}>
        <h2 className={classes.listTitle}>{words.list.label}</h2>
        <SearchField
          inputRef={box}
          label={words.list.filter}
          placeholder={words.list.filterPlaceholder}
          clearLabel={words.list.clearFilter}
          value={filter}
          busy={false}
          onChange={setFilter}
          onLeave={() => grid.current?.focus()}
        />
      </div>
      {loading || rows.length > 0 ? (
        <Grid
          handle={grid}
          label={words.list.label}
          rows={rows}
          columns={columns}
          loading={loading}
          complete
          stale={polled.stale}
          openId={openId}
          onOpen={(row) => open(row.id)}
        />
      ) : (
        <div className={room.notice}>
          {!polled.data && polled.error ? (
            <Notice icon={IconAlertTriangle} tone="alarm" {...describeFailure(polled.error, text)} />
          ) : wanted !== '' ? (
            <Notice icon={IconSearchOff} {...words.list.nothingFound} />
          ) : (
            <Notice icon={IconPlugConnectedX} {...words.list.empty} />
          )}
        </div>
      )}
      {polled.data && (
        <div className={room.status}>
          <span role={wanted === '' ? undefined : 'status'}>
            {polled.data.complete
              ? formatMessage(words.list.shown, { n: rows.length, formatted: formats.number(rows.length) })
              : formatMessage(words.list.shownSome, { formatted: formats.number(all.length) })}
          </span>
          <AsOf polled={polled} />
        </div>
      )}
      {opened && (
        <ConnectionDetails
          key={opened.id}
          connection={opened}
          name={ownerName(opened)}
          onClose={() => {
            open(null);
            grid.current?.focus();
          }}
        />
      )}
    </section>
  );
};
