import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../database/background-tasks.js';
import { Database } from '../database/database.service.js';
import { ENDS_WHEN_IDLE } from '../database/idle-timeout.js';
import { RelayPool } from '../database/pools.js';
import { SYSTEM } from '../database/principal.js';

/** At most so often a notice has a `notification_progress`, however many people act on it. */
const EVERY_MS = 400;
/** Changes in one transaction. */
const BATCH = 5_000;

const HAS_CHANGES = {
  name: 'notice_has_changes',
  text: 'SELECT EXISTS (SELECT FROM wardbell.notice_change) AS changed',
};

/** Tells the tenant admins how far notices have come: one event for all changes of a notice since the last one. */
@Injectable()
export class ProgressFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;

  constructor(
    private readonly database: Database,
    private readonly relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'notice-progress', everyMs: EVERY_MS }, () => this.#run());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  async #run(): Promise<void> {
    const [row] = await this.relay.query<{ changed: boolean }>(HAS_CHANGES);
    if (row?.changed) while ((await this.#emit()) === BATCH);
  }

  /** Returns how many changes it found. The database adds the counts to the events. */
  #emit(): Promise<number> {
    return this.database.acrossTenants(SYSTEM, async (tx) => {
      const changes = await tx.sql.query<{ tenant_id: string; notice_id: string }[]>`
        DELETE FROM wardbell.notice_change c
        WHERE c.id IN (SELECT o.id FROM wardbell.notice_change o ORDER BY o.id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
          AND ${ENDS_WHEN_IDLE}
        RETURNING c.tenant_id::text, c.notice_id::text`;
      const tenants = new Map(changes.map(({ tenant_id, notice_id }) => [notice_id, tenant_id]));
      for (const [id, tenantId] of tenants) {
        const audience = { roles: ['tenant_admin' as const] };
        tx.emit({ type: 'notification_progress', data: { id }, audience }, tenantId);
      }
      return changes.length;
    });
  }
}
