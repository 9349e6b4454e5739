import type { User } from '@wardbell/contract';
import { useMemo } from 'react';
import { clientName } from '../../../shared/client-name';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { useMe } from '../../../shared/session/context';
import { useTenants } from '../../../shared/tenants/use-tenants';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import type { Connection } from '../use-connections';
import classes from './connections-room.module.css';

const SHOWN_OF_ID = 8;

/** Who a connection belongs to, as far as this clinic knows. */
export const useOwnerName = (
  users: ReadonlyMap<string, User> | undefined,
): ((connection: Pick<Connection, 'user_id'>) => string) => {
  const me = useMe();
  const text = useText();
  const words = useRoomText(connectionsText);
  return ({ user_id }) => {
    const known = users?.get(user_id)?.name ?? (user_id === me.id ? (me.name ?? me.email) : null);
    // Until the names are here nobody is called a stranger.
    return (
      known ??
      (users ? formatMessage(words.list.unknownUser, { id: user_id.slice(0, SHOWN_OF_ID) }) : text.app.none)
    );
  };
};

/** What is the matter with a connection, if anything is. */
export const useConnectionState = (): ((connection: Connection) => {
  readonly label: string;
  readonly trouble: boolean;
}) => {
  const words = useRoomText(connectionsText);
  const formats = useFormats();
  return ({ lag, pending_bytes }) => {
    if (lag !== null && lag > 0)
      return {
        label: formatMessage(words.list.behind, { n: lag, formatted: formats.number(lag) }),
        trouble: true,
      };
    if (pending_bytes > 0) return { label: words.list.slow, trouble: true };
    return { label: words.list.live, trouble: false };
  };
};

/** The columns of the list of connections. */
export const useConnectionColumns = (
  users: ReadonlyMap<string, User> | undefined,
  ofAllTenants: boolean,
): readonly Column<Connection>[] => {
  const text = useText();
  const words = useRoomText(connectionsText);
  const formats = useFormats();
  const me = useMe();
  const nowMs = useNow(10_000);
  const ownerName = useOwnerName(users);
  const tenants = useTenants();
  const stateOf = useConnectionState();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the functions change with what is listed
  return useMemo(() => {
    const { columns } = words.list;
    const none = <span className={classes.quiet}>{text.app.none}</span>;
    const bytes = ({ pending_bytes }: Connection) =>
      formatMessage(words.list.bytes, {
        kilobytes: formats.number(Math.max(1, Math.round(pending_bytes / 1_000))),
      });
    const client = (row: Connection) => (row.client === null ? null : clientName(row.client));
    const tenantNames = new Map(tenants?.map(({ id, name }) => [id, name]));
    const tenant: Column<Connection> = {
      id: 'tenant',
      header: columns.tenant,
      track: 'minmax(6.5rem, 1.2fr)',
      shownFrom: 'medium',
      cell: (row) => {
        if (row.tenant_id === null) return <span className={classes.quiet}>{words.list.superAdmins}</span>;
        const name = tenantNames.get(row.tenant_id);
        return name === undefined ? none : <span title={name}>{name}</span>;
      },
    };
    const transport: Column<Connection> = {
      id: 'transport',
      header: columns.transport,
      track: 'minmax(5.5rem, 0.6fr)',
      shownFrom: 'wide',
      cell: (row) => words.transports[row.transport],
    };
    return [
      {
        id: 'user',
        header: columns.user,
        track: 'minmax(7.75rem, 2fr)',
        shownFrom: 'narrow',
        cell: (row) => (
          <span className={classes.person}>
            <span className={classes.name} title={ownerName(row)}>
              {ownerName(row)}
              {row.user_id === me.id && <span className={classes.you}>{words.list.you}</span>}
            </span>
            <span className={classes.second}>
              {[text.roles[row.role], client(row), row.address].filter(Boolean).join(' · ')}
            </span>
          </span>
        ),
      },
      ...(ofAllTenants ? [tenant] : []),
      {
        id: 'role',
        header: columns.role,
        track: 'minmax(7.75rem, 0.9fr)',
        shownFrom: ofAllTenants ? 'wide' : 'medium',
        cell: (row) => text.roles[row.role],
      },
      {
        id: 'client',
        header: columns.client,
        track: 'minmax(6.5rem, 1fr)',
        shownFrom: 'wide',
        cell: (row) => <span title={row.client ?? undefined}>{client(row) ?? none}</span>,
      },
      // beside a column for the clinic there is no room for it on a small desk; the details have it
      ...(ofAllTenants ? [] : [transport]),
      {
        id: 'address',
        header: columns.address,
        track: 'minmax(6.5rem, 0.9fr)',
        shownFrom: 'wide',
        numeric: true,
        cell: (row) => row.address ?? none,
      },
      {
        id: 'state',
        header: columns.state,
        track: 'minmax(6.5rem, 0.9fr)',
        shownFrom: 'narrow',
        cell: (row) => {
          const { label, trouble } = stateOf(row);
          const waiting = row.pending_bytes > 0 ? ` · ${bytes(row)}` : '';
          return (
            <span className={trouble ? classes.trouble : classes.quiet} title={`${label}${waiting}`}>
              {label}
              <span className={classes.waiting}>{waiting}</span>
            </span>
          );
        },
      },
      {
        id: 'since',
        header: columns.since,
        track: 'minmax(5.25rem, 0.7fr)',
        shownFrom: 'medium',
        align: 'end',
        numeric: true,
        cell: (row) => (
          <time dateTime={row.connected_at} title={formats.dateTime(row.connected_at)}>
            {formats.ago(row.connected_at, nowMs)}
          </time>
        ),
      },
    ];
  }, [text, words, formats, me, nowMs, users, tenants, ofAllTenants]);
};
