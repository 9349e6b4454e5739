import { type Bench, type Figures, type Row, type Scenario, using } from '../scenario.js';
import type { Contender } from '../targets/target.js';
import { allReceived, CPU_COLUMN, fanOutFigures, openSockets, spending } from './fan-out.js';

/** Bursts of events: each is made at once and must have arrived before the next. */
interface Burst {
  readonly tenants: number;
  readonly socketsEach: number;
  readonly eventsEach: number;
}

const ONE: Burst = { tenants: 1, socketsEach: 1_000, eventsEach: 500 };
const MANY: Burst = { tenants: 20, socketsEach: 500, eventsEach: 50 };

const measure = (
  bench: Bench,
  contender: Contender,
  { tenants, socketsEach, eventsEach }: Burst,
  bursts: number,
): Promise<Figures> =>
  using(contender.start(tenants), (target) =>
    bench.withClient(async (client) => {
      const all = Array.from({ length: tenants }, (_, tenant) => tenant);
      const deliveries = tenants * socketsEach * eventsEach;
      let seconds = 0;
      const run = async (): Promise<void> => {
        await client.reset();
        await target.publish(all, eventsEach);
        seconds += (await allReceived(client, deliveries)).spanS;
      };
      await openSockets(
        client,
        target,
        all.map(() => socketsEach),
      );
      for (let burst = 0; burst < 2; burst++) await run();
      seconds = 0;
      const spent = await spending(target.pid, async () => {
        for (let burst = 0; burst < bursts; burst++) await run();
      });
      const figures = fanOutFigures(spent, await client.report());
      return {
        ...figures,
        cpu_us: spent.cpuUs / (deliveries * bursts),
        deliveries_per_s: (deliveries * bursts) / seconds,
      };
    }),
  );

const rows = (bench: Bench, burst: Burst): Row[] => {
  const { bare, joined, wsLoop, wsFrame, socketIo } = bench.peers;
  const few = bench.pick(1, 4);
  const many = bench.pick(4, 20);
  return [
    { name: joined.name, isFloor: true, measure: () => measure(bench, joined, burst, many) },
    ...[bare, wsFrame, wsLoop, socketIo].map((peer) => ({
      name: peer.name,
      measure: () => measure(bench, peer, burst, few),
    })),
    ...bench.wardbells.map((ours) => ({ name: ours.name, measure: () => measure(bench, ours, burst, many) })),
  ];
};

const columns = [
  CPU_COLUMN,
  { key: 'deliveries_per_s', title: 'deliveries/s', digits: 0 },
  { key: 'joined', title: 'events a read', digits: 0 },
];

/** More events than single writes could carry. */
export const burstScenario: Scenario = {
  name: 'burst',
  title: `Burst: ${ONE.eventsEach} events at once to ${ONE.socketsEach} sockets of a tenant`,
  columns,
  isDefault: true,
  rows: (bench) => rows(bench, ONE),
};

export const tenantsScenario: Scenario = {
  name: 'tenants',
  title: `Many tenants: ${MANY.eventsEach} events at once for each of ${MANY.tenants} tenants of ${MANY.socketsEach} sockets`,
  columns,
  isDefault: true,
  rows: (bench) => rows(bench, MANY),
};
