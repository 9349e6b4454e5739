import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Broker,
  type SimulatedSidecar,
  startBroker,
  startSidecar,
} from '../../support/simulated-sidecar.js';
import type { Deed, Ledger } from './ledger.js';
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

/**
 * A service that sends to a Kafka broker, and a simulated Dapr sidecar that delivers from there to any instance. Each
 * sidecar begins with the first message, so after its restart everything is delivered again.
 */
export class BrokerFeed {
  readonly #deeds: Deed[] = [];
  #sidecar: Promise<SimulatedSidecar> | undefined;
  #stopped = false;

  private constructor(
    private readonly broker: Broker,
    private readonly parts: BrokerFeedParts,
  ) {}

  static async start(parts: BrokerFeedParts): Promise<BrokerFeed> {
    const broker = await startBroker();
    const feed = new BrokerFeed(broker, parts);
    await feed.#send(1); // makes the topic
    feed.#sidecar = feed.#startSidecar();
    return feed;
  }

  async run(): Promise<void> {
    const { random } = this.parts;
    while (!this.#stopped) {
      await this.#send(random.between(1, 4));
      await delay(random.between(200, 900));
    }
  }

  /** Another sidecar takes over, from the first message. */
  async restartSidecar(): Promise<void> {
    const before = this.#sidecar;
    this.#sidecar = (async () => {
      await (await before)?.stop();
      return this.#startSidecar();
    })();
    await this.#sidecar;
  }

  /** Sends nothing more. Everything that was sent has to arrive. */
  stop(): void {
    this.#stopped = true;
  }

  /** Messages that were sent. */
  get sent(): number {
    return this.#deeds.length;
  }

  async isDelivered(): Promise<boolean> {
    const sidecar = await this.#sidecar;
    return sidecar !== undefined && sidecar.settled >= this.#deeds.length;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await (await this.#sidecar?.catch(() => undefined))?.stop();
    await this.broker.close();
  }

  async #send(count: number): Promise<void> {
    await this.broker.send(
      TOPIC,
      Array.from({ length: count }, () => this.#message()),
    );
  }

  #message(): string {
    const { tenantIds, ledger, random } = this.parts;
    const tenantId = random.pick(tenantIds);
    const key = randomUUID();
    const deed = ledger.intend(tenantId, TYPE, key);
    // the broker has it, so it has to become an event, whatever happens to sidecar and servers
    deed.outcome = 'acknowledged';
    this.#deeds.push(deed);
    return JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/faults/tasks',
      type: 'com.example.task',
      datacontenttype: 'application/json',
      data: { tenant_id: tenantId, key },
    });
  }

  async #startSidecar(): Promise<SimulatedSidecar> {
    const { ports, random } = this.parts;
    const serverUrl = () => `http://127.0.0.1:${random.pick(ports)}`;
    for (;;) {
      try {
        return await startSidecar({ broker: this.broker, serverUrl, token: TOKEN, topic: TOPIC });
      } catch (error) {
        if (this.#stopped) throw error;
        await delay(300); // the instance is away
      }
    }
  }
}
