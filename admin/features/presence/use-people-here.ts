import { type Presence, type PresenceResult, usePresence } from '@wardbell/client/react';
import { useMemo } from 'react';
import { useColleagueNames } from '../../shared/api/colleagues';
import { useApi, useMe } from '../../shared/session/context';

/** A person of the clinic; null name: somebody who signs in elsewhere, or whose account was deleted. */
export interface Person {
  readonly id: string;
  readonly name: string | null;
  readonly since: string;
}

/** The statuses of the people of the clinic, live. */
export const usePeopleHere = (): PresenceResult => {
  const api = useApi();
  return usePresence({ queryFn: ({ signal }) => api.call('GET', '/presence', { signal }) });
};

/** People with their names: who is online, oneself first, and who left within a day, the last to leave first. */
export const useNamedPeople = (
  users: readonly Presence[],
): { readonly online: readonly Person[]; readonly offline: readonly Person[] } => {
  const me = useMe();
  const names = useColleagueNames();
  return useMemo(() => {
    const toPerson = ({ user_id, since }: Presence): Person => ({
      id: user_id,
      name: names.get(user_id) ?? (user_id === me.id ? (me.name ?? me.email) : null),
      since,
    });
    const rank = ({ id }: Person) => (id === me.id ? 0 : 1);
    const online = users.filter(({ status }) => status === 'online').map(toPerson);
    const offline = users.filter(({ status }) => status === 'offline').map(toPerson);
    return {
      online: online.sort((a, b) => rank(a) - rank(b) || (a.name ?? a.id).localeCompare(b.name ?? b.id)),
      offline: offline.sort((a, b) => Date.parse(b.since) - Date.parse(a.since)),
    };
  }, [users, names, me]);
};
