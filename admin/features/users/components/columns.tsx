import type { User } from '@wardbell/contract';
import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { standingOf } from '../model/standing';
import classes from './columns.module.css';

/** The columns of the list of users; the clinic only where there are several. */
export const useUserColumns = (tenantNames: ReadonlyMap<string, string> | null): readonly Column<User>[] => {
  const text = useText();
  const words = useRoomText(USERS);
  const formats = useFormats();
  const me = useMe();
  const nowMs = useNow(30_000);
  return useMemo(() => {
    const tenantOf = ({ tenant_id }: User) =>
      tenant_id === null ? words.installation : (tenantNames?.get(tenant_id) ?? text.app.none);
    const status: Column<User> = {
      id: 'status',
      header: words.columns.status,
      track: 'minmax(6.75rem, 0.6fr)',
      shownFrom: tenantNames ? 'wide' : 'medium',
      cell: (user) => (
        <span className={classes.status} data-status={user.status}>
          {words.status[standingOf(user)]}
        </span>
      ),
    };
    const tenant: Column<User> = {
      id: 'tenant',
      header: words.columns.tenant,
      track: 'minmax(6.5rem, 1.2fr)',
      shownFrom: 'medium',
      cell: (user) => <span title={tenantOf(user)}>{tenantOf(user)}</span>,
    };
    return [
      {
        id: 'name',
        header: words.columns.name,
        track: 'minmax(7.75rem, 1.5fr)',
        shownFrom: 'narrow',
        cell: (user) => (
          <span className={cells.stack}>
            <span className={classes.name} title={user.name}>
              {user.name}
              {user.id === me.id && <span className={classes.you}> ({words.you})</span>}
            </span>
            <span className={cells.second}>
              {text.roles[user.role]}
              {standingOf(user) !== 'active' && ` · ${words.status[standingOf(user)]}`} · {user.email}
            </span>
          </span>
        ),
      },
      {
        id: 'email',
        header: words.columns.email,
        order: 'email',
        track: 'minmax(5.5rem, 1.6fr)',
        shownFrom: 'medium',
        cell: (user) => <span title={user.email}>{user.email}</span>,
      },
      {
        id: 'role',
        header: words.columns.role,
        track: 'minmax(7.25rem, 0.8fr)',
        shownFrom: 'medium',
        cell: (user) => text.roles[user.role],
      },
      ...(tenantNames ? [tenant] : []),
      status,
      {
        id: 'signedIn',
        header: words.columns.signedIn,
        order: 'last_sign_in',
        newestFirst: true,
        track: 'minmax(7.25rem, 0.6fr)',
        shownFrom: 'wide',
        align: 'end',
        numeric: true,
        cell: ({ last_sign_in_at: at }) =>
          at ? (
            <time dateTime={at} title={formats.dateTime(at)}>
              {formats.ago(at, nowMs)}
            </time>
          ) : (
            words.neverSignedIn
          ),
      },
    ];
  }, [text, words, formats, me.id, nowMs, tenantNames]);
};
