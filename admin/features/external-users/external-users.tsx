'use client';

import { IconUsers } from '@tabler/icons-react';
import { useMemo, useRef } from 'react';
import { FailureNotice } from '../../shared/components/failure-notice';
import { Notice } from '../../shared/components/notice';
import cells from '../../shared/grid/cells.module.css';
import type { Column } from '../../shared/grid/columns';
import { Grid, type GridHandle } from '../../shared/grid/grid';
import { useAddress } from '../../shared/hooks/use-address';
import { useHotkey } from '../../shared/hooks/use-hotkey';
import { BackLink } from '../../shared/room/back-link';
import { Room } from '../../shared/room/room';
import room from '../../shared/room/room.module.css';
import { useMe } from '../../shared/session/context';
import { useTenants } from '../../shared/tenants/use-tenants';
import { useFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import classes from './columns.module.css';
import { ExternalUserPanel } from './external-user-panel';
import { EXTERNAL_USERS } from './messages';
import { type ExternalRow, useExternalUsers } from './use-external-users';

/** The columns; those of the clinic only where there are several. */
const useExternalColumns = (
  tenantOf: ((row: ExternalRow) => string) | null,
): readonly Column<ExternalRow>[] => {
  const text = useText();
  const words = useRoomText(EXTERNAL_USERS);
  const formats = useFormats();
  return useMemo(() => {
    const state = ({ blocked }: ExternalRow) => (
      <span className={blocked ? classes.blocked : undefined}>{blocked ? words.blocked : words.allowed}</span>
    );
    const seen = ({ last_seen_at: at }: ExternalRow) =>
      at === null ? (
        words.never
      ) : (
        <time dateTime={at} title={formats.dateTime(at)}>
          {formats.time(at)}
        </time>
      );
    const columns: Column<ExternalRow>[] = [
      {
        id: 'sub',
        header: words.columns.sub,
        track: 'minmax(7.75rem, 2fr)',
        shownFrom: 'narrow',
        cell: (row) => (
          <span className={cells.stack}>
            <span className={classes.name} title={row.sub}>
              {row.sub}
            </span>
            <span className={cells.second}>
              {state(row)} · {seen(row)}
            </span>
          </span>
        ),
      },
      {
        id: 'role',
        header: words.columns.role,
        track: 'minmax(7.25rem, 0.8fr)',
        shownFrom: 'medium',
        cell: ({ role }) =>
          role === null ? <span className={cells.none}>{text.app.none}</span> : text.roles[role],
      },
      {
        id: 'state',
        header: words.columns.state,
        track: 'minmax(6rem, 0.8fr)',
        shownFrom: 'medium',
        cell: state,
      },
      {
        id: 'seen',
        header: words.columns.seen,
        track: 'minmax(6.25rem, 0.8fr)',
        shownFrom: 'medium',
        numeric: true,
        align: 'end',
        cell: seen,
      },
    ];
    if (tenantOf)
      columns.splice(1, 0, {
        id: 'tenant',
        header: words.columns.tenant,
        track: 'minmax(7rem, 1fr)',
        shownFrom: 'wide',
        cell: (row) => <span title={tenantOf(row)}>{tenantOf(row)}</span>,
      });
    return columns;
  }, [text, words, formats, tenantOf]);
};

/** People who sign in at an identity provider and have no account here: who was seen, and who is shut out. */
export const ExternalUsers = () => {
  const words = useRoomText(EXTERNAL_USERS);
  const formats = useFormats();
  const isSuper = useMe().role === 'super_admin';
  const address = useAddress();
  const list = useExternalUsers();
  const tenants = useTenants();
  const tenantOf = useMemo(() => {
    if (!isSuper) return null;
    const names = new Map(tenants?.map(({ id, name }) => [id, name]));
    return ({ tenant_id: id }: ExternalRow) => (id === null ? words.installation : (names.get(id) ?? id));
  }, [isSuper, tenants, words]);
  const columns = useExternalColumns(tenantOf);
  const grid = useRef<GridHandle>(null);
  const openId = address.get('id');
  const row = list.rows.find(({ id }) => id === openId);
  const close = () => {
    address.set({ id: null }, 'push');
    grid.current?.focus();
  };
  useHotkey('Escape', () => openId !== null && close());
  return (
    <Room title={words.title} bar={<BackLink href="/users/">{words.back}</BackLink>}>
      <div className={room.sheet}>
        {list.loading || list.rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.title}
            rows={list.rows}
            columns={columns}
            loading={list.loading}
            complete={list.complete}
            stale={list.error !== null}
            onNearEnd={list.loadMore}
            openId={openId}
            onOpen={({ id }) => address.set({ id }, 'push')}
          />
        ) : (
          <div className={room.notice} role="status">
            {list.error ? (
              <FailureNotice error={list.error} onRetry={list.retry} />
            ) : (
              <Notice icon={IconUsers} {...words.empty} />
            )}
          </div>
        )}
        {list.rows.length > 0 && (
          <div className={room.status}>
            <span>
              {formatMessage(words.loaded, {
                n: list.rows.length,
                formatted: formats.number(list.rows.length),
                complete: list.complete,
              })}
            </span>
          </div>
        )}
      </div>
      {openId !== null && (
        <ExternalUserPanel
          key={openId}
          row={row}
          loading={list.loading}
          tenantName={row && tenantOf ? tenantOf(row) : undefined}
          onClose={close}
        />
      )}
    </Room>
  );
};
