import { cpuUs } from '../process-cost.js';
import { type Figures, type Scenario, using } from '../scenario.js';
import { monotonicUs } from '../statistics.js';
import type { Wardbell } from '../targets/wardbell.js';

const measure = (starting: Promise<Wardbell>): Promise<Figures> =>
  using(starting, async (target) => {
    await target.kill();
    const startUs = monotonicUs();
    await target.startServer();
    return { ready_ms: (monotonicUs() - startUs) / 1_000, cpu_ms: cpuUs(target.pid) / 1_000 };
  });

/** From the start of the process to `/health/ready` answering 200, with the database as the last one left it. */
export const startScenario: Scenario = {
  name: 'start',
  title: 'Start of the server, with its database there',
  columns: [
    { key: 'ready_ms', title: 'ms until ready', digits: 0 },
    { key: 'cpu_ms', title: 'CPU ms', digits: 0 },
  ],
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.map((ours) => ({ name: ours.name, measure: () => measure(ours.start(10)) })),
};
