import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ExternalUser } from '@wardbell/contract';
import { type Paged, pagedOf } from '../../shared/api/paged';
import { useApi } from '../../shared/session/context';

/** They have no events; a screen that is looked at asks this often. */
const REFRESH_MS = 15_000;
const PAGE = 200;

const key = ['external-users'] as const;

/** A person as a list needs it: one subject may be of several tenants. */
export interface ExternalRow extends ExternalUser {
  readonly id: string;
}

const toRow = (user: ExternalUser): ExternalRow => ({ ...user, id: `${user.tenant_id ?? ''} ${user.sub}` });

/** People of single sign-on who were seen in the last 90 days or are blocked, by subject. */
export const useExternalUsers = (): Paged & { readonly rows: readonly ExternalRow[] } => {
  const api = useApi();
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/users/external', { query: { limit: PAGE, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  return { rows: query.data?.pages.flatMap(({ data }) => data.map(toRow)) ?? [], ...pagedOf(query) };
};

/** Shuts a person out, or lets them in again. */
export const useBlock = (sub: string, method: 'PUT' | 'DELETE') => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.call(method, '/users/external/:sub/block', { params: { sub } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: key }),
  });
};
