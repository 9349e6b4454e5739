import { setTimeout as pause } from 'node:timers/promises';
import { cpuUs, residentBytes } from '../process-cost.js';
import { type Bench, type Figures, type Row, type Scenario, using } from '../scenario.js';
import type { Contender } from '../targets/target.js';

const TENANTS = 10;
const CONCURRENCY = 64;
const WARM_UP = 500;

const spread = (sockets: number): number[] => new Array<number>(TENANTS).fill(Math.ceil(sockets / TENANTS));

const measureHandshakes = (bench: Bench, contender: Contender): Promise<Figures> =>
  using(contender.start(TENANTS), (target) =>
    bench.withClient(async (client) => {
      const connect = (sockets: number) =>
        client.connect({
          ...target.entry(spread(sockets)),
          concurrency: CONCURRENCY,
          sampleEvery: sockets,
          retryForMs: 0,
        });
      const sockets = bench.pick(1_000, 5_000);
      await connect(WARM_UP);
      const cpu = cpuUs(target.pid);
      const database = bench.postgres.cpuUs();
      const report = await connect(sockets);
      return {
        cpu_us: (cpuUs(target.pid) - cpu) / report.ready,
        database_us: (bench.postgres.cpuUs() - database) / report.ready,
        per_s: report.ready / report.tookS,
        p99_ms: report.handshakeUs.p99 / 1_000,
      };
    }),
  );

const rows = (bench: Bench, measure: (bench: Bench, contender: Contender) => Promise<Figures>): Row[] => {
  const { bare, wsLoop, socketIo } = bench.peers;
  return [bare, wsLoop, socketIo, ...bench.wardbells].map((contender) => ({
    name: contender.name,
    isFloor: contender === bare,
    measure: () => measure(bench, contender),
  }));
};

/** A storm of connects, 64 handshakes at a time. Only ours verifies a token and admits against limits. */
export const handshakeScenario: Scenario = {
  name: 'handshake',
  title: `Handshakes, ${CONCURRENCY} at a time, ${TENANTS} tenants`,
  columns: [
    { key: 'cpu_us', title: 'CPU µs each', digits: 0, isRatio: true },
    { key: 'database_us', title: 'PostgreSQL µs each', digits: 0 },
    { key: 'per_s', title: 'handshakes/s', digits: 0 },
    { key: 'p99_ms', title: 'p99 ms', digits: 1 },
  ],
  isDefault: true,
  rows: (bench) => rows(bench, measureHandshakes),
};

/** For the garbage of the handshakes to be collected, as it is on a server that then idles. */
const SETTLE_MS = 20_000;

const measureIdle = (bench: Bench, contender: Contender): Promise<Figures> =>
  using(contender.start(TENANTS), (target) =>
    bench.withClient(async (client) => {
      const sockets = bench.pick(2_000, 10_000);
      await pause(2_000);
      const before = residentBytes(target.pid);
      const report = await client.connect({
        ...target.entry(spread(sockets)),
        concurrency: CONCURRENCY,
        sampleEvery: sockets,
        retryForMs: 0,
      });
      await pause(SETTLE_MS);
      const after = residentBytes(target.pid);
      const cpu = cpuUs(target.pid);
      await pause(10_000);
      return {
        bytes: (after - before) / report.ready,
        idle_core_percent: (cpuUs(target.pid) - cpu) / 1e5,
        start_mb: before / 1e6,
      };
    }),
  );

export const idleScenario: Scenario = {
  name: 'idle',
  title: 'Idle connections (10,000; 2,000 in the quick form)',
  columns: [
    { key: 'bytes', title: 'bytes a connection', digits: 0, isRatio: true },
    { key: 'idle_core_percent', title: '% of a core', digits: 1 },
    { key: 'start_mb', title: 'MB before', digits: 0 },
  ],
  isDefault: true,
  rows: (bench) => rows(bench, measureIdle),
};
