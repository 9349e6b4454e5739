import type { Runtime } from '@wardbell/client';

/** Real timers in a hurry: a minute of the client passes in a few seconds, and the machine can sleep. */
export interface TimeLapse extends Runtime {
  /** The wall clock goes on, timers have not counted: what a laptop does with its lid closed. */
  sleep(ms: number): void;
}

/** @param factor how much faster; `random` as in `Runtime` */
export const timeLapse = (factor: number, random: () => number = Math.random): TimeLapse => {
  const startMs = Date.now();
  let sleptMs = 0;
  return {
    now: () => startMs + (Date.now() - startMs) * factor + sleptMs,
    random,
    later: (run, delayMs) => {
      const handle = setTimeout(run, delayMs / factor);
      return () => clearTimeout(handle);
    },
    sleep: (ms) => {
      sleptMs += ms;
    },
  };
};
