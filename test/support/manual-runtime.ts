import type { Runtime } from '@wardbell/client';

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands until it is told to go: timers run in order, at their time. */
export interface ManualRuntime extends Runtime {
  /** Goes forward and runs what becomes due. */
  advance(ms: number): void;
  /** Jumps as a machine does that slept: the wall clock moves, timers have not counted. */
  sleep(ms: number): void;
  /** Timers that have not run. */
  readonly pending: number;
}

/** @param random what `random()` answers, by default always the middle */
export const manualRuntime = (random: () => number = () => 0.5): ManualRuntime => {
  let steadyMs = 0;
  let sleptMs = 1_700_000_000_000;
  const timers = new Set<Due>();
  return {
    now: () => steadyMs + sleptMs,
    random,
    later: (run, delayMs) => {
      const due = { atMs: steadyMs + Math.max(0, delayMs), run };
      timers.add(due);
      return () => void timers.delete(due);
    },
    advance: (ms) => {
      const untilMs = steadyMs + ms;
      for (;;) {
        const next = [...timers].filter((due) => due.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        timers.delete(next);
        steadyMs = Math.max(steadyMs, next.atMs);
        next.run();
      }
      steadyMs = untilMs;
    },
    sleep: (ms) => {
      sleptMs += ms;
    },
    get pending() {
      return timers.size;
    },
  };
};
