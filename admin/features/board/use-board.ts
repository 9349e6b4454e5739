import { createClient } from '@wardbell/client';
import type { WaitingBoard } from '@wardbell/contract';
import { useEffect, useState } from 'react';

/** What was missed shows up after this time at the latest. */
const RELOAD_MS = 60_000;
const RETRY_MS = 3_000;
/** A load without an answer after this has failed. */
const ANSWER_MS = 20_000;
/** Several changes in a moment are one load. */
const SETTLE_MS = 100;

export interface BoardState {
  /** Null until it was loaded, and after the link has ended. */
  readonly board: WaitingBoard | null;
  /** When the board was last known to be right, in epoch milliseconds; null: it is right now. */
  readonly staleSinceMs: number | null;
  /** The key is not, or not any more, one that may see this. */
  readonly hasEnded: boolean;
}

const LOADING: BoardState = { board: null, staleSinceMs: null, hasEnded: false };
const ENDED: BoardState = { board: null, staleSinceMs: null, hasEnded: true };

/** The board of a key: loaded when its stream says that something changed, and empty as soon as the key is revoked. */
export const useBoard = (key: string): BoardState => {
  const [state, setState] = useState<BoardState>(LOADING);
  useEffect(() => {
    const client = createClient({
      url: '/ws',
      getToken: () => key,
      topics: ['appointments'],
      shareTabs: false,
    });
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let dueAtMs = Number.POSITIVE_INFINITY;
    let isLoading = false;
    /** Something changed during a load, which may have missed it. */
    let again = false;
    /** Counts the connections: what was asked for before the present one may lack what came between. */
    let connections = 0;
    let wasLive = false;
    let rightAtMs = Date.now();
    /** Loaded since the stream is connected. */
    let isLoaded = false;
    const end = () => {
      abort.abort();
      clearTimeout(timer);
      client.stop();
      setState(ENDED);
    };
    const show = () => {
      const isRight = isLoaded && client.state.status === 'live';
      if (isRight) rightAtMs = Date.now();
      const staleSinceMs = isRight ? null : rightAtMs;
      setState((shown) => (shown.hasEnded || shown.board === null ? shown : { ...shown, staleSinceMs }));
    };
    /** A load that is due earlier stays: changes that go on and on must not put it off. */
    const loadAfter = (delayMs: number) => {
      if (abort.signal.aborted) return;
      if (isLoading) {
        again = true;
        return;
      }
      const atMs = performance.now() + delayMs;
      if (atMs >= dueAtMs) return;
      clearTimeout(timer);
      dueAtMs = atMs;
      timer = setTimeout(() => void load(), delayMs);
    };
    const load = async () => {
      dueAtMs = Number.POSITIVE_INFINITY;
      isLoading = true;
      again = false;
      const connection = connections;
      const askedAtMs = Date.now();
      const attempt = new AbortController();
      const giveUp = () => attempt.abort();
      abort.signal.addEventListener('abort', giveUp);
      const patience = setTimeout(giveUp, ANSWER_MS);
      let nextMs = RELOAD_MS;
      try {
        const response = await fetch('/api/v1/waiting-board', {
          headers: { authorization: `Bearer ${key}`, 'wardbell-background': '1' },
          cache: 'no-store',
          credentials: 'omit',
          signal: attempt.signal,
        });
        if (response.status === 401 || response.status === 403) return end();
        if (!response.ok) throw new Error(`status ${response.status}`);
        const board: WaitingBoard = await response.json();
        if (abort.signal.aborted) return;
        isLoaded = connection === connections;
        rightAtMs = askedAtMs;
        if (again) nextMs = SETTLE_MS;
        setState({ board, staleSinceMs: rightAtMs, hasEnded: false });
      } catch {
        isLoaded = false;
        nextMs = RETRY_MS;
      } finally {
        clearTimeout(patience);
        abort.signal.removeEventListener('abort', giveUp);
        isLoading = false;
      }
      if (abort.signal.aborted) return;
      loadAfter(nextMs);
      show();
    };
    client.on('*', () => loadAfter(SETTLE_MS));
    client.onState(({ status }) => {
      if (status === 'stopped' && !abort.signal.aborted) return end();
      const isLive = status === 'live';
      if (isLive && !wasLive) {
        connections++;
        isLoaded = false;
        loadAfter(0);
      }
      wasLive = isLive;
      show();
    });
    client.start();
    loadAfter(0);
    return () => {
      abort.abort();
      clearTimeout(timer);
      client.stop();
    };
  }, [key]);
  return state;
};
