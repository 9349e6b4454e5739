import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useConnection, useEvents } from '@wardbell/client/react';
import { useEffect, useMemo, useRef } from 'react';
import { type Paged, pagedOf } from '../../shared/api/paged';
import type { Answer, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';
import { type LogPage, NEWEST, readNews } from './model/catch-up';

export type EventFrame = Answer<EndpointOf<'GET', '/events'>>['data'][number];
type Data = InfiniteData<LogPage<EventFrame>, number>;

const PAGE = 100;
/** Kept while one follows the end; older ones are read again by whoever scrolls back. */
const MAX_FOLLOWED = 2_000;
/** Events for chosen people are in the log but not on an administrator's stream: nothing announces them here. */
const LOOK_MS = 10_000;

/** `complete`: the oldest event that is kept is here. */
export interface EventLog extends Paged {
  /** Newest first. */
  readonly rows: readonly EventFrame[];
  readonly live: boolean;
}

/**
 * The clinic's log, newest first. The stream says when to look, the API says what there is: so the log has the
 * events for chosen people, too, and no order or gap of its own.
 */
export const useEventLog = (type: string | null, following: boolean): EventLog => {
  const api = useApi();
  const cache = useQueryClient();
  const { state } = useConnection();
  const key = useMemo(() => ['events', type] as const, [type]);
  const read = (before: number, limit: number, signal?: AbortSignal) =>
    api.call('GET', '/events', {
      query: { before, limit, type: type ?? undefined },
      ...(signal ? { signal } : {}),
    });
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }): Promise<LogPage<EventFrame>> => read(pageParam, PAGE, signal),
    initialPageParam: NEWEST,
    getNextPageParam: ({ next }) => (next === null ? null : Number(next)),
    staleTime: Number.POSITIVE_INFINITY,
    // Kept pages would have a hole between then and now.
    gcTime: 0,
  });

  const latest = useRef({ read, following, key });
  latest.current = { read, following, key };
  const looking = useRef<'no' | 'yes' | 'again'>('no');
  const look = async () => {
    if (looking.current !== 'no') {
      looking.current = 'again';
      return;
    }
    looking.current = 'yes';
    try {
      const { key: wanted, read: readPage } = latest.current;
      const held = cache.getQueryData<Data>(wanted);
      if (!held) return;
      const news = await readNews(held.pages[0]?.data[0]?.seq ?? 0, readPage);
      cache.setQueryData<Data>(wanted, (now) => now && prepend(now, news, latest.current.following));
    } catch {
      // The next event or look tries again; the indicator says when the server is away.
    } finally {
      const again = looking.current !== 'yes';
      looking.current = 'no';
      if (again) void look();
    }
  };
  const position = useRef(0);
  useEvents(['*', 'resumed', 'position'], (event) => {
    if (event.type === 'position') {
      // A position comes every few seconds, also when nothing happened.
      const { seq } = event.data;
      if (seq === null || seq === position.current) return;
      position.current = seq;
    }
    if (event.type === 'resync_required') void cache.resetQueries({ queryKey: key });
    else void look();
  });
  const isLive = state.status === 'live';
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when it is live again, not in each render
  useEffect(() => {
    if (!isLive) return undefined;
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [isLive, key]);

  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  return {
    rows,
    ...pagedOf(query),
    live: isLive,
  };
};

/** Puts news before what is held; while one follows the end, only the newest are kept. */
const prepend = (
  held: Data,
  { rows, restart }: Awaited<ReturnType<typeof readNews<EventFrame>>>,
  following: boolean,
): Data => {
  if (restart) return { pages: [restart], pageParams: [NEWEST] };
  const [first, ...others] = held.pages;
  if (!first || rows.length === 0) return held;
  const newest = first.data[0]?.seq ?? 0;
  const data = [...rows.filter(({ seq }) => seq > newest), ...first.data];
  const count = data.length + others.reduce((sum, page) => sum + page.data.length, 0);
  if (!following || count <= MAX_FOLLOWED) return { ...held, pages: [{ ...first, data }, ...others] };
  const kept = data.slice(0, MAX_FOLLOWED / 2);
  return { pages: [{ data: kept, next: String(kept.at(-1)?.seq) }], pageParams: [NEWEST] };
};
