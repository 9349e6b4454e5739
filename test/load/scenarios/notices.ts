import { moveTo } from '../machine.js';
import { cpuUs } from '../process-cost.js';
import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import type { Wardbell } from '../targets/wardbell.js';
import { allReceived, openSockets, paced } from './fan-out.js';

/** Each is another person, with an inbox. */
const PEOPLE = 1_000;
const PER_SECOND = 2;
const WARM_UP_S = 5;

const measure = (bench: Bench, starting: Promise<Wardbell>): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const { two, others } = bench.placement;
      try {
        // server, database and client share two cores
        moveTo(target.pid, two);
        moveTo(client.pid, two);
        bench.postgres.moveTo(two);
        const seconds = bench.pick(10, 30);
        await openSockets(client, target, [PEOPLE]);
        await paced(PER_SECOND, WARM_UP_S, () => target.notify(0));
        await allReceived(client, PER_SECOND * WARM_UP_S * PEOPLE);
        await client.reset();
        const notices = PER_SECOND * seconds;
        const cpu = cpuUs(target.pid);
        const database = bench.postgres.cpuUs();
        await paced(PER_SECOND, seconds, () => target.notify(0));
        const report = await allReceived(client, notices * PEOPLE);
        return {
          p50_ms: report.delayUs.p50 / 1_000,
          p99_ms: report.delayUs.p99 / 1_000,
          max_ms: report.delayUs.max / 1_000,
          cpu_ms: (cpuUs(target.pid) - cpu) / notices / 1_000,
          database_ms: (bench.postgres.cpuUs() - database) / notices / 1_000,
        };
      } finally {
        bench.postgres.moveTo(others);
      }
    }),
  );

/** A notice to a thousand people, each with a row in the inbox, from the request to the socket. */
export const noticesScenario: Scenario = {
  name: 'notices',
  title: `Notices: ${PER_SECOND} a second to ${PEOPLE} people of a tenant, everything on two cores`,
  columns: [
    { key: 'p50_ms', title: 'p50 ms', digits: 1 },
    { key: 'p99_ms', title: 'p99 ms', digits: 1 },
    { key: 'max_ms', title: 'max ms', digits: 1 },
    { key: 'cpu_ms', title: 'server CPU ms a notice', digits: 1 },
    { key: 'database_ms', title: 'PostgreSQL CPU ms a notice', digits: 1 },
  ],
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.map((ours) => ({ name: ours.name, measure: () => measure(bench, ours.start(1)) })),
};
