import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { Approval } from '@wardbell/contract';
import { useMemo } from 'react';
import { type Loaded, loadPages } from '../../shared/api/load-pages';
import { useApi } from '../../shared/session/context';

const PAGE = 200;
const MAX_PAGES = 2;
/** Decisions of other admins have no event. */
const REFRESH_MS = 60_000;

export const approvalsKey = ['approvals'] as const;

/** The newest 400 changes of super admins to accounts of clinics, those that wait first. */
export const useApprovals = () => {
  const api = useApi();
  const cache = useQueryClient();
  const query = useQuery<Loaded<Approval>>({
    queryKey: approvalsKey,
    queryFn: ({ signal }) =>
      loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/approvals', { query: { limit: PAGE, after }, signal }),
      ),
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  useEvents(['system_notification', 'resync_required'], () =>
    cache.invalidateQueries({ queryKey: approvalsKey }),
  );
  const rows = useMemo(
    () =>
      (query.data?.rows ?? []).toSorted(
        (a, b) => Number(a.status !== 'pending') - Number(b.status !== 'pending'),
      ),
    [query.data],
  );
  return {
    rows,
    open: rows.filter(({ status }) => status === 'pending').length,
    loading: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
  };
};

/** Lets a change take effect, or stops it. */
export const useDecide = (id: string, decision: 'approve' | 'reject') => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () =>
      decision === 'approve'
        ? api.call('POST', '/approvals/:id/approve', { params: { id } })
        : api.call('POST', '/approvals/:id/reject', { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: approvalsKey }),
  });
};
