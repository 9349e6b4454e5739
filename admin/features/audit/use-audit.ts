import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Paged, pagedOf } from '../../shared/api/paged';
import type { Answer, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';
import { type AuditFilter, dayAfter } from './filter';

export type AuditRow = Answer<EndpointOf<'GET', '/audit'>>['data'][number];

const PAGE = 100;
/** Each look at the log is an entry in it, so nobody looks for as long as nothing asks for it. */
const REFRESH_MS = 10 * 60_000;
/** Somebody who switches between windows reads it once. */
const FOCUS_MS = 60_000;

export interface AuditLog extends Paged {
  /** Newest first. */
  readonly rows: readonly AuditRow[];
  readonly asOfMs: number;
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
  const query = useInfiniteQuery({
    enabled,
    queryKey: ['audit', tenantId, actorId, patientId, action, kind, from, to],
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/audit', {
        query: {
          limit: PAGE,
          after: pageParam,
          tenant_id: tenantId ?? undefined,
          actor_id: actorId ?? undefined,
          patient_id: patientId ?? undefined,
          action: action ?? undefined,
          // an action is of one kind
          kind: action !== null || kind === 'all' ? undefined : kind,
          from: from ?? undefined,
          to: to === null ? undefined : dayAfter(to),
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
    refetchOnWindowFocus: ({ state }) =>
      state.data?.pages.length === 1 && Date.now() - state.dataUpdatedAt > FOCUS_MS ? 'always' : false,
    staleTime: 0,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  return {
    rows,
    ...pagedOf(query),
    asOfMs: query.dataUpdatedAt,
    refreshing: query.isRefetching && !query.isFetchingNextPage,
    refresh: () => void query.refetch(),
  };
};
