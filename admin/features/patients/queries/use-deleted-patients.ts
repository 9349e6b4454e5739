import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { Patient } from '@wardbell/contract';
import { type Paged, pagedOf } from '../../../shared/api/paged';
import { useApi } from '../../../shared/session/context';

const PAGE = 200;
/** A purge has no event that names the list; an admin who looks sees it this late. */
const REFRESH_MS = 30_000;

const key = ['deleted-patients'] as const;

export interface DeletedPatientList extends Paged {
  readonly rows: readonly Patient[];
}

/** Patients that were deleted and can be restored, by name; read again when one is deleted or restored. */
export const useDeletedPatients = (search: string): DeletedPatientList => {
  const api = useApi();
  const cache = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: [...key, search],
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/patients', {
        query: { deleted: 'true', limit: PAGE, after: pageParam, search },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
    staleTime: 0,
    gcTime: 0,
  });
  useEvents(['patient_created', 'patient_deleted', 'resync_required'], () =>
    cache.invalidateQueries({ queryKey: key }),
  );
  return { rows: query.data?.pages.flatMap(({ data }) => data) ?? [], ...pagedOf(query) };
};

/** Brings a deleted patient back. */
export const useRestorePatient = (id: string) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('POST', '/patients/:id/restore', { params: { id } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: key }),
  });
};

/** Removes every copy of a deleted patient. The request asks for a fresh sign-in by itself. */
export const usePurgePatient = (id: string) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('POST', '/patients/:id/purge', { params: { id } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: key }),
  });
};
