import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Deed, Ledger } from './ledger.js';
import type { Random } from './random.js';

const TYPE = 'order_placed';
const SOURCE = '/faults/orders';
const TIMEOUT_MS = 5_000;
const MAX_BATCH = 5;
const Row = z.object({ id: z.string(), seq: z.number() });
const One = Row.transform((row) => [row]);
const Many = z.object({ data: z.array(Row) }).transform(({ data }) => data);
type Rows = z.output<typeof One>;

export interface PublisherParts {
  readonly tenantId: string;
  readonly apiUrl: string;
  readonly token: () => Promise<string>;
  readonly ledger: Ledger;
  readonly random: Random;
}

/**
 * A service of a clinic that publishes CloudEvents over HTTP, alone and in batches. It repeats a request with the same
 * ids until it is answered, and some that were answered already: the repetition must have the first answer.
 */
export class Publisher {
  #stopped = false;
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(private readonly parts: PublisherParts) {}

  async run(): Promise<void> {
    const { random } = this.parts;
    while (!this.#stopped) {
      await this.#publish(random.isTrue(0.5) ? 1 : random.between(2, MAX_BATCH));
      await delay(random.between(100, 600));
    }
  }

  /** Publishes nothing new; what is under way is tried until then. */
  stop(deadlineMs: number): void {
    this.#stopped = true;
    this.#deadlineMs = deadlineMs;
  }

  async #publish(count: number): Promise<void> {
    const { ledger, tenantId, random } = this.parts;
    const deeds: Deed[] = [];
    const events = Array.from({ length: count }, () => {
      const key = randomUUID();
      deeds.push(ledger.intend(tenantId, TYPE, key));
      return {
        specversion: '1.0',
        id: randomUUID(),
        source: SOURCE,
        type: TYPE,
        subject: key,
        data: { key },
      };
    });
    const first = await this.#settle(events);
    if (!first) return;
    for (const deed of deeds) deed.outcome = 'acknowledged';
    if (!random.isTrue(0.3)) return;
    const again = await this.#settle(events);
    if (again && JSON.stringify(again) !== JSON.stringify(first))
      ledger.surprises.push('a repeated CloudEvent was not answered with the number of the first');
  }

  /** Tries until it is answered. */
  async #settle(events: readonly object[]): Promise<Rows | undefined> {
    while (performance.now() < this.#deadlineMs) {
      const rows = await this.#send(events).catch(() => undefined); // it may have happened
      if (rows) return rows;
      await delay(this.parts.random.between(50, 400));
    }
    return undefined;
  }

  /** Undefined when the answer is to be repeated. */
  async #send(events: readonly object[]): Promise<Rows | undefined> {
    const isOne = events.length === 1;
    const response = await fetch(`${this.parts.apiUrl}/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.parts.token()}`,
        'content-type': `application/cloudevents${isOne ? '' : '-batch'}+json`,
      },
      body: JSON.stringify(isOne ? events[0] : events),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json();
    if (response.ok) return (isOne ? One : Many).parse(body);
    if (response.status !== 503 && response.status !== 409)
      this.parts.ledger.surprises.push(`POST /events: ${response.status}`);
    return undefined;
  }
}
