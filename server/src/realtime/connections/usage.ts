import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { CloseName } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { bucketOf, DELIVERY_BUCKETS_S } from '../../platform/metrics/buckets.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { refusalReason } from '../../platform/metrics/refusal-reason.js';
import { Instance } from './instance.js';

const WRITE_MS = 10_000;
/** Shorter than a minute by more than the timer interval, so that every minute gets a row. */
const IDLE_WRITE_MS = 45_000;
/** Maximum number of tenants in one statement. */
const WRITE_BATCH = 2_000;

const WRITE = {
  name: 'usage_write',
  text: `INSERT INTO wardbell.tenant_usage AS u
           (tenant_id, minute, instance_id, peak_connections, rejected, messages_sent, delivery_buckets,
            rejected_by)
         SELECT r.tenant_id, date_trunc('minute', now()), $1, r.peak, r.rejected, r.sent, r.buckets, r.rejected_by
         FROM jsonb_to_recordset($2)
           AS r(tenant_id uuid, peak int, rejected int, sent bigint, buckets bigint[], rejected_by jsonb)
         WHERE EXISTS (SELECT FROM wardbell.tenant t WHERE t.id = r.tenant_id)
         ON CONFLICT (tenant_id, minute, instance_id) DO UPDATE SET
           peak_connections = greatest(u.peak_connections, excluded.peak_connections),
           rejected = u.rejected + excluded.rejected,
           messages_sent = u.messages_sent + excluded.messages_sent,
           delivery_buckets = ARRAY(SELECT coalesce(a, 0) + coalesce(b, 0)
             FROM unnest(u.delivery_buckets, excluded.delivery_buckets) WITH ORDINALITY AS s(a, b, n) ORDER BY n),
           rejected_by = CASE WHEN excluded.rejected = 0 THEN u.rejected_by ELSE (
             SELECT jsonb_object_agg(s.reason, s.count) FROM (
               SELECT e.key AS reason, sum(e.value::int) AS count
               FROM (SELECT * FROM jsonb_each_text(u.rejected_by)
                     UNION ALL SELECT * FROM jsonb_each_text(excluded.rejected_by)) AS e
               GROUP BY e.key) s) END`,
};

/** Usage of a tenant since it was last stored. */
class Tally {
  connections = 0;
  peak = 0;
  rejected = 0;
  rejectedBy: Record<string, number> = {};
  sent = 0;
  buckets = new Array<number>(DELIVERY_BUCKETS_S.length + 1).fill(0);

  #writtenConnections = 0;
  #writtenMs = Number.NEGATIVE_INFINITY;

  /** Idle tenants, which are nearly all, are stored only as often as every minute needs a row. */
  isDue(nowMs: number): boolean {
    if (this.rejected > 0 || this.sent > 0 || this.peak !== this.#writtenConnections) return true;
    return this.connections > 0 && nowMs - this.#writtenMs >= IDLE_WRITE_MS;
  }

  written(nowMs: number): void {
    this.#writtenConnections = this.connections;
    this.#writtenMs = nowMs;
    this.peak = this.connections;
    this.rejected = 0;
    this.rejectedBy = {};
    this.sent = 0;
    this.buckets = this.buckets.map(() => 0);
  }
}

/** Counts the usage of each tenant on this instance, and stores changed counts every ten seconds. */
@Injectable()
export class Usage implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #tallies = new Map<string, Tally>();
  readonly #task: BackgroundTask;

  constructor(
    private readonly relay: RelayPool,
    private readonly instance: Instance,
    private readonly metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'usage', everyMs: WRITE_MS }, () => this.#write());
  }

  onApplicationBootstrap(): void {
    this.metrics.onDelivered((entry, sockets, seconds) => {
      const tally = this.#of(entry.tenantId);
      const bucket = bucketOf(seconds);
      tally.sent += sockets;
      tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + sockets;
    });
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
    await this.#task.run();
  }

  opened(tenantId: string | null): void {
    if (tenantId === null) return;
    const tally = this.#of(tenantId);
    tally.connections++;
    tally.peak = Math.max(tally.peak, tally.connections);
  }

  closed(tenantId: string | null): void {
    if (tenantId !== null) this.#of(tenantId).connections--;
  }

  rejected(tenantId: string | null, close: CloseName): void {
    if (tenantId === null) return;
    const tally = this.#of(tenantId);
    const reason = refusalReason(close);
    tally.rejected++;
    tally.rejectedBy[reason] = (tally.rejectedBy[reason] ?? 0) + 1;
  }

  /** Stores the counts since the last run. An outage loses them, which is acceptable for statistics. */
  async #write(): Promise<void> {
    const rows: object[] = [];
    const nowMs = performance.now();
    for (const [tenantId, tally] of this.#tallies) {
      if (!tally.isDue(nowMs)) continue;
      const { peak, rejected, rejectedBy, sent, buckets } = tally;
      rows.push({ tenant_id: tenantId, peak, rejected, rejected_by: rejectedBy, sent, buckets });
      tally.written(nowMs);
      if (tally.connections === 0) this.#tallies.delete(tenantId);
    }
    for (let at = 0; at < rows.length; at += WRITE_BATCH) {
      const batch = JSON.stringify(rows.slice(at, at + WRITE_BATCH));
      await this.relay.query(WRITE, [this.instance.id, batch]);
    }
  }

  #of(tenantId: string): Tally {
    let tally = this.#tallies.get(tenantId);
    if (!tally) {
      tally = new Tally();
      this.#tallies.set(tenantId, tally);
    }
    return tally;
  }
}
