import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../support/http.js';

/** Registers patients over HTTP at a steady rate, as an integration does: what fails is tried again. */
export interface Writer {
  /** MRNs of the writes that were acknowledged, each once. */
  readonly acknowledged: readonly string[];
  /** Attempts that failed and were made again with the same key. */
  readonly retries: number;
  /** Ends it once everything that was begun is acknowledged; answers the rate that it had. */
  finish(): Promise<{ perSecond: number }>;
}

export interface WriterOptions {
  readonly url: string;
  readonly token: string;
  readonly perSecond: number;
}

const TICK_MS = 20;
const RETRY_MS = 50;
/** Writes under way at once; a machine that is too slow for the rate gets fewer, not a pile. */
const MAX_RUNNING = 40;
/** What an honest server answers while it stops, or while the database is away. */
const RETRYABLE = new Set([409, 502, 503, 504]);

const timers = new Set<NodeJS.Timeout>();
/** Ends those that a failed test has left running. */
export const stopWriters = (): void => {
  for (const timer of timers) clearInterval(timer);
  timers.clear();
};

export function startWriter({ url, token, perSecond }: WriterOptions): Writer {
  const acknowledged: string[] = [];
  const running = new Set<Promise<void>>();
  let retries = 0;

  const write = async (mrn: string): Promise<void> => {
    const body = { mrn, first_name: 'Test', last_name: mrn };
    const headers = { 'idempotency-key': randomUUID() };
    for (;;) {
      const status = await call(url, 'POST', '/patients', { token, body, headers }).then(
        (answer) => answer.status,
        () => 503, // the connection broke: whether it was written is unknown
      );
      if (status === 201) break;
      if (!RETRYABLE.has(status)) throw new Error(`a write was answered ${status}`);
      retries++;
      await delay(RETRY_MS);
    }
    acknowledged.push(mrn);
  };

  const startMs = performance.now();
  let begun = 0;
  let failure: unknown;
  const tick = () => {
    const due = ((performance.now() - startMs) / 1_000) * perSecond;
    for (; begun < due && running.size < MAX_RUNNING; begun++) {
      const one: Promise<void> = write(randomUUID())
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => running.delete(one));
      running.add(one);
    }
  };
  const timer = setInterval(tick, TICK_MS);
  timers.add(timer);
  return {
    acknowledged,
    get retries() {
      return retries;
    },
    finish: async () => {
      clearInterval(timer);
      timers.delete(timer);
      await Promise.all(running);
      if (failure !== undefined) throw failure;
      return { perSecond: Math.round(acknowledged.length / ((performance.now() - startMs) / 1_000)) };
    },
  };
}
