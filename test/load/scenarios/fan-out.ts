import { setTimeout as pause } from 'node:timers/promises';
import type { Report } from '../client/commands.js';
import type { LoadClient } from '../load-client.js';
import { cpuUs } from '../process-cost.js';
import type { Figures } from '../scenario.js';
import { monotonicUs } from '../statistics.js';
import type { Target } from '../targets/target.js';

/** What events to sockets cost; the shared part of the scenarios that broadcast. */

const CONCURRENCY = 64;
/** Sockets whose events are read for delays and order: enough for a p99.9, too few to slow the client. */
const SAMPLED_SOCKETS = 25;
const TIMEOUT_MS = 120_000;

/** Opens so many sockets for each tenant. */
export const openSockets = async (
  client: LoadClient,
  target: Target,
  sockets: readonly number[],
): Promise<void> => {
  const total = sockets.reduce((sum, count) => sum + count, 0);
  const report = await client.connect({
    ...target.entry(sockets),
    concurrency: CONCURRENCY,
    sampleEvery: Math.max(1, Math.floor(total / SAMPLED_SOCKETS)),
    retryForMs: 0,
  });
  if (report.failed > 0) {
    throw new Error(`${report.failed} sockets were refused: ${JSON.stringify(report.refusals)}`);
  }
};

/** What was spent between two looks. */
export interface Spent {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** CPU of a process during some work. */
export const spending = async (pid: number, work: () => Promise<void>): Promise<Spent> => {
  const cpu = cpuUs(pid);
  const wall = monotonicUs();
  await work();
  return { cpuUs: cpuUs(pid) - cpu, wallUs: monotonicUs() - wall };
};

/** Calls `tick` at even times, late rather than never, and waits for all that it started. @throws the first failure */
export const paced = async (
  perSecond: number,
  seconds: number,
  tick: (n: number) => Promise<void>,
): Promise<void> => {
  const gapUs = 1e6 / perSecond;
  const startUs = monotonicUs();
  const started: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (let n = 0; n < perSecond * seconds; n++) {
    const waitMs = (startUs + n * gapUs - monotonicUs()) / 1_000;
    if (waitMs > 0) await pause(waitMs);
    const done = tick(n).catch((error: unknown) => {
      failure ??= { error };
    });
    started.push(done);
    if (failure) break;
  }
  await Promise.all(started);
  if (failure) throw failure.error;
};

/** Waits for all deliveries, and fails when one is missing, came twice or out of order. */
export const allReceived = async (client: LoadClient, deliveries: number): Promise<Report> => {
  const report = await client.received(deliveries, TIMEOUT_MS);
  if (report.deliveries !== deliveries || report.misordered > 0) {
    throw new Error(
      `of ${deliveries} deliveries ${report.deliveries} came, ${report.misordered} out of order; closed: ${JSON.stringify(report.closes)}`,
    );
  }
  return report;
};

/** The figures that all broadcasts share. */
export const fanOutFigures = (spent: Spent, report: Report): Figures => ({
  cpu_us: spent.cpuUs / report.deliveries,
  core_percent: (100 * spent.cpuUs) / spent.wallUs,
  deliveries_per_s: report.deliveries / report.spanS,
  p50_ms: report.delayUs.p50 / 1_000,
  p99_ms: report.delayUs.p99 / 1_000,
  p999_ms: report.delayUs.p999 / 1_000,
  joined: report.deliveries / report.reads,
});

export const CPU_COLUMN = { key: 'cpu_us', title: 'CPU µs a delivery', digits: 2, isRatio: true } as const;
export const DELAY_COLUMNS = [
  { key: 'p50_ms', title: 'p50 ms', digits: 1 },
  { key: 'p99_ms', title: 'p99 ms', digits: 1 },
  { key: 'p999_ms', title: 'p99.9 ms', digits: 1 },
] as const;
