import { useQuery } from '@tanstack/react-query';
import type { ConnectionRow, User } from '@wardbell/contract';
import type { z } from 'zod';
import { type Loaded, loadPages, paceOfPages } from '../../shared/api/load-pages';
import { type Polled, usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';

export type Connection = z.output<typeof ConnectionRow>;

const LIVE_MS = 2_000;
/** Of more connections than these nobody reads a list. */
const MAX_PAGES = 5;
const MAX_USER_PAGES = 10;
const PAGE = 200;

/** Open sockets of a clinic (null: of all that one may see), the newest first. */
export const useConnections = (tenantId: string | null): Polled<Loaded<Connection>> => {
  const api = useApi();
  return usePolled({
    queryKey: ['connections', tenantId],
    everyMs: paceOfPages(LIVE_MS, PAGE),
    queryFn: async (signal) => {
      const query = { tenant_id: tenantId ?? undefined, limit: PAGE };
      const { rows, complete } = await loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/connections', { query: { ...query, after }, signal }),
      );
      return { rows: [...rows].reverse(), complete };
    },
  });
};

/** Names of people by id. Who is not among them came by single sign-on, or is gone. */
export const useUserNames = (tenantId: string | null): ReadonlyMap<string, User> | undefined => {
  const api = useApi();
  const query = useQuery({
    queryKey: ['user-names', tenantId],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const { rows } = await loadPages(MAX_USER_PAGES, (after) =>
        api.call('GET', '/users', {
          query: { tenant_id: tenantId ?? undefined, limit: PAGE, after },
          signal,
        }),
      );
      return new Map(rows.map((user) => [user.id, user]));
    },
  });
  return query.data;
};
