import type { LogEvent } from '../../database/log-event.js';
import type { Gate } from './gate.js';

/** What follows a number in a tenant's log. */
export interface Wanted {
  readonly tenantId: string;
  readonly since: number;
  /** So many events, or as many as there are. */
  readonly count: number;
}

/** For each, in the order of the question, the events after `since`, up to `count`. */
export type ReadMany = (wanted: readonly Wanted[]) => Promise<readonly LogEvent[][]>;

interface Waiting extends Wanted {
  readonly resolve: (events: LogEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Tenants in one statement. */
const MAX_TENANTS = 64;
/** Events in one answer: it is held in memory whole. */
const MAX_EVENTS = 512;

/**
 * Joins reads that would wait for each other into one statement. A sweep that finds a thousand tenants, or the
 * head notice of an instance that serves them, costs sixteen reads and not a thousand. The first does not wait. Where
 * tenants lack many events, each gets all that it lacks and fewer share: what comes together is written together.
 */
export class SharedReads {
  readonly #waiting: Waiting[] = [];
  #isAsked = false;

  constructor(
    private readonly gate: Gate,
    private readonly read: ReadMany,
  ) {}

  /**
   * At least one event after `since` if there is any.
   * @param lacking how many there should be; more than fit into an answer take another one
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
      const batch = this.#waiting.splice(0, fitting(this.#waiting));
      this.#ask();
      try {
        const answers = await this.read(filled(batch));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] ?? []);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    });
  }
}

/** How many of these, from the first on, one answer has room for; the first always. */
const fitting = (waiting: readonly Wanted[]): number => {
  let events = 0;
  let tenants = 0;
  for (const { count } of waiting) {
    events += count;
    if (tenants > 0 && events > MAX_EVENTS) break;
    if (++tenants === MAX_TENANTS) break;
  }
  return tenants;
};

/** The same with the room that is left, for what has been committed since. */
const filled = (batch: readonly Waiting[]): Wanted[] => {
  const events = batch.reduce((sum, { count }) => sum + count, 0);
  const room = Math.floor(Math.max(0, MAX_EVENTS - events) / batch.length);
  return batch.map(({ tenantId, since, count }) => ({ tenantId, since, count: count + room }));
};
