import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import { SYSTEM } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/log/log.js';

/** Partitions are created a week ahead. Maintenance may fail for that long before rows go to the default partition. */
const DAYS_AHEAD = 7;
/** The same for the audit log, which has monthly partitions. */
const MONTHS_AHEAD = 3;
const EVERY_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** People of single sign-on that a tenant's list keeps, those who came last, besides those who are blocked. */
const MAX_EXTERNAL_USERS = 10_000;
/** Records of deliveries of the installation, about 3 GB with their indexes; older ones go first. */
const MAX_DELIVERY_RECORDS = 20_000_000;

const MAINTAIN = {
  name: 'maintain_outbox',
  text: 'SELECT wardbell.maintain_outbox($1, make_interval(days => $2)) AS dropped',
};
const PRUNE_DELIVERIES = {
  name: 'prune_deliveries',
  text: 'SELECT wardbell.prune_deliveries(make_interval(days => $1), $2)',
};
const MAINTAIN_AUDIT = { name: 'maintain_audit', text: 'SELECT wardbell.maintain_audit($1)' };

/**
 * Creates future partitions of the event log and the audit log, drops expired ones of the event log, and deletes
 * expired rows. Every instance does this at start and every ten minutes. Repetition is harmless, and without the run at
 * start an instance that restarts often would never do it.
 */
@Injectable()
export class Maintenance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;

  constructor(
    private readonly database: Database,
    private readonly relay: RelayPool,
    private readonly config: Config,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'maintenance', everyMs: EVERY_MS }, () => this.#work());
  }

  /** Waits for the first run, because events need a partition. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#task.run();
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  async #work(): Promise<void> {
    const [row] = await this.relay.query<{ dropped: number }>(MAINTAIN, [
      DAYS_AHEAD,
      this.config.eventRetentionDays,
    ]);
    if (row && row.dropped > 0) this.log.info('old events dropped', { count: row.dropped });
    await this.relay.query(MAINTAIN_AUDIT, [MONTHS_AHEAD]);
    await this.relay.query(PRUNE_DELIVERIES, [this.config.eventRetentionDays, MAX_DELIVERY_RECORDS]);
    await this.#prune();
    await this.#pruneAccounts();
  }

  #prune(): Promise<void> {
    return this.database.acrossTenants(SYSTEM, async (tx) => {
      const orm = await tx.orm();
      const hoursAgo = hoursBefore(tx.now);
      await orm.disconnectOrder.deleteMany({ where: { created_at: { lt: hoursAgo(1) } } });
      await orm.idempotency.deleteMany({ where: { created_at: { lt: hoursAgo(24) } } });
      await orm.publication.deleteMany({ where: { created_at: { lt: hoursAgo(24) } } });
      await orm.deadLetter.deleteMany({ where: { received_at: { lt: hoursAgo(30 * 24) } } });
      await orm.tenantUsage.deleteMany({ where: { minute: { lt: hoursAgo(48) } } });
      await tx.sql.execute`DELETE FROM wardbell.system_minute m WHERE m.minute < ${hoursAgo(8 * 24)}`;
      await orm.accessWriter.deleteMany({ where: { written_at: { lt: hoursAgo(7 * 24) } } });
      await orm.notice.deleteMany({
        where: { sent_at: { lt: hoursAgo(this.config.noticeRetentionDays * 24) } },
      });
      await orm.presence.deleteMany({ where: { online: false, since: { lt: hoursAgo(24) } } });
    });
  }

  #pruneAccounts(): Promise<void> {
    return this.database.onAccounts(SYSTEM, async (tx) => {
      const orm = await tx.orm();
      const hoursAgo = hoursBefore(tx.now);
      await orm.loginFailure.deleteMany({ where: { at: { lt: hoursAgo(24) } } });
      await orm.signInStep.deleteMany({ where: { expires_at: { lt: tx.now } } });
      await orm.oidcLogout.deleteMany({ where: { expires_at: { lt: tx.now } } });
      await tx.sql.execute`
        DELETE FROM wardbell.external_user e USING (
          SELECT s.id, row_number() OVER (PARTITION BY s.tenant_id ORDER BY s.last_seen_at DESC NULLS LAST) AS place
          FROM wardbell.external_user s WHERE s.blocked_at IS NULL) r
        WHERE e.id = r.id AND e.blocked_at IS NULL
          AND (r.place > ${MAX_EXTERNAL_USERS}::int OR coalesce(e.last_seen_at, '-infinity') < ${hoursAgo(90 * 24)})`;
      // kept for a while, because an access token outlives its session by minutes and must be recognised as revoked
      await orm.authSession.deleteMany({ where: { expires_at: { lt: hoursAgo(24) } } });
    });
  }
}

const hoursBefore =
  (now: Date) =>
  (hours: number): Date =>
    new Date(now.getTime() - hours * HOUR_MS);
