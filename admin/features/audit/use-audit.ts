import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
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
  /** Entries of the log that came after these. */
  readonly newCount: number;
  /** The new entries may be others than those that are searched for. */
  readonly newInLog: boolean;
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
    queryFn: async ({ pageParam, signal }) => {
      const page = await api.call('GET', '/audit', {
        query: { ...filters, limit: PAGE, after: pageParam },
        signal,
      });
      return { ...page, readAtMs: Date.now() };
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
    refetchOnWindowFocus: ({ state }) =>
      state.data?.pages.length === 1 && Date.now() - state.dataUpdatedAt > FOCUS_MS ? 'always' : false,
    staleTime: 0,
  });
  const first = query.data?.pages[0];
  const newest = first?.data[0]?.seq ?? 0;
  const readAtMs = first?.readAtMs ?? 0;
  const narrowed = [actorId, patientId, action, from, to].some((value) => value !== null);
  // The server also counts what is not searched for. What it counts right after a reading was there already: it is no news.
  const known = useRef({ readAtMs: 0, count: 0 });
  const news = usePolled({
    queryKey: ['audit-news', tenantId, actorId, patientId, action, kind, from, to, newest, readAtMs],
    enabled: enabled && first !== undefined,
    everyMs: NEWS_MS,
    queryFn: async (signal) => {
      const { tenant_id, kind } = filters;
      const { count } = await api.call('GET', '/audit/news', {
        query: { tenant_id, kind, after: newest },
        signal,
      });
      if (!narrowed) return count;
      if (known.current.readAtMs !== readAtMs) known.current = { readAtMs, count };
      return Math.max(0, count - known.current.count);
    },
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  return {
    rows,
    ...pagedOf(query),
    newCount: news.data ?? 0,
    newInLog: narrowed,
    asOfMs: query.dataUpdatedAt,
    refreshing: query.isRefetching && !query.isFetchingNextPage,
    refresh: () => void query.refetch(),
  };
};
