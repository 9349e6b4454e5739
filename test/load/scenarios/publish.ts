import { HttpConnection } from '../client/http-connection.js';
import { moveTo } from '../machine.js';
import { cpuUs } from '../process-cost.js';
import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import { monotonicUs } from '../statistics.js';
import type { Wardbell } from '../targets/wardbell.js';
import { mintToken } from '../token.js';

const PUBLISHERS = 2;
const PADDING = 'x'.repeat(100);

type Publish = (tenant: number) => Promise<void>;

/** Publishes batches as fast as two publishers can, each in a tenant of its own, and says what an event cost. */
const measure = (
  bench: Bench,
  starting: Promise<Wardbell>,
  batch: number,
  prepare: (target: Wardbell) => Publish,
): Promise<Figures> =>
  using(starting, async (target) => {
    const { two, others } = bench.placement;
    try {
      moveTo(target.pid, two);
      bench.postgres.moveTo(two);
      const publish = prepare(target);
      const run = async (seconds: number) => {
        const startUs = monotonicUs();
        const counts = await Promise.all(
          Array.from({ length: PUBLISHERS }, async (_, tenant) => {
            let events = 0;
            while (monotonicUs() < startUs + seconds * 1e6) {
              await publish(tenant);
              events += batch;
            }
            return events;
          }),
        );
        return { events: counts.reduce((sum, count) => sum + count, 0), tookUs: monotonicUs() - startUs };
      };
      await run(bench.pick(1, 3));
      const server = cpuUs(target.pid);
      const database = bench.postgres.cpuUs();
      const { events, tookUs } = await run(bench.pick(3, 10));
      return {
        per_s: (events * 1e6) / tookUs,
        cpu_us: (cpuUs(target.pid) - server) / events,
        database_us: (bench.postgres.cpuUs() - database) / events,
      };
    } finally {
      bench.postgres.moveTo(others);
    }
  });

/** The same connection for all requests of a tenant. */
const overHttp =
  (bodyOf: (request: number) => string) =>
  (target: Wardbell): Publish => {
    const publishers = Array.from({ length: PUBLISHERS }, (_, tenant) => ({
      connection: new HttpConnection(target.host, target.port),
      token: mintToken(target.identity(tenant, 'tenant_admin'), 'publisher'),
    }));
    let requests = 0;
    return async (tenant) => {
      const publisher = publishers[tenant];
      if (!publisher) throw new RangeError('no such publisher');
      const { connection, token } = publisher;
      const { status } = await connection.request('POST', '/api/v1/events', token, bodyOf(requests++));
      if (status !== 201) throw new Error(`POST /events was answered ${status}`);
    };
  };

const events = (count: number): string =>
  JSON.stringify({
    events: Array.from({ length: count }, (_, n) => ({ type: 'bench_event', data: { n, pad: PADDING } })),
  });

/** Publishing from outside beside `wardbell.emit` from SQL, which costs no server. */
export const publishScenario: Scenario = {
  name: 'publish',
  title: 'Publishing: POST /events beside wardbell.emit, two tenants, everything on two cores',
  columns: [
    { key: 'per_s', title: 'events/s', digits: 0, isRatio: true },
    { key: 'cpu_us', title: 'server CPU µs', digits: 1 },
    { key: 'database_us', title: 'PostgreSQL CPU µs', digits: 1 },
  ],
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.flatMap((ours) => {
      const start = () => ours.start(PUBLISHERS);
      const [one, hundred, most] = [events(1), events(100), events(500)];
      return [
        {
          name: `${ours.name}, emit, 500 a transaction`,
          isFloor: true,
          measure: () => measure(bench, start(), 500, (target) => (tenant) => target.publish([tenant], 500)),
        },
        {
          name: `${ours.name}, HTTP, 500 a request`,
          measure: () =>
            measure(
              bench,
              start(),
              500,
              overHttp(() => most),
            ),
        },
        {
          name: `${ours.name}, HTTP, 100 a request`,
          measure: () =>
            measure(
              bench,
              start(),
              100,
              overHttp(() => hundred),
            ),
        },
        {
          name: `${ours.name}, HTTP, 1 a request`,
          measure: () =>
            measure(
              bench,
              start(),
              1,
              overHttp(() => one),
            ),
        },
      ];
    }),
};
