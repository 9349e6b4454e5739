import { type QueryKey, useQuery } from '@tanstack/react-query';
import { useNow } from '../hooks/use-now';

/** A request without an answer after this has failed: what it would bring is out of date. */
const TIMEOUT_MS = 10_000;
/** However long the server has been away, it is asked again after this. */
const MAX_PAUSE_MS = 30_000;
/** Missed polls after which a value is stale. */
const TURNS_MISSED = 3;

export interface Polled<T> {
  /** The last answer, also when later ones failed. */
  readonly data: T | undefined;
  /** When the last answer came, epoch milliseconds; null before the first. */
  readonly atMs: number | null;
  /** The answer is older than it should be: show it as such. */
  readonly stale: boolean;
  /** Why the last attempt failed. */
  readonly error: Error | null;
  /** Asks now. */
  readonly refresh: () => void;
}

/** The longer the last answer is ago, the longer the next attempt waits. */
const pauseMs = (everyMs: number, answeredMs: number): number =>
  answeredMs === 0 ? everyMs * 2 : Math.min(MAX_PAUSE_MS, Math.max(everyMs, (Date.now() - answeredMs) / 2));

/** Gives up after a while, as if nothing had answered. */
const withinTime = async <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('no answer', 'TimeoutError')), TIMEOUT_MS);
  signal.addEventListener('abort', abort);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
};

/**
 * Polls data that has no event while the page is visible. Backs off while the server is away,
 * and says since when the answer is out of date.
 */
export const usePolled = <T>({
  queryKey,
  queryFn,
  everyMs,
  enabled = true,
}: {
  queryKey: QueryKey;
  queryFn: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds between two answers; of an answer that costs much to get, more. */
  everyMs: number | ((data: T | undefined) => number);
  enabled?: boolean;
}): Polled<T> => {
  const paceOf = (data: T | undefined) => (typeof everyMs === 'number' ? everyMs : everyMs(data));
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => withinTime(signal, queryFn),
    enabled,
    retry: false,
    staleTime: ({ state }) => paceOf(state.data) / 2,
    // A page that is looked at again may be hours old.
    refetchOnWindowFocus: true,
    refetchInterval: ({ state }) =>
      state.status === 'error' ? pauseMs(paceOf(state.data), state.dataUpdatedAt) : paceOf(state.data),
  });
  const nowMs = useNow(1_000);
  const answeredMs = query.dataUpdatedAt;
  const overdue = nowMs - answeredMs > paceOf(query.data) * TURNS_MISSED + TIMEOUT_MS;
  return {
    data: query.data,
    atMs: answeredMs === 0 ? null : answeredMs,
    stale: query.data !== undefined && (query.isError || overdue),
    error: query.error,
    refresh: () => void query.refetch(),
  };
};
