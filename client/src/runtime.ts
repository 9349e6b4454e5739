import type { Runtime } from './options.js';

/** The real clock, timers and chance. */
export const systemRuntime: Runtime = {
  now: Date.now,
  later: (run, delayMs) => {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
  random: Math.random,
};

/** A timer that holds at most one appointment. */
export interface Timer {
  /** Runs after the delay, instead of whatever was due. */
  set(delayMs: number, run: () => void): void;
  /** Runs now what should have run: timers of hidden pages are late by up to a minute. */
  catchUp(): void;
  clear(): void;
}

export const createTimer = ({ now, later }: Runtime): Timer => {
  let dueAtMs = Number.POSITIVE_INFINITY;
  let due = () => {};
  let cancel = () => {};
  const clear = () => {
    dueAtMs = Number.POSITIVE_INFINITY;
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
      if (now() >= dueAtMs) fire();
    },
    clear,
  };
};
