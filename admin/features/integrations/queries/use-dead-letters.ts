import { useMutation, useQueryClient } from '@tanstack/react-query';
import { hasCode } from '../../../shared/api/failure';
import { loadPages, paceOfPages } from '../../../shared/api/load-pages';
import type { Answer, EndpointOf } from '../../../shared/api/types';
import { usePolled } from '../../../shared/api/use-polled';
import { useApi } from '../../../shared/session/context';

export type DeadLetter = Answer<EndpointOf<'GET', '/dead-letters'>>['data'][number];

const KEY = ['dead-letters'];
const PAGE_MS = 5_000;
const PAGE = 200;
const MAX_PAGES = 5;

/** The dead letters of the clinic, oldest first, at most 1,000. */
export const useDeadLetters = () => {
  const api = useApi();
  return usePolled({
    queryKey: KEY,
    everyMs: paceOfPages(PAGE_MS, PAGE),
    queryFn: (signal) =>
      loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/dead-letters', { query: { limit: PAGE, after }, signal }),
      ),
  });
};

/** A write to dead letters, after which the list is read again. */
const useWrite = <Result>(write: () => Promise<Result>) => {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};

/** Delivers or publishes once more. A webhook's letter leaves the list when its sender has delivered it. */
export const useRetry = (id: string) => {
  const api = useApi();
  return useWrite(() => api.call('POST', '/dead-letters/:id/retry', { params: { id } }));
};

export const useDeleteDeadLetter = (id: string) => {
  const api = useApi();
  return useWrite(() => api.call('DELETE', '/dead-letters/:id', { params: { id } }));
};

/** Retries one after the other, the oldest first. Answers how many were accepted, and how many cannot be retried. */
export const useRetryAll = (letters: readonly Pick<DeadLetter, 'id'>[]) => {
  const api = useApi();
  return useWrite(async () => {
    let [accepted, refused] = [0, 0];
    for (const { id } of letters) {
      try {
        await api.call('POST', '/dead-letters/:id/retry', { params: { id } });
        accepted++;
      } catch (error) {
        if (hasCode(error, 'conflict')) refused++;
        else if (!hasCode(error, 'not_found')) throw error;
      }
    }
    return { accepted, refused };
  });
};
