import { createClient } from '@wardbell/client';
import type { WaitingBoard } from '@wardbell/contract';
import { useEffect, useState } from 'react';

/** What was missed shows up after this time at the latest. */
const RELOAD_MS = 60_000;
const RETRY_MS = 3_000;
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
    let loading = 0;
    let rightAtMs = Date.now();
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
    const loadAfter = (delayMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), delayMs);
    };
    const load = async () => {
      const mine = ++loading;
      loadAfter(RELOAD_MS);
      try {
        const response = await fetch('/api/v1/waiting-board', {
          headers: { authorization: `Bearer ${key}`, 'wardbell-background': '1' },
          cache: 'no-store',
          credentials: 'omit',
          signal: abort.signal,
        });
        if (response.status === 401 || response.status === 403) return end();
        if (!response.ok) throw new Error(`status ${response.status}`);
        const board: WaitingBoard = await response.json();
        if (mine !== loading || abort.signal.aborted) return;
        isLoaded = true;
        setState({ board, staleSinceMs: null, hasEnded: false });
      } catch {
        if (mine !== loading || abort.signal.aborted) return;
        isLoaded = false;
        loadAfter(RETRY_MS);
      }
      show();
    };
    client.on('*', () => loadAfter(SETTLE_MS));
    client.onState(({ status }) => {
      if (status === 'stopped' && !abort.signal.aborted) return end();
      if (status === 'live') loadAfter(0);
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
