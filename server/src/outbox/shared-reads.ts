import type { LogEvent } from '../database/log-event.js';
import type { Gate } from './gate.js';

/** What follows a number in a tenant's log. */
export interface Wanted {
  readonly tenantId: string;
  readonly since: number;
}

/** For each, in the order of the question, at least one event after `since` if there is any, up to `limitEach`. */
export type ReadMany = (wanted: readonly Wanted[], limitEach: number) => Promise<readonly LogEvent[][]>;

interface Waiting extends Wanted {
  readonly resolve: (events: LogEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Tenants in one statement. */
const MAX_TENANTS = 64;
/** Events in one answer, shared by its tenants: it is held in memory whole. */
const MAX_EVENTS = 512;

/**
 * Joins reads that would wait for each other into one statement. A sweep that finds a thousand tenants, or the
 * doorbell of an instance that serves them, costs sixteen reads and not a thousand. The first does not wait.
 */
export class SharedReads {
  readonly #waiting: Waiting[] = [];
  #isAsked = false;

  constructor(
    private readonly gate: Gate,
    private readonly read: ReadMany,
  ) {}

  /** At least one event after `since` if there is any; how many depends on how many others ask. */
  after(tenantId: string, since: number): Promise<LogEvent[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tenantId, since, resolve, reject });
      this.#ask();
    });
  }

  #ask(): void {
    if (this.#isAsked || this.#waiting.length === 0) return;
    this.#isAsked = true;
    void this.gate.run(async () => {
      this.#isAsked = false;
      const batch = this.#waiting.splice(0, MAX_TENANTS);
      this.#ask();
      try {
        const answers = await this.read(batch, Math.floor(MAX_EVENTS / batch.length));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] ?? []);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    });
  }
}
