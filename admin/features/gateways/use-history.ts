import { useInfiniteQuery } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import { useMemo, useState } from 'react';
import { type Paged, pagedOf } from '../../shared/api/paged';
import type { Answer, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';
import { type Change, changesOf } from './model/history';

type EventPage = Answer<EndpointOf<'GET', '/events'>>;
interface HistoryPage {
  readonly changes: readonly Change[];
  /** Position of the next older page; null at the oldest event that is kept. */
  readonly next: number | null;
}

const EVENT_PAGE = 200;
/** The log has the changes of all gateways: pages of it are read until there are so many of this one. */
const WANTED = 20;
const MAX_EVENT_PAGES = 5;
/** Changes that a page remembers from the stream. */
const MAX_LIVE = 200;

export interface History extends Paged {
  /** The newest first. */
  readonly changes: readonly Change[];
}

/** Changes of the status of one gateway, as far back as the log is kept, and as they happen. */
export const useHistory = (gatewayId: string): History => {
  const api = useApi();
  const [live, setLive] = useState<readonly Change[]>([]);
  const query = useInfiniteQuery({
    queryKey: ['gateway-history', gatewayId],
    initialPageParam: Number.MAX_SAFE_INTEGER,
    queryFn: async ({ pageParam, signal }): Promise<HistoryPage> => {
      const changes: Change[] = [];
      let before = pageParam;
      for (let read = 0; read < MAX_EVENT_PAGES && changes.length < WANTED; read++) {
        const page: EventPage = await api.call('GET', '/events', {
          query: { before, limit: EVENT_PAGE, type: 'gateway_status_change' },
          signal,
        });
        changes.push(...changesOf(page.data, gatewayId));
        if (page.next === null) return { changes, next: null };
        before = Number(page.next);
      }
      return { changes, next: before };
    },
    getNextPageParam: ({ next }) => next,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  useEvents(['gateway_status_change', 'resync_required'], (event) => {
    if (event.type === 'resync_required') {
      setLive([]);
      void query.refetch();
    } else if ('seq' in event && event.data.gateway_id === gatewayId) {
      setLive((known) => [...changesOf([event], gatewayId), ...known].slice(0, MAX_LIVE));
    }
  });
  const changes = useMemo(() => {
    const loaded = query.data?.pages.flatMap((page) => page.changes) ?? [];
    const bySeq = new Map([...live, ...loaded].map((change) => [change.seq, change]));
    return [...bySeq.values()].sort((a, b) => b.seq - a.seq);
  }, [live, query.data]);
  return { changes, ...pagedOf(query) };
};
