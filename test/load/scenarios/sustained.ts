import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, type Figures, type Row, type Scenario, using } from '../scenario.js';
import { DelaySample, monotonicUs } from '../statistics.js';
import type { Contender, Target } from '../targets/target.js';
import {
  allReceived,
  CPU_COLUMN,
  DELAY_COLUMNS,
  fanOutFigures,
  openSockets,
  paced,
  spending,
} from './fan-out.js';

/** A thousand events a second in all, made in transactions of ten. */
interface Stream {
  readonly tenants: number;
  readonly socketsEach: number;
}

const PER_SECOND = 1_000;
const BATCH = 10;
const WARM_UP_S = 3;
const ONE: Stream = { tenants: 1, socketsEach: 1_000 };
const MANY: Stream = { tenants: 20, socketsEach: 500 };

const ASK_EVERY_MS = 20;

/** Asks the server whether it lives until the work is done; answers how long that took, in milliseconds. */
const askingDuring = async <T>(target: Target, work: () => Promise<T>): Promise<[T, Figures]> => {
  const { host, port } = target.entry([]);
  const delayUs = new DelaySample();
  let isDone = false;
  const ask = async (): Promise<void> => {
    while (!isDone) {
      const startUs = monotonicUs();
      await (await fetch(`http://${host}:${port}/health/live`)).text();
      delayUs.add(monotonicUs() - startUs);
      await pause(ASK_EVERY_MS);
    }
  };
  const asking = ask();
  const result = await work().finally(() => {
    isDone = true;
  });
  await asking;
  const { p50, p99 } = delayUs.summary();
  return [result, { answer_p50_ms: p50 / 1_000, answer_p99_ms: p99 / 1_000 }];
};

const measure = (
  bench: Bench,
  contender: Contender,
  { tenants, socketsEach }: Stream,
  isAsked = false,
): Promise<Figures> =>
  using(contender.start(tenants), (target) =>
    bench.withClient(async (client) => {
      const seconds = bench.pick(4, 15);
      const publish = (n: number): Promise<void> => {
        if (tenants === 1) return target.publish([0], BATCH);
        const first = (n * BATCH) % tenants;
        return target.publish(
          Array.from({ length: BATCH }, (_, index) => first + index),
          1,
        );
      };
      const run = async (runS: number): Promise<void> => {
        await paced(PER_SECOND / BATCH, runS, publish);
        await allReceived(client, PER_SECOND * runS * socketsEach);
      };
      await openSockets(client, target, new Array<number>(tenants).fill(socketsEach));
      await run(WARM_UP_S);
      await client.reset();
      const work = () => spending(target.pid, () => run(seconds));
      const [spent, answers] = isAsked ? await askingDuring(target, work) : [await work(), {}];
      return { ...fanOutFigures(spent, await client.report()), ...answers };
    }),
  );

const rows = (bench: Bench, stream: Stream): Row[] => [
  { name: bench.peers.joined.name, isFloor: true, measure: () => measure(bench, bench.peers.joined, stream) },
  { name: bench.peers.bare.name, measure: () => measure(bench, bench.peers.bare, stream) },
  ...bench.wardbells.flatMap((ours) => [
    { name: ours.name, measure: () => measure(bench, ours, stream) },
    {
      name: `${ours.name}, asked every ${ASK_EVERY_MS} ms`,
      measure: () => measure(bench, ours, stream, true),
    },
  ]),
];

const columns = [
  CPU_COLUMN,
  { key: 'core_percent', title: '% of a core', digits: 0 },
  ...DELAY_COLUMNS,
  { key: 'answer_p50_ms', title: 'GET /health/live p50 ms', digits: 1 },
  { key: 'answer_p99_ms', title: 'p99 ms', digits: 1 },
];

export const sustainedScenario: Scenario = {
  name: 'sustained',
  title: `Sustained: ${PER_SECOND} events/s to ${ONE.socketsEach} sockets of a tenant`,
  columns,
  isDefault: true,
  rows: (bench) => rows(bench, ONE),
};

export const sustainedTenantsScenario: Scenario = {
  name: 'sustained-tenants',
  title: `Sustained: ${PER_SECOND / MANY.tenants} events/s to each of ${MANY.tenants} tenants of ${MANY.socketsEach} sockets`,
  columns,
  isDefault: true,
  rows: (bench) => rows(bench, MANY),
};
