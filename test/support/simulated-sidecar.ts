import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';

/** A broker that speaks the protocol of Kafka: the mock cluster of librdkafka, which kcat starts. */
export interface Broker {
  readonly address: string;
  /** Sends messages to one partition, in order. */
  send(topic: string, values: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startBroker(): Promise<Broker> {
  const child = spawn('kcat', ['-b', 'mock', '-X', 'test.mock.num.brokers=1', '-C', '-t', 'idle'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await addressOf(child);
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  return {
    address,
    send: async (topic, values) => {
      await producer.send({ topic, messages: values.map((value) => ({ key: 'one', value })) });
    },
    close: async () => {
      await producer.disconnect();
      child.kill();
    },
  };
}

async function addressOf({ stderr }: ChildProcess & { stderr: NodeJS.ReadableStream }): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const address = /replaced with (\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      stderr.resume();
      return address;
    }
  }
  throw new Error('kcat ended without a broker');
}

export interface Route {
  /** Where the server is now. */
  readonly serverUrl: () => string;
  readonly token: string;
  readonly topic: string;
}

export interface SidecarOptions extends Route {
  readonly broker: Broker;
}

export interface SimulatedSidecar {
  /** Entries that the server has answered with SUCCESS or DROP. */
  readonly settled: number;
  stop(): Promise<void>;
}

/** Messages of a topic, by their ids. */
export type Entries = ReadonlyMap<string, unknown>;

const Subscriptions = z.array(z.object({ topic: z.string(), route: z.string() }));
const Statuses = z.object({
  statuses: z.array(z.object({ entryId: z.string(), status: z.enum(['SUCCESS', 'RETRY', 'DROP']) })),
});
const PAUSE_MS = 100;
const TIMEOUT_MS = 15_000;

/**
 * Asks the server for its subscriptions, and returns a function that delivers messages of the topic as Dapr documents it,
 * in bulk: an entry with SUCCESS or DROP is done, one with RETRY is to be delivered again, and so is everything while the
 * server answers an error or not at all; 404 drops. It answers with the entries that are to be delivered again.
 */
export async function openRoute({
  serverUrl,
  token,
  topic,
}: Route): Promise<(entries: Entries) => Promise<Entries>> {
  const headers = { 'dapr-api-token': token, 'content-type': 'application/json' };
  const asked = await fetch(`${serverUrl()}/dapr/subscribe`, {
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const route = Subscriptions.parse(await asked.json()).find((each) => each.topic === topic)?.route;
  if (route === undefined) throw new Error(`the server does not subscribe to ${topic}`);
  return async (entries) => {
    try {
      const response = await fetch(serverUrl() + route, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          topic,
          entries: [...entries].map(([entryId, event]) => ({ entryId, event })),
        }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === 404) return new Map();
      if (!response.ok) return entries;
      const { statuses } = Statuses.parse(await response.json());
      const again = new Set(
        statuses.filter(({ status }) => status === 'RETRY').map(({ entryId }) => entryId),
      );
      return new Map([...entries].filter(([entryId]) => again.has(entryId)));
    } catch {
      return entries; // no connection
    }
  };
}

/**
 * Delivers a topic of the broker. Each sidecar begins at the first message, as one does that has lost its position.
 */
export async function startSidecar({ broker, ...route }: SidecarOptions): Promise<SimulatedSidecar> {
  const deliver = await openRoute(route);
  let settled = 0;
  const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: randomUUID(), retry: { retries: 50 } });
  await consumer.connect();
  await consumer.subscribe({ topic: route.topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, heartbeat, resolveOffset }) => {
      let entries: Entries = new Map(
        batch.messages.map(({ offset, value }) => [offset, JSON.parse(String(value))]),
      );
      while (entries.size > 0) {
        const before = entries.size;
        entries = await deliver(entries);
        settled += before - entries.size;
        if (entries.size > 0) await delay(PAUSE_MS);
        await heartbeat();
      }
      resolveOffset(batch.lastOffset());
    },
  });
  return {
    get settled() {
      return settled;
    },
    stop: () => consumer.disconnect(),
  };
}
