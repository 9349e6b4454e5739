import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { User } from '@wardbell/contract';
import { hasCode } from '../../shared/api/failure';
import { type Paged, pagedOf } from '../../shared/api/paged';
import { useApi, useMe } from '../../shared/session/context';

/** The stream tells of changes in the own clinic; sign-ins, and super admins, have none: a screen that is looked at asks this often. */
const REFRESH_MS = 15_000;
const PAGE = 200;

/** What the list of users is narrowed by. */
export interface UserFilter {
  readonly search: string;
  readonly role: User['role'] | null;
  readonly status: User['status'] | null;
  readonly tenantId: string | null;
}

export const usersKey = ['users'] as const;
export const userKey = (id: string) => ['user', id] as const;

export interface UserList extends Paged {
  readonly rows: readonly User[];
  /** The number of rows on all pages. */
  readonly total: number | null;
  /** When the server last said so, epoch milliseconds. */
  readonly asOfMs: number;
}

/**
 * Reads accounts again when one of the clinic changes. An open account follows what others do; of one's own action its answer
 * tells, and a panel that found the account deleted before that answer would lose the question that waits for it.
 */
export const useUsersFollow = (): void => {
  const cache = useQueryClient();
  const me = useMe();
  useEvents(['user_changed', 'resync_required'], (event) => {
    void cache.invalidateQueries({ queryKey: usersKey });
    if (event.type === 'user_changed' && event.actor_id !== me.id)
      void cache.invalidateQueries({ queryKey: userKey(event.data.user_id) });
  });
};

/** Users by e-mail address, live. */
export const useUsers = (filter: UserFilter): UserList => {
  const api = useApi();
  const query = useInfiniteQuery({
    queryKey: [...usersKey, filter],
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/users', {
        query: {
          limit: PAGE,
          after: pageParam,
          total: pageParam === '' ? 'true' : undefined,
          search: filter.search,
          role: filter.role ?? undefined,
          status: filter.status ?? undefined,
          tenant_id: filter.tenantId ?? undefined,
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  return {
    rows: query.data?.pages.flatMap((page) => page.data) ?? [],
    ...pagedOf(query),
    total: query.data?.pages[0]?.total ?? null,
    asOfMs: query.dataUpdatedAt,
    retry: () => void query.refetch(),
  };
};

/** One user, as fresh as the list. */
export const useUser = (id: string) => {
  const api = useApi();
  const query = useQuery({
    queryKey: userKey(id),
    queryFn: ({ signal }) => api.call('GET', '/users/:id', { params: { id }, signal }),
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  return {
    user: query.data,
    gone: hasCode(query.error, 'not_found'),
    error: query.error,
    retry: () => void query.refetch(),
  };
};
