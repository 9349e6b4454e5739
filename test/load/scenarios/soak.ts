import { setTimeout as pause } from 'node:timers/promises';
import type { LoadClient } from '../load-client.js';
import { cpuUs, residentBytes } from '../process-cost.js';
import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import type { Wardbell } from '../targets/wardbell.js';
import { openSockets, paced } from './fan-out.js';

const TENANTS = 10;
const SOCKETS_EACH = 100;
const PER_SECOND = 20;
/** Sockets that leave and come each second. */
const CHURN = 10;
const SAMPLE_S = 10;

/** What the memory does over time, by least squares. Bytes an hour. */
const slopePerHour = (samples: readonly number[]): number => {
  const meanX = (samples.length - 1) / 2;
  const meanY = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  let covariance = 0;
  let variance = 0;
  samples.forEach((value, x) => {
    covariance += (x - meanX) * (value - meanY);
    variance += (x - meanX) ** 2;
  });
  return (covariance / variance) * (3_600 / SAMPLE_S);
};

const churn = async (client: LoadClient, target: Wardbell, second: number): Promise<void> => {
  const sockets = new Array<number>(TENANTS).fill(0);
  sockets[second % TENANTS] = CHURN;
  await client.disconnect(CHURN);
  await openSockets(client, target, sockets);
};

const measure = (bench: Bench, starting: Promise<Wardbell>): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const seconds = bench.soakMinutes * 60;
      await openSockets(client, target, new Array<number>(TENANTS).fill(SOCKETS_EACH));
      const memory: number[] = [];
      const cpu = cpuUs(target.pid);
      await Promise.all([
        paced(PER_SECOND, seconds, (n) => target.publishOverHttp(n % TENANTS)),
        paced(1, seconds, (second) => churn(client, target, second)),
        (async () => {
          for (let at = 0; at < seconds; at += SAMPLE_S) {
            await pause(SAMPLE_S * 1_000);
            memory.push(residentBytes(target.pid));
          }
        })(),
      ]);
      const report = await client.report();
      if (report.misordered > 0 || Object.keys(report.closes).length > 0) {
        throw new Error(`${report.misordered} out of order; closed: ${JSON.stringify(report.closes)}`);
      }
      // the first part is warming up
      const settled = memory.slice(Math.floor(memory.length / 3));
      return {
        first_mb: (settled[0] ?? Number.NaN) / 1e6,
        last_mb: (settled.at(-1) ?? Number.NaN) / 1e6,
        mb_per_hour: slopePerHour(settled) / 1e6,
        core_percent: (cpuUs(target.pid) - cpu) / (seconds * 1e4),
        deliveries: report.deliveries,
        p99_ms: report.delayUs.p99 / 1_000,
      };
    }),
  );

/** Sockets come and go for an hour (`--minutes`) while events flow: what grows? */
export const soakScenario: Scenario = {
  name: 'soak',
  title: `Soak: ${TENANTS} × ${SOCKETS_EACH} sockets of which ${CHURN}/s leave and come, ${PER_SECOND} events/s over HTTP`,
  columns: [
    { key: 'first_mb', title: 'MB after a third' },
    { key: 'last_mb', title: 'MB at the end' },
    { key: 'mb_per_hour', title: 'MB an hour' },
    { key: 'core_percent', title: '% of a core' },
    { key: 'deliveries', title: 'deliveries', digits: 0 },
    { key: 'p99_ms', title: 'p99 ms' },
  ],
  isDefault: false,
  rows: (bench) =>
    bench.wardbells.map((ours) => ({ name: ours.name, measure: () => measure(bench, ours.start(TENANTS)) })),
};
