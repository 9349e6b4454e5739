import type { Runtime } from './options.js';

/** The real clock, timers and chance. */
export const systemRuntime: Runtime = {
  now: () => Date.now(),
  later: (run, delayMs) => {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
  random: () => Math.random(),
};

/** A timer that holds at most one appointment. */
export class Timer {
  #due: { readonly atMs: number; readonly run: () => void; readonly cancel: () => void } | null = null;
  constructor(private readonly runtime: Runtime) {}

  /** Runs after the delay, instead of whatever was due. */
  set(delayMs: number, run: () => void): void {
    this.clear();
    const cancel = this.runtime.later(() => {
      this.#due = null;
      run();
    }, delayMs);
    this.#due = { atMs: this.runtime.now() + delayMs, run, cancel };
  }

  /** Runs now what should have run: timers of hidden pages are late by up to a minute. */
  catchUp(): void {
    const due = this.#due;
    if (!due || this.runtime.now() < due.atMs) return;
    this.clear();
    due.run();
  }

  clear(): void {
    this.#due?.cancel();
    this.#due = null;
  }
}
