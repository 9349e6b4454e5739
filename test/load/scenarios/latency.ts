import { type Bench, type Figures, type Scenario, using } from '../scenario.js';
import { DelaySample } from '../statistics.js';
import type { Wardbell } from '../targets/wardbell.js';
import { openSockets } from './fan-out.js';

const SOCKETS = 20;
const GAP_MS = 10;

const measure = (bench: Bench, starting: Promise<Wardbell>): Promise<Figures> =>
  using(starting, (target) =>
    bench.withClient(async (client) => {
      const [patient] = await target.database.query<{ id: string }>(
        `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name)
         VALUES ($1, 'M-1', 'First', 'Last') RETURNING id::text`,
        [target.tenantId(0)],
      );
      await openSockets(client, target, [SOCKETS]);
      const echo = (writes: number) =>
        client.echo({
          host: target.host,
          port: target.port,
          patientId: patient?.id ?? '',
          identity: target.identity(0, 'clinician'),
          writes,
          gapMs: GAP_MS,
        });
      await echo(200);
      const report = await echo(bench.pick(200, 1_000));
      const rows = await target.database.query<{ seq: string; us: string }>(
        `SELECT seq, (extract(epoch FROM created_at) * 1e6)::bigint AS us FROM wardbell.outbox`,
      );
      const writtenUs = new Map(rows.map(({ seq, us }) => [Number(seq), Number(us)]));
      const sinceLog = new DelaySample();
      for (const [seq, receivedUs] of report.receipts)
        sinceLog.add(receivedUs - (writtenUs.get(seq) ?? Number.NaN));
      const log = sinceLog.summary();
      return {
        log_p50_ms: log.p50 / 1_000,
        log_p99_ms: log.p99 / 1_000,
        request_p50_ms: report.requestToFrameUs.p50 / 1_000,
        request_p99_ms: report.requestToFrameUs.p99 / 1_000,
      };
    }),
  );

/**
 * How long a change takes to be seen while nothing else happens. "From the log" counts from the writing of the
 * event, which is before COMMIT, so it includes PostgreSQL's flush to the disk.
 */
export const latencyScenario: Scenario = {
  name: 'latency',
  title: `Idle server: a PATCH every ${GAP_MS} ms, ${SOCKETS} sockets`,
  columns: [
    { key: 'log_p50_ms', title: 'from the log p50 ms', digits: 2 },
    { key: 'log_p99_ms', title: 'p99 ms', digits: 2 },
    { key: 'request_p50_ms', title: 'from the request p50 ms', digits: 2 },
    { key: 'request_p99_ms', title: 'p99 ms', digits: 2 },
  ],
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.map((ours) => ({ name: ours.name, measure: () => measure(bench, ours.start(1)) })),
};
