import { setTimeout as pause } from 'node:timers/promises';
import type { LoadClient } from '../load-client.js';
import { cpuUs } from '../process-cost.js';
import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import { monotonicUs } from '../statistics.js';
import type { Wardbell } from '../targets/wardbell.js';

const TENANTS = 10;
/** What everybody missed while the server was away. */
const MISSED = 50;
const CONCURRENCY = 64;
const GIVE_UP_MS = 60_000;
/** As a server that drains spreads them. */
const SLOTS_PER_SECOND = 2_000;

const comeBack = async (
  client: LoadClient,
  target: Wardbell,
  { sockets, since, spreadMs }: { sockets: number; since: number; spreadMs: number },
) => {
  const [installation] = await target.database.query<{ epoch: string }>(
    'SELECT epoch::text FROM wardbell.installation',
  );
  const { groups, ...entry } = target.entry(new Array<number>(TENANTS).fill(sockets / TENANTS));
  return client.connect({
    ...entry,
    groups: groups.map((group) => ({
      ...group,
      path: `/ws?since=${since}&epoch=${installation?.epoch ?? ''}`,
    })),
    readyOn: 'resumed',
    concurrency: sockets,
    spreadMs,
    sampleEvery: sockets,
    retryForMs: GIVE_UP_MS,
  });
};

const measure = (bench: Bench, starting: Promise<Wardbell>, isSpread: boolean): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const sockets = bench.pick(2_000, 10_000);
      const everyone = Array.from({ length: TENANTS }, (_, tenant) => tenant);
      const opened = await client.connect({
        ...target.entry(new Array<number>(TENANTS).fill(sockets / TENANTS)),
        concurrency: CONCURRENCY,
        sampleEvery: sockets,
        retryForMs: 0,
      });
      if (opened.ready !== sockets) throw new Error(`only ${opened.ready} of ${sockets} came in`);
      await target.publish(everyone, MISSED);
      await client.received(sockets * MISSED, GIVE_UP_MS);
      await target.kill();
      await client.disconnect(sockets);
      await target.publish(everyone, MISSED);
      await client.reset();
      const killedUs = monotonicUs();
      await target.startServer();
      const readyUs = monotonicUs();
      const cpu = cpuUs(target.pid);
      const spreadMs = isSpread ? (sockets / SLOTS_PER_SECOND) * 1_000 : 0;
      const storm = await comeBack(client, target, { sockets, since: MISSED, spreadMs });
      const tookS = storm.tookS;
      const report = await client.received(sockets * MISSED, GIVE_UP_MS);
      await pause(100);
      if (storm.ready !== sockets || report.deliveries !== sockets * MISSED) {
        throw new Error(`${storm.ready} of ${sockets} came back, with ${report.deliveries} events`);
      }
      return {
        start_s: (readyUs - killedUs) / 1e6,
        back_s: tookS,
        p50_ms: storm.handshakeUs.p50 / 1_000,
        p99_ms: storm.handshakeUs.p99 / 1_000,
        attempts: storm.attempts / sockets,
        cpu_us: (cpuUs(target.pid) - cpu) / sockets,
      };
    }),
  );

/** After `kill -9` everybody returns, each with the position that it had: at once, or in slots. */
export const resumeScenario: Scenario = {
  name: 'resume',
  title: `Resume storm: all sockets (10,000; 2,000 in the quick form) return, each missed ${MISSED} events`,
  columns: [
    { key: 'start_s', title: 'restart s', digits: 1 },
    { key: 'back_s', title: 'all back after s', digits: 1 },
    { key: 'p50_ms', title: 'connect to resumed p50 ms', digits: 0 },
    { key: 'p99_ms', title: 'p99 ms', digits: 0 },
    { key: 'attempts', title: 'attempts each', digits: 2 },
    { key: 'cpu_us', title: 'CPU µs each', digits: 0 },
  ],
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.flatMap((ours) => [
      { name: `${ours.name}, all at once`, measure: () => measure(bench, ours.start(TENANTS), false) },
      {
        name: `${ours.name}, ${SLOTS_PER_SECOND} a second`,
        measure: () => measure(bench, ours.start(TENANTS), true),
      },
    ]),
};
