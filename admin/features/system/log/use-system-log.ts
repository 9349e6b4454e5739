import { createClient, type SocketConstructor, type State } from '@wardbell/client';
import type { LogLevel } from '@wardbell/contract';
import { useCallback, useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { isAbort } from '../../../shared/api/api';
import { randomId } from '../../../shared/api/random-id';
import { useApi, useSession } from '../../../shared/session/context';
import { createGetToken } from '../../../shared/session/get-token';
import type { Session } from '../../../shared/session/session';
import { EMPTY_LOG, type LogBuffer, type LogLine, MAX_LINES, reduceLog } from './log-buffer';

const PAGE = 200;
/** Lines come up to 100 times a second, the list is drawn this often. */
const DRAW_MS = 250;
const SEVERITY: Readonly<Record<LogLevel, number>> = { info: 0, warn: 1, error: 2 };

/** A WebSocket that chooses the level of the log as soon as it is open. */
const socketOf = (level: LogLevel): SocketConstructor =>
  class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      const subscribe = JSON.stringify({ type: 'subscribe', log_level: level });
      this.addEventListener('open', () => this.send(subscribe), { once: true });
    }
  };

/** A connection of its own: the one that all rooms share would carry the lines everywhere, and in every tab. */
const createLogClient = (session: Session, level: LogLevel) =>
  createClient({
    url: '/ws',
    topics: ['system'],
    types: ['system_log'],
    shareTabs: false,
    WebSocket: socketOf(level),
    getToken: createGetToken(session),
  });

export interface SystemLog {
  readonly log: LogBuffer;
  readonly connection: State;
  readonly isLoading: boolean;
  /** Why the last request failed. */
  readonly error: Error | null;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly loadOlder: () => void;
  /** Loads the newest stored lines again. */
  readonly reload: () => void;
}

/**
 * The log from this level on. Live lines are those of the instance to which this page is connected; stored ones,
 * which are loaded after each connection, are of all instances.
 */
export const useSystemLog = (level: LogLevel): SystemLog => {
  const api = useApi();
  const session = useSession();
  const [client] = useState(() => createLogClient(session, level));
  const [log, dispatch] = useReducer(reduceLog, EMPTY_LOG);
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const connection = useSyncExternalStore(
    useCallback((listener: () => void) => client.onState(listener), [client]),
    () => client.state,
    () => client.state,
  );

  useEffect(() => {
    let waiting: LogLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      dispatch({ do: 'add', lines: waiting.toReversed() });
      waiting = [];
    };
    const stop = client.on('system_log', ({ data }) => {
      // over server-sent events the level cannot be chosen
      if (SEVERITY[data.level] < SEVERITY[level]) return;
      waiting.push({ ...data, id: randomId(), atMs: Date.now(), dropped: data.dropped ?? 0 });
      if (waiting.length > MAX_LINES) waiting.shift();
      timer ??= setTimeout(draw, DRAW_MS);
    });
    client.start();
    return () => {
      stop();
      clearTimeout(timer);
      client.stop();
    };
  }, [client, level]);

  const request = useRef<AbortController | undefined>(undefined);
  const load = async (after: string | undefined) => {
    request.current?.abort();
    const controller = new AbortController();
    request.current = controller;
    const askedMs = Date.now();
    setLoading(true);
    try {
      const { signal } = controller;
      const page = await api.call('GET', '/system/log', { query: { level, after, limit: PAGE }, signal });
      dispatch(after === undefined ? { do: 'restart', page, askedMs } : { do: 'older', page });
      setError(null);
    } catch (cause) {
      if (isAbort(cause)) return;
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    }
    if (request.current === controller) setLoading(false);
  };
  useEffect(() => () => request.current?.abort(), []);

  // what was logged without a connection was not sent: after each connection the stored lines are loaded
  const isLive = connection.status === 'live';
  const [isOutdated, setOutdated] = useState(true);
  useEffect(() => {
    if (!isLive) setOutdated(true);
  }, [isLive]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each connection, not in each render
  useEffect(() => {
    if (!isLive || !isOutdated || log.isPaused) return;
    setOutdated(false);
    void load(undefined);
  }, [isLive, isOutdated, log.isPaused]);

  return {
    log,
    connection,
    isLoading,
    error,
    pause: () => dispatch({ do: 'pause' }),
    resume: () => dispatch({ do: 'resume' }),
    loadOlder: () => {
      const { next, isCut, lines } = log;
      if (typeof next === 'string' && !isCut && !isLoading && !error && lines.length < MAX_LINES)
        void load(next);
    },
    reload: () => void load(undefined),
  };
};
