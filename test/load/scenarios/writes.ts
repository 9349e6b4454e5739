import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import { monotonicUs } from '../statistics.js';
import type { Wardbell } from '../targets/wardbell.js';
import { measureRequests, requestColumns } from './requests.js';

const EMIT_BATCH = 100;
const EMITTERS = 2;

const measureEmit = (bench: Bench, starting: Promise<Wardbell>): Promise<Figures> =>
  using(starting, async (target) => {
    const seconds = bench.pick(3, 10);
    const emit = async (tenant: number, untilUs: number): Promise<number> => {
      let events = 0;
      while (monotonicUs() < untilUs) {
        await target.publish([tenant], EMIT_BATCH);
        events += EMIT_BATCH;
      }
      return events;
    };
    const database = bench.postgres.cpuUs();
    const startUs = monotonicUs();
    const counts = await Promise.all(
      Array.from({ length: EMITTERS }, (_, tenant) => emit(tenant, startUs + seconds * 1e6)),
    );
    const events = counts.reduce((sum, count) => sum + count, 0);
    return {
      per_s: (events * 1e6) / (monotonicUs() - startUs),
      database_us: (bench.postgres.cpuUs() - database) / events,
    };
  });

/** Writes with their audit rows and events, and sockets that get them; PostgreSQL keeps its promises (fsync). */
export const writesScenario: Scenario = {
  name: 'writes',
  title: 'Writes: patient updates over HTTP, and wardbell.emit, everything on two cores',
  columns: requestColumns('writes/s'),
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.flatMap((ours) => [
      {
        name: `${ours.name}, HTTP, 20 tenants`,
        measure: () => measureRequests(bench, ours.start(20), 20, 'update'),
      },
      {
        name: `${ours.name}, HTTP, 1 tenant`,
        measure: () => measureRequests(bench, ours.start(1), 1, 'update'),
      },
      {
        name: `${ours.name}, emit, ${EMITTERS} × ${EMIT_BATCH} a transaction`,
        measure: () => measureEmit(bench, ours.start(EMITTERS)),
      },
    ]),
};
