import { type Bench, type Figures, type Row, type Scenario, using } from '../scenario.js';
import type { Contender } from '../targets/target.js';
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

const measure = (bench: Bench, contender: Contender, { tenants, socketsEach }: Stream): Promise<Figures> =>
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
      const spent = await spending(target.pid, () => run(seconds));
      return fanOutFigures(spent, await client.report());
    }),
  );

const rows = (bench: Bench, stream: Stream): Row[] => [
  { name: bench.peers.joined.name, isFloor: true, measure: () => measure(bench, bench.peers.joined, stream) },
  { name: bench.peers.bare.name, measure: () => measure(bench, bench.peers.bare, stream) },
  ...bench.wardbells.map((ours) => ({ name: ours.name, measure: () => measure(bench, ours, stream) })),
];

const columns = [CPU_COLUMN, { key: 'core_percent', title: '% of a core', digits: 0 }, ...DELAY_COLUMNS];

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
