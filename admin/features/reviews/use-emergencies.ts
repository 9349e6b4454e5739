import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { BreakGlass, BreakGlassReview } from '@wardbell/contract';
import { useMemo } from 'react';
import { type Loaded, loadPages } from '../../shared/api/load-pages';
import { useApi } from '../../shared/session/context';

const PAGE = 200;
const MAX_PAGES = 5;
/** Reviews of other admins have no event. */
const REFRESH_MS = 60_000;

const key = ['break-glass'] as const;

/** Those without a review first, then the newest. */
export const openFirst = (rows: readonly BreakGlass[]): readonly BreakGlass[] =>
  rows.toSorted(
    (a, b) =>
      Number(a.verdict !== null) - Number(b.verdict !== null) || b.created_at.localeCompare(a.created_at),
  );

/** The newest 1,000 emergency accesses, open ones first; a new one appears with its notification. */
export const useEmergencies = () => {
  const api = useApi();
  const cache = useQueryClient();
  const query = useQuery<Loaded<BreakGlass>>({
    queryKey: key,
    queryFn: ({ signal }) =>
      loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/break-glass', { query: { limit: PAGE, after }, signal }),
      ),
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  useEvents(['system_notification', 'resync_required'], () => cache.invalidateQueries({ queryKey: key }));
  const rows = useMemo(() => openFirst(query.data?.rows ?? []), [query.data]);
  return {
    rows,
    open: rows.filter(({ verdict }) => verdict === null).length,
    complete: query.data?.complete ?? true,
    loading: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
  };
};

/** Stores what an admin thinks of an emergency access. */
export const useReview = (id: string) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: BreakGlassReview) =>
      api.call('POST', '/break-glass/:id/review', { params: { id }, body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: key }),
  });
};
