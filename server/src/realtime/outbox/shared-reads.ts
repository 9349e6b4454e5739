import type { LogEvent } from '../../database/log-event.js';
import type { Gate } from './gate.js';

/** A request for the events after a sequence number of a tenant. */
export interface Wanted {
  readonly tenantId: string;
  readonly since: number;
  /** Maximum number of events. */
  readonly count: number;
}

/** Returns, for each request and in the same order, up to `count` events after `since`. */
export type ReadMany = (wanted: readonly Wanted[]) => Promise<readonly LogEvent[][]>;

interface Waiting extends Wanted {
  readonly resolve: (events: LogEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Maximum number of tenants in one statement. */
const MAX_TENANTS = 64;
/** Maximum number of events in one answer, which is held in memory. */
const MAX_EVENTS = 512;

/**
 * Batches reads of many tenants into one statement while another read runs. A sweep that finds a thousand tenants, or
 * the head notice of an instance that serves them, costs sixteen reads instead of a thousand. The first read does not
 * wait. If tenants lack many events, fewer tenants share a statement, so that each gets all of its events in one
 * answer.
 */
export class SharedReads {
  readonly #waiting: Waiting[] = [];
  #isAsked = false;

  constructor(
    private readonly gate: Gate,
    private readonly read: ReadMany,
  ) {}

  /**
   * Reads events after `since`, at least one if there is any.
   * @param lacking the expected number of events; those that do not fit into one answer need another read
   */
  after(tenantId: string, since: number, lacking: number): Promise<LogEvent[]> {
    const count = Math.max(1, Math.min(lacking, MAX_EVENTS));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tenantId, since, count, resolve, reject });
      this.#ask();
    });
  }

  #ask(): void {
    if (this.#isAsked || this.#waiting.length === 0) return;
    this.#isAsked = true;
    void this.gate.run(async () => {
      this.#isAsked = false;
      const batch = this.#waiting.splice(0, countFitting(this.#waiting));
      this.#ask();
      try {
        const answers = await this.read(fillRemaining(batch));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] ?? []);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    });
  }
}

/** Length of the longest prefix of the queue that fits into one answer; at least 1. */
const countFitting = (waiting: readonly Wanted[]): number => {
  let events = 0;
  let tenants = 0;
  for (const { count } of waiting) {
    events += count;
    if (tenants > 0 && events > MAX_EVENTS) break;
    if (++tenants === MAX_TENANTS) break;
  }
  return tenants;
};

/** Distributes the remaining room among the requests, for events that have been committed in the meantime. */
const fillRemaining = (batch: readonly Waiting[]): Wanted[] => {
  const events = batch.reduce((sum, { count }) => sum + count, 0);
  const room = Math.floor(Math.max(0, MAX_EVENTS - events) / batch.length);
  return batch.map(({ tenantId, since, count }) => ({ tenantId, since, count: count + room }));
};
