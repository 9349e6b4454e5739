import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RelayPool } from '../database/relay-pool.js';
import { errorFields } from '../log/error-fields.js';
import { Log } from '../log/log.js';
import { bucketOf, DELIVERY_BUCKETS_S } from '../metrics/buckets.js';
import { Metrics } from '../metrics/metrics.js';
import { Instance } from './instance.js';

const WRITE_MS = 10_000;

const WRITE = {
  name: 'usage_write',
  text: `INSERT INTO wardbell.tenant_usage AS u
           (tenant_id, minute, instance_id, peak_connections, rejected, messages_sent, delivery_buckets)
         SELECT r.tenant_id, date_trunc('minute', now()), $1, r.peak, r.rejected, r.sent, r.buckets
         FROM jsonb_to_recordset($2) AS r(tenant_id uuid, peak int, rejected int, sent bigint, buckets bigint[])
         WHERE EXISTS (SELECT FROM wardbell.tenant t WHERE t.id = r.tenant_id)
         ON CONFLICT (tenant_id, minute, instance_id) DO UPDATE SET
           peak_connections = greatest(u.peak_connections, excluded.peak_connections),
           rejected = u.rejected + excluded.rejected,
           messages_sent = u.messages_sent + excluded.messages_sent,
           delivery_buckets = ARRAY(SELECT coalesce(a, 0) + coalesce(b, 0)
             FROM unnest(u.delivery_buckets, excluded.delivery_buckets) WITH ORDINALITY AS s(a, b, n) ORDER BY n)`,
};

/** What a tenant used since it was last written down. */
class Tally {
  connections = 0;
  peak = 0;
  rejected = 0;
  sent = 0;
  buckets = new Array<number>(DELIVERY_BUCKETS_S.length + 1).fill(0);

  get isNews(): boolean {
    return this.peak > 0 || this.rejected > 0 || this.sent > 0;
  }

  restart(): void {
    this.peak = this.connections;
    this.rejected = 0;
    this.sent = 0;
    this.buckets = this.buckets.map(() => 0);
  }
}

/** Counts what each tenant uses of this instance, and writes it down every ten seconds. */
@Injectable()
export class Usage implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #tallies = new Map<string, Tally>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly relay: RelayPool,
    private readonly instance: Instance,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.onDelivered((entry, sockets, seconds) => {
      const tally = this.#of(entry.tenantId);
      const bucket = bucketOf(seconds);
      tally.sent += sockets;
      tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + sockets;
    });
    this.#timer = setInterval(() => void this.write(), WRITE_MS);
    this.#timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
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

  rejected(tenantId: string | null): void {
    if (tenantId !== null) this.#of(tenantId).rejected++;
  }

  /** Writes down what was counted since the last time. What an outage prevents is lost: it is statistics. */
  async write(): Promise<void> {
    const rows: object[] = [];
    for (const [tenantId, tally] of this.#tallies) {
      if (tally.isNews) {
        const { peak, rejected, sent, buckets } = tally;
        rows.push({ tenant_id: tenantId, peak, rejected, sent, buckets });
      }
      tally.restart();
      if (tally.connections === 0) this.#tallies.delete(tenantId);
    }
    if (rows.length === 0) return;
    try {
      await this.relay.query(WRITE, [this.instance.id, JSON.stringify(rows)]);
    } catch (error) {
      this.log.warn('usage could not be written', errorFields(error));
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
