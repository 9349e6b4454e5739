import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { OutageLog } from '../database/outage-log.js';
import { RelayPool } from '../database/pools.js';
import { Log } from '../log/log.js';

/** A week of partitions ahead: that long may maintenance fail before rows fall into the default one. */
const DAYS_AHEAD = 7;
/** The same for the audit log, whose partitions are months. */
const MONTHS_AHEAD = 3;
const EVERY_MS = 10 * 60_000;

const MAINTAIN = {
  name: 'maintain_outbox',
  text: 'SELECT wardbell.maintain_outbox($1, make_interval(days => $2)) AS dropped',
};
const MAINTAIN_AUDIT = { name: 'maintain_audit', text: 'SELECT wardbell.maintain_audit($1)' };
const PRUNE = [
  {
    name: 'prune_orders',
    text: `DELETE FROM wardbell.disconnect_order WHERE created_at < now() - interval '1 hour'`,
  },
  {
    name: 'prune_idempotency',
    text: `DELETE FROM wardbell.idempotency WHERE created_at < now() - interval '24 hours'`,
  },
  { name: 'prune_failures', text: `DELETE FROM wardbell.login_failure WHERE at < now() - interval '1 day'` },
  { name: 'prune_usage', text: `DELETE FROM wardbell.tenant_usage WHERE minute < now() - interval '2 days'` },
  // an access token outlives its session by minutes; a day is plenty
  {
    name: 'prune_sessions',
    text: `DELETE FROM wardbell.auth_session WHERE expires_at < now() - interval '1 day'`,
  },
];

/**
 * Makes partitions of the event log and of the audit log ahead, drops those of the event log behind, prunes what has a
 * lifetime. Any instance may.
 */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly relay: RelayPool,
    private readonly config: Config,
    private readonly outages: OutageLog,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.maintain();
    this.#timer = setInterval(() => void this.maintain(), EVERY_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** One round. A failure is logged and tried again at the next. */
  async maintain(): Promise<void> {
    try {
      const [row] = await this.relay.query<{ dropped: number }>(MAINTAIN, [
        DAYS_AHEAD,
        this.config.eventRetentionDays,
      ]);
      if (row && row.dropped > 0) this.log.info('old events dropped', { count: row.dropped });
      await this.relay.query(MAINTAIN_AUDIT, [MONTHS_AHEAD]);
      for (const statement of PRUNE) await this.relay.query(statement);
    } catch (error) {
      this.outages.failed('maintenance', error);
    }
  }
}
