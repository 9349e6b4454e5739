import type { Runtime } from './options.js';

/** The system clock, timers and random numbers. */
export const systemRuntime: Runtime = {
  now: Date.now,
  later: (run, delayMs) => {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
  random: Math.random,
};

/** A timer with at most one pending callback. */
export interface Timer {
  /** Schedules a callback and replaces the pending one. */
  set(delayMs: number, run: () => void): void;
  /** Runs an overdue callback now, because timers of hidden pages are late by up to a minute. */
  catchUp(): void;
  clear(): void;
}

export const createTimer = ({ now, later }: Runtime): Timer => {
  let dueAtMs: number | undefined;
  let due = () => {};
  let cancel = () => {};
  const clear = () => {
    dueAtMs = undefined;
    cancel();
  };
  const fire = () => {
    clear();
    due();
  };
  return {
    set: (delayMs, run) => {
      clear();
      due = run;
      dueAtMs = now() + delayMs;
      cancel = later(fire, delayMs);
    },
    catchUp: () => {
      if (dueAtMs !== undefined && now() >= dueAtMs) fire();
    },
    clear,
  };
};
