import { setTimeout as delay } from 'node:timers/promises';
import { type Span, Spans } from './spans.js';

const EVERY_MS = 100;
const TIMEOUT_MS = 500;

/** Notes when not every instance is ready, which includes that it reaches the database. */
export class HealthWatcher {
  readonly #down = new Spans();
  #stopped = false;

  constructor(private readonly ports: readonly number[]) {}

  /** Times at which an instance was not ready, in milliseconds since 1970. */
  get troubles(): readonly Span[] {
    return this.#down.all().map(toEpoch);
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const ready = await Promise.all(this.ports.map(isReady));
      if (ready.every(Boolean)) this.#down.end();
      else this.#down.begin();
      await delay(EVERY_MS);
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** A span of the monotonic clock in milliseconds since 1970. */
export const toEpoch = ({ fromMs, untilMs }: Span): Span => ({
  // what is seen at one look may have begun right after the look before
  fromMs: performance.timeOrigin + fromMs - EVERY_MS - TIMEOUT_MS,
  untilMs: performance.timeOrigin + untilMs,
});

const isReady = async (port: number): Promise<boolean> => {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return (await fetch(`http://127.0.0.1:${port}/health/ready`, { signal })).ok;
  } catch {
    return false;
  }
};
