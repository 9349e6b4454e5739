import { useMutation, useQueryClient } from '@tanstack/react-query';
import { loadPages, paceOfPages } from '../../../shared/api/load-pages';
import type { Answer, Body, EndpointOf } from '../../../shared/api/types';
import { usePolled } from '../../../shared/api/use-polled';
import { useApi } from '../../../shared/session/context';

export type EventType = Answer<EndpointOf<'GET', '/event-types'>>['data'][number];
/** A row of the list; a type has no other id than its name. */
export type EventTypeItem = EventType & { readonly id: string };

const KEY = ['event-types'];
const PAGE_MS = 10_000;
const PAGE = 200;
/** A tenant describes at most 1,000 types (`MAX_EVENT_TYPES`). */
const MAX_PAGES = 5;

/** The event types that the clinic has described, by name. */
export const useEventTypes = () => {
  const api = useApi();
  return usePolled({
    queryKey: KEY,
    everyMs: paceOfPages(PAGE_MS, PAGE),
    queryFn: async (signal) => {
      const { rows, complete } = await loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/event-types', { query: { limit: PAGE, after }, signal }),
      );
      return { rows: rows.map((row): EventTypeItem => ({ ...row, id: row.type })), complete };
    },
  });
};

const useWrite = <Input, Result>(write: (input: Input) => Promise<Result>) => {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};

/** Describes a type, or changes its description. */
export const usePutEventType = () => {
  const api = useApi();
  return useWrite(({ type, body }: { type: string; body: Body<EndpointOf<'PUT', '/event-types/:type'>> }) =>
    api.call('PUT', '/event-types/:type', { params: { type }, body }),
  );
};

export const useDeleteEventType = (type: string) => {
  const api = useApi();
  return useWrite((_: undefined) => api.call('DELETE', '/event-types/:type', { params: { type } }));
};
