import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Entries, openRoute } from '../../support/simulated-sidecar.js';
import type { Ledger } from './ledger.js';
import type { Random } from './random.js';

const TYPE = 'task_assigned';
const TOPIC = 'tasks';
const TOKEN = 'the-token-of-the-sidecar';
const SUBSCRIPTION = { pubsubname: 'broker', topic: TOPIC, tenant: '/data/tenant_id', type: TYPE };

/** Settings of the servers that take what the broker has. */
export const BROKER_ENV = {
  DAPR_SUBSCRIPTIONS: JSON.stringify([SUBSCRIPTION]),
  APP_API_TOKEN: TOKEN,
};

export interface BrokerFeedParts {
  readonly tenantIds: readonly string[];
  readonly ports: readonly number[];
  readonly ledger: Ledger;
  readonly random: Random;
}

const MAX_BULK = 20;
const POLL_MS = 50;
const AGAIN_MS = 100;

/**
 * A topic of a broker that loses nothing, a service that sends to it, and a simulated Dapr sidecar that delivers to any
 * instance. Each sidecar begins with the first message, so after its restart everything is delivered again.
 */
export class BrokerFeed {
  readonly #topic: string[] = [];
  /** Messages that the present sidecar has delivered. */
  #delivered = 0;
  /** Number of the present sidecar; an earlier one delivers nothing any more. */
  #sidecar = 0;
  #isSending = true;

  constructor(private readonly parts: BrokerFeedParts) {}

  /** Sends until `stop`. */
  async run(): Promise<void> {
    const { random } = this.parts;
    this.restartSidecar();
    while (this.#isSending) {
      for (let count = random.between(1, 4); count > 0; count--) this.#topic.push(this.#message());
      await delay(random.between(200, 900));
    }
  }

  /** Another sidecar takes over, from the first message. */
  restartSidecar(): void {
    this.#sidecar += 1;
    this.#delivered = 0;
    void this.#deliverAll(this.#sidecar);
  }

  /** Sends nothing more. Everything that was sent has to arrive. */
  stop(): void {
    this.#isSending = false;
  }

  /** Messages that were sent. */
  get sent(): number {
    return this.#topic.length;
  }

  get isDelivered(): boolean {
    return this.#delivered >= this.#topic.length;
  }

  /** Ends sending and delivering. */
  close(): void {
    this.#isSending = false;
    this.#sidecar = 0;
  }

  #message(): string {
    const { tenantIds, ledger, random } = this.parts;
    const tenantId = random.pick(tenantIds);
    const key = randomUUID();
    // the broker has it, so it has to become an event, whatever happens to sidecar and servers
    ledger.intend(tenantId, TYPE, key).outcome = 'acknowledged';
    return JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/faults/tasks',
      type: 'com.example.task',
      datacontenttype: 'application/json',
      data: { tenant_id: tenantId, key },
    });
  }

  async #deliverAll(sidecar: number): Promise<void> {
    const deliver = await this.#open(sidecar);
    while (sidecar === this.#sidecar) {
      const from = this.#delivered;
      let entries: Entries = new Map(
        this.#topic.slice(from, from + MAX_BULK).map((text, at) => [String(from + at), JSON.parse(text)]),
      );
      const { size } = entries;
      while (entries.size > 0 && sidecar === this.#sidecar) {
        entries = await deliver(entries);
        if (entries.size > 0) await delay(AGAIN_MS);
      }
      if (sidecar !== this.#sidecar) return;
      this.#delivered += size;
      if (size === 0) await delay(POLL_MS);
    }
  }

  /** Tries until an instance has told its subscriptions. */
  async #open(sidecar: number): Promise<(entries: Entries) => Promise<Entries>> {
    const { ports, random } = this.parts;
    const serverUrl = () => `http://127.0.0.1:${random.pick(ports)}`;
    while (sidecar === this.#sidecar) {
      try {
        return await openRoute({ serverUrl, token: TOKEN, topic: TOPIC });
      } catch {
        await delay(300); // the instance is away
      }
    }
    return async () => new Map();
  }
}
