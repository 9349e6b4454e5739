import { setTimeout as delay } from 'node:timers/promises';
import { inflict } from './inflict.js';
import type { Finding } from './oracle.js';
import { Random } from './random.js';
import { prepareScene, removeScene } from './scene.js';
import { type FaultKind, planFaults } from './schedule.js';
import { until } from './until.js';
import { judge } from './verdict.js';

const SETTLE_MS = 60_000;

export interface RunOptions {
  readonly seed: number;
  /** How long things go wrong, in milliseconds. */
  readonly runMs: number;
  /** Clients that wait are told to try now, once all is whole: shortens a run and its recovery times. */
  readonly isHurried?: boolean;
  /** Ends the run early; everything that it started is ended all the same. */
  readonly abort?: AbortSignal;
  /** Is told what happens, for those who watch. */
  readonly say?: (line: string) => void;
}

/** What a run has shown. */
export interface RunResult {
  readonly seed: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly events: number;
  readonly clients: number;
  /** Those of them that do not use the SDK. */
  readonly rawClients: number;
  /** Events that clients received, of all clients together. */
  readonly delivered: number;
  /** Events that webhooks were sent, repetitions among them. */
  readonly webhookDeliveries: number;
  /** Messages of the broker, each of which became an event. */
  readonly brokerMessages: number;
  /** Notices that wanted an acknowledgement. */
  readonly notices: number;
  /** How late their steps began, after their time and after any trouble of that time, in milliseconds. */
  readonly latenessMs: readonly number[];
  readonly findings: readonly Finding[];
  /** Times that a client was told to load again, by reason. */
  readonly resyncs: ReadonlyMap<string, number>;
  readonly recoveriesMs: readonly number[];
}

/** One installation, its people and everything that goes wrong, from a seed. */
export async function run({
  seed,
  runMs,
  isHurried = false,
  abort,
  say = () => undefined,
}: RunOptions): Promise<RunResult> {
  const random = new Random(seed);
  const sleep = (untilMs: number): Promise<void> =>
    delay(Math.max(0, untilMs - performance.now()), undefined, abort ? { signal: abort } : {});
  const scene = await prepareScene(random);
  say('servers run');
  try {
    const faults = planFaults(random.fork(), runMs, scene.instances.length);
    for (const { subscriber } of scene.clients) subscriber.start();
    const watchers = [
      scene.watcher,
      scene.health,
      ...scene.raws,
      ...scene.pollers,
      ...scene.presences,
      ...scene.seekers,
    ];
    const watching = watchers.map((one) => one.run());
    const visiting = scene.visitors.map((visitor) => visitor.run());
    await until(() => scene.clients.every(({ subscriber }) => subscriber.isLive), SETTLE_MS, 'clients live');
    const workers = [...scene.writers, scene.emitter, ...scene.publishers, scene.brokerFeed, ...scene.crews];
    const working = workers.map((worker) => worker.run());
    const startMs = performance.now();
    const pending: Promise<void>[] = [];
    for (const fault of faults) {
      await sleep(startMs + fault.atMs);
      say(JSON.stringify(fault));
      const over = inflict(fault, scene).then(() => say(`over: ${fault.kind}`));
      over.catch(() => undefined); // awaited below
      pending.push(over);
    }
    await sleep(startMs + runMs);
    await Promise.all(pending);
    say('everything is whole again');
    for (const writer of [...scene.writers, ...scene.publishers, ...scene.crews])
      writer.stop(performance.now() + SETTLE_MS);
    for (const worker of [scene.emitter, scene.brokerFeed, ...scene.visitors]) worker.stop();
    await Promise.all([...working, ...visiting]);
    say('every write has its outcome');
    if (isHurried) for (const { subscriber } of scene.clients) subscriber.retry();
    const counts = new Map<FaultKind, number>();
    for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const verdict = await judge(scene);
    for (const one of watchers) one.stop();
    await Promise.all(watching);
    return { ...verdict, seed, faults: counts };
  } finally {
    await removeScene(scene);
  }
}
