import { type Bench, type Figures, type Row, type Scenario, using } from '../scenario.js';
import type { Contender } from '../targets/target.js';
import type { Wardbell } from '../targets/wardbell.js';
import {
  allReceived,
  CPU_COLUMN,
  DELAY_COLUMNS,
  fanOutFigures,
  openSockets,
  paced,
  spending,
} from './fan-out.js';

const SOCKETS = 1_000;
const PER_SECOND = 50;
const WARM_UP_S = 2;
/** Writes over HTTP before ours is measured: as long as V8 still compiles, each costs three times as much. */
const WARM_UP_WRITES = { perSecond: 150, seconds: 16 } as const;

const measurePeer = (bench: Bench, contender: Contender): Promise<Figures> =>
  using(contender.start(1), (target) =>
    bench.withClient(async (client) => {
      const seconds = bench.pick(3, 10);
      await openSockets(client, target, [SOCKETS]);
      await paced(PER_SECOND, WARM_UP_S, () => target.publish([0], 1));
      await allReceived(client, PER_SECOND * WARM_UP_S * SOCKETS);
      await client.reset();
      const spent = await spending(target.pid, async () => {
        await paced(PER_SECOND, seconds, () => target.publish([0], 1));
        await allReceived(client, PER_SECOND * seconds * SOCKETS);
      });
      const figures = fanOutFigures(spent, await client.report());
      return { ...figures, fan_out_us: figures['cpu_us'] ?? Number.NaN };
    }),
  );

/**
 * Ours gets its events over HTTP, through authentication, transaction, audit and log. What that costs by itself
 * is measured on the same process without sockets, so that the fan-out can be told from it.
 */
const measureOurs = (bench: Bench, starting: Promise<Wardbell>): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const seconds = bench.pick(3, 10);
      const publish = (): Promise<void> => target.publishOverHttp(0);
      await paced(WARM_UP_WRITES.perSecond, WARM_UP_WRITES.seconds, publish);
      const writing = await spending(target.pid, () => paced(PER_SECOND, seconds, publish));
      await openSockets(client, target, [SOCKETS]);
      await paced(PER_SECOND, WARM_UP_S, publish);
      await allReceived(client, PER_SECOND * WARM_UP_S * SOCKETS);
      await client.reset();
      const spent = await spending(target.pid, async () => {
        await paced(PER_SECOND, seconds, publish);
        await allReceived(client, PER_SECOND * seconds * SOCKETS);
      });
      const report = await client.report();
      return {
        ...fanOutFigures(spent, report),
        fan_out_us: (spent.cpuUs - writing.cpuUs) / report.deliveries,
      };
    }),
  );

/** Events one by one: the price of a write for each socket, which nobody gets below. */
export const pacedScenario: Scenario = {
  name: 'paced',
  title: `Paced: ${PER_SECOND} events/s to ${SOCKETS} sockets of a tenant`,
  columns: [
    { ...CPU_COLUMN, title: 'CPU µs a delivery, all' },
    { ...CPU_COLUMN, key: 'fan_out_us', title: 'without the HTTP writes' },
    ...DELAY_COLUMNS,
  ],
  isDefault: true,
  rows: (bench): Row[] => {
    const { bare, wsLoop, wsFrame, socketIo } = bench.peers;
    return [
      { name: bare.name, isFloor: true, measure: () => measurePeer(bench, bare) },
      ...[wsFrame, wsLoop, socketIo].map((peer) => ({
        name: peer.name,
        measure: () => measurePeer(bench, peer),
      })),
      ...bench.wardbells
        .flatMap((ours) => [ours, ours.overEventStreams])
        .map((ours) => ({ name: ours.name, measure: () => measureOurs(bench, ours.start(1)) })),
    ];
  },
};
