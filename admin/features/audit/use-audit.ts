import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Paged, pagedOf } from '../../shared/api/paged';
import type { Answer, EndpointOf } from '../../shared/api/types';
import { usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';
import { type AuditFilter, dayAfter } from './filter';

export type AuditRow = Answer<EndpointOf<'GET', '/audit'>>['data'][number];

const PAGE = 100;
/** Asks whether there is something new, which is a number and leaves no entry. */
const NEWS_MS = 5_000;
/** Each look at the log is an entry in it, so nobody looks for as long as nothing asks for it. */
const REFRESH_MS = 10 * 60_000;
/** Somebody who switches between windows reads it once. */
const FOCUS_MS = 60_000;

export interface AuditLog extends Paged {
  /** Newest first. */
  readonly rows: readonly AuditRow[];
  readonly asOfMs: number;
  /** Entries that came after these. */
  readonly newCount: number;
  readonly refreshing: boolean;
  /** Reads again what is there. */
  readonly refresh: () => void;
}

/**
 * The audit log as far as it was scrolled. It is read again on request and when the window is looked at again after a
 * minute; while only its first page is there, also every ten minutes.
 */
export const useAudit = (
  { tenantId, actorId, patientId, action, kind, from, to }: AuditFilter,
  enabled = true,
): AuditLog => {
  const api = useApi();
  const filters = {
    tenant_id: tenantId ?? undefined,
    actor_id: actorId ?? undefined,
    patient_id: patientId ?? undefined,
    action: action ?? undefined,
    // an action is of one kind
    kind: action !== null || kind === 'all' ? undefined : kind,
    from: from ?? undefined,
    to: to === null ? undefined : dayAfter(to),
  };
  const query = useInfiniteQuery({
    enabled,
    queryKey: ['audit', tenantId, actorId, patientId, action, kind, from, to],
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/audit', {
        query: { ...filters, limit: PAGE, after: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
    refetchOnWindowFocus: ({ state }) =>
      state.data?.pages.length === 1 && Date.now() - state.dataUpdatedAt > FOCUS_MS ? 'always' : false,
    staleTime: 0,
  });
  const newest = query.data?.pages[0]?.data[0]?.seq;
  const news = usePolled({
    queryKey: ['audit-news', tenantId, actorId, patientId, action, kind, from, to, newest],
    enabled: enabled && newest !== undefined,
    everyMs: NEWS_MS,
    queryFn: (signal) => api.call('GET', '/audit/news', { query: { ...filters, after: newest }, signal }),
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  return {
    rows,
    ...pagedOf(query),
    newCount: news.data?.count ?? 0,
    asOfMs: query.dataUpdatedAt,
    refreshing: query.isRefetching && !query.isFetchingNextPage,
    refresh: () => void query.refetch(),
  };
};
