import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { NoticeProgress, SentNotice } from '@wardbell/contract';
import { useEffect, useMemo } from 'react';
import { pagedOf } from '../../shared/api/paged';
import { useApi } from '../../shared/session/context';
import { useRoomText } from '../../shared/text/text';
import { NOTIFICATIONS } from './messages';
import { inReadersWords } from './model/system-text';

const PAGE = 50;
const LIST = ['sent-notices'];
const progressKey = (id: string) => ['notice-progress', id];

/** Loads lists again after events that may have been missed, and when a time has come. */
const useFollowed = (keys: readonly (readonly string[])[], dueAt: string | null | undefined): void => {
  const cache = useQueryClient();
  const key = keys.map((each) => each.join(' ')).join(',');
  const refresh = () => {
    for (const queryKey of keys) void cache.invalidateQueries({ queryKey });
  };
  useEvents(['notification_progress', 'resync_required'], refresh);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys are lists made anew in each render
  useEffect(() => {
    if (!dueAt) return;
    const delayMs = Date.parse(dueAt) - Date.now() + 500;
    if (delayMs < 0 || delayMs > 86_400_000) return;
    const timer = setTimeout(refresh, delayMs);
    return () => clearTimeout(timer);
  }, [dueAt, key]);
};

const rank = ({ state }: SentNotice) => (state === 'unanswered' ? 0 : 1);

/** The notices of the clinic: those that nobody has answered first, then the newest. */
export const useSentNotices = () => {
  const api = useApi();
  const { system } = useRoomText(NOTIFICATIONS);
  const query = useInfiniteQuery({
    queryKey: LIST,
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/notifications', { query: { limit: PAGE, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
  // However long ago they were sent.
  const unanswered = useQuery({
    queryKey: [...LIST, 'unanswered'],
    queryFn: ({ signal }) =>
      api.call('GET', '/notifications', { query: { limit: PAGE, state: 'unanswered' }, signal }),
    staleTime: 0,
  });
  const rows = useMemo(() => {
    const all = [...(unanswered.data?.data ?? []), ...(query.data?.pages.flatMap(({ data }) => data) ?? [])];
    // The later answer wins: of the two the list is asked last.
    return [...new Map(all.map((row) => [row.id, inReadersWords(row, system)])).values()].toSorted(
      (a, b) => rank(a) - rank(b) || Date.parse(b.sent_at) - Date.parse(a.sent_at),
    );
  }, [query.data, unanswered.data, system]);
  useFollowed([LIST], null);
  return { rows, ...pagedOf(query), retry: () => void query.refetch() };
};

/** How far one notice has come, live. */
export const useProgress = (id: string) => {
  const api = useApi();
  const query = useQuery({
    queryKey: progressKey(id),
    queryFn: ({ signal }) => api.call('GET', '/notifications/:id/progress', { params: { id }, signal }),
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
  useFollowed([progressKey(id), LIST], query.data?.due_at);
  return {
    progress: query.data satisfies NoticeProgress | undefined,
    error: query.error,
    retry: () => void query.refetch(),
  };
};
