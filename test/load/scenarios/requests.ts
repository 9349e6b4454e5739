import type { Hammer } from '../client/commands.js';
import { moveTo } from '../machine.js';
import { cpuUs } from '../process-cost.js';
import { type Bench, type Figures, using } from '../scenario.js';
import type { Wardbell } from '../targets/wardbell.js';
import { allReceived, openSockets } from './fan-out.js';

const PATIENTS_EACH = 100;
const WATCHERS_EACH = 2;
const CONNECTIONS = 32;
const WARM_UP_S = 3;

const makePatients = async (target: Wardbell) => {
  const rows = await target.database.query<{ id: string; tenant: string }>(
    `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name, phone, notes)
     SELECT t.id, 'M-' || n, 'First ' || n, 'Last ' || n, '+49 30 1', 'Allergic to penicillin'
     FROM unnest($1::uuid[]) AS t(id), generate_series(1, $2) AS n
     RETURNING id::text, tenant_id::text AS tenant`,
    [target.tenantIds, PATIENTS_EACH],
  );
  const patients = rows.map(({ id, tenant }) => ({
    id,
    identity: target.identity(target.tenantIds.indexOf(tenant), 'clinician'),
  }));
  // one tenant after the other would make each wait for its own head
  return patients.sort((a, b) => (a.id < b.id ? -1 : 1));
};

/** Requests of one kind to all patients, one after the other; updates with sockets that get their events. */
export const measureRequests = (
  bench: Bench,
  starting: Promise<Wardbell>,
  tenants: number,
  request: Hammer['request'],
): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const { two, others } = bench.placement;
      try {
        // server, database and client share two cores
        moveTo(target.pid, two);
        moveTo(client.pid, two);
        bench.postgres.moveTo(two);
        const patients = await makePatients(target);
        const watchers = request === 'update' ? WATCHERS_EACH : 0;
        await openSockets(client, target, new Array<number>(tenants).fill(watchers));
        const hammer = (seconds: number) =>
          client.hammer({
            host: target.host,
            port: target.port,
            connections: CONNECTIONS,
            seconds,
            request,
            patients,
          });
        const warm = await hammer(WARM_UP_S);
        await allReceived(client, warm.answered * watchers);
        await client.reset();
        const cpu = cpuUs(target.pid);
        const database = bench.postgres.cpuUs();
        const report = await hammer(bench.pick(4, 10));
        const figures = {
          per_s: report.answered / report.tookS,
          cpu_us: (cpuUs(target.pid) - cpu) / report.answered,
          database_us: (bench.postgres.cpuUs() - database) / report.answered,
          p50_ms: report.delayUs.p50 / 1_000,
          p99_ms: report.delayUs.p99 / 1_000,
        };
        if (Object.keys(report.failed).length > 0) {
          throw new Error(`requests were refused: ${JSON.stringify(report.failed)}`);
        }
        await allReceived(client, report.answered * watchers);
        return figures;
      } finally {
        bench.postgres.moveTo(others);
      }
    }),
  );

/** Columns of `measureRequests`. */
export const requestColumns = (title: string) =>
  [
    { key: 'per_s', title, digits: 0 },
    { key: 'cpu_us', title: 'server CPU µs', digits: 0 },
    { key: 'database_us', title: 'PostgreSQL CPU µs', digits: 0 },
    { key: 'p50_ms', title: 'p50 ms', digits: 1 },
    { key: 'p99_ms', title: 'p99 ms', digits: 1 },
  ] as const;
