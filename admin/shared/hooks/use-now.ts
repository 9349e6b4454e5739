import { useSyncExternalStore } from 'react';

const clocks = new Map<number, { nowMs: number; subscribe: (tick: () => void) => () => void }>();

/** One timer for everything on the page that ticks at the same pace. */
const clockOf = (everyMs: number) => {
  const known = clocks.get(everyMs);
  if (known) return known;
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const clock = {
    nowMs: Date.now(),
    subscribe: (tick: () => void) => {
      if (listeners.size === 0) {
        clock.nowMs = Date.now();
        timer = setInterval(() => {
          clock.nowMs = Date.now();
          for (const listener of listeners) listener();
        }, everyMs);
      }
      listeners.add(tick);
      return () => {
        listeners.delete(tick);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
  clocks.set(everyMs, clock);
  return clock;
};

/** The time in epoch milliseconds, anew every so often. */
export const useNow = (everyMs: number): number => {
  const clock = clockOf(everyMs);
  return useSyncExternalStore(
    clock.subscribe,
    () => clock.nowMs,
    () => 0,
  );
};
