import { cpuUs } from '../process-cost.js';
import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import { monotonicUs } from '../statistics.js';
import type { Wardbell } from '../targets/wardbell.js';
import { allReceived, CPU_COLUMN, openSockets, spending } from './fan-out.js';

/** Does a delivery, or a write, cost the same when there is more of everything? */

const EVENTS_EACH = 100;

const measureFanOut = (bench: Bench, starting: Promise<Wardbell>, socketsEach: number): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const tenants = target.tenantIds.map((_, index) => index);
      const deliveries = tenants.length * socketsEach * EVENTS_EACH;
      const bursts = Math.max(3, Math.round(bench.pick(1e6, 4e6) / deliveries));
      await openSockets(
        client,
        target,
        tenants.map(() => socketsEach),
      );
      const run = async (): Promise<void> => {
        await client.reset();
        await target.publish(tenants, EVENTS_EACH);
        await allReceived(client, deliveries);
      };
      await run();
      const spent = await spending(target.pid, async () => {
        for (let burst = 0; burst < bursts; burst++) await run();
      });
      return { cpu_us: spent.cpuUs / (deliveries * bursts) };
    }),
  );

/**
 * Sockets of a delivery's tenant are as many as ever, tenants are more; then the other way round. 19,000 sockets are
 * what a process can hold that may have 20,000 files open.
 */
export const growthScenario: Scenario = {
  name: 'growth',
  title: `Growth: ${EVENTS_EACH} events at once for every tenant`,
  columns: [CPU_COLUMN],
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.flatMap((ours) =>
      (
        [
          [1, 1_000],
          [10, 10],
          [100, 10],
          [1_000, 10],
          [1_900, 10],
          [1, 100],
          [1, 5_000],
          [1, 19_000],
        ] as const
      ).map(([tenants, socketsEach], index) => ({
        name: `${ours.name}, ${tenants} × ${socketsEach} sockets`,
        isFloor: index === 0,
        measure: () => measureFanOut(bench, ours.start(tenants), socketsEach),
      })),
    ),
};

const TENANTS = 4;
const CONNECTIONS = 8;

const fill = async (target: Wardbell, rows: number): Promise<void> => {
  await target.database.query(
    `INSERT INTO wardbell.outbox (tenant_id, seq, type, data)
     SELECT id, n, 'bench_event', '{"pad": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}'
     FROM generate_series(1, $2::bigint) AS n, unnest($1::uuid[]) AS id`,
    [target.tenantIds, rows / TENANTS],
  );
  await target.database.query('UPDATE wardbell.tenant_head SET seq = $2 WHERE tenant_id = ANY ($1::uuid[])', [
    target.tenantIds,
    rows / TENANTS,
  ]);
  await target.database.query('VACUUM ANALYZE wardbell.outbox');
};

const measureWrites = (bench: Bench, starting: Promise<Wardbell>, rows: number): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      await fill(target, rows);
      const patients = await target.database.query<{ id: string; tenant: string }>(
        `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name)
         SELECT id, 'M-1', 'First', 'Last' FROM unnest($1::uuid[]) AS id
         RETURNING id::text, tenant_id::text AS tenant`,
        [target.tenantIds],
      );
      const hammer = (seconds: number) =>
        client.hammer({
          host: target.host,
          port: target.port,
          request: 'update',
          connections: CONNECTIONS,
          seconds,
          patients: patients.map(({ id, tenant }) => ({
            id,
            identity: target.identity(target.tenantIds.indexOf(tenant), 'clinician'),
          })),
        });
      await hammer(3);
      const server = cpuUs(target.pid);
      const database = bench.postgres.cpuUs();
      const startUs = monotonicUs();
      const { answered } = await hammer(bench.pick(3, 8));
      return {
        database_us: (bench.postgres.cpuUs() - database) / answered,
        cpu_us: (cpuUs(target.pid) - server) / answered,
        per_s: (answered * 1e6) / (monotonicUs() - startUs),
      };
    }),
  );

/** The log only grows at its end; an update must not notice how long it is. */
export const growthWritesScenario: Scenario = {
  name: 'growth-writes',
  title: `Growth of the log: patient updates over HTTP, ${TENANTS} tenants`,
  columns: [
    { key: 'database_us', title: 'PostgreSQL CPU µs a write', digits: 0, isRatio: true },
    { key: 'cpu_us', title: 'server CPU µs', digits: 0 },
    { key: 'per_s', title: 'writes/s', digits: 0 },
  ],
  isDefault: false,
  rows: (bench) =>
    bench.wardbells.flatMap((ours) =>
      [10_000, 1_000_000, ...(bench.form === 'long' ? [10_000_000] : [])].map((rows, index) => ({
        name: `${ours.name}, ${rows.toLocaleString('en')} rows`,
        isFloor: index === 0,
        measure: () => measureWrites(bench, ours.start(TENANTS), rows),
      })),
    ),
};
