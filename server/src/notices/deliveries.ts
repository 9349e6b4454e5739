import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../database/background-tasks.js';
import { RelayPool } from '../database/pools.js';
import { Hub } from '../realtime/hub/hub.js';

const EVERY_MS = 250;
/** Deliveries that wait for the database. Beyond it the oldest are forgotten: `seen_at` still tells that they came. */
const MAX_WAITING = 100_000;
const BATCH = 5_000;

const RECORD = {
  name: 'notice_record_deliveries',
  text: `UPDATE wardbell.notice_recipient r SET delivered_at = greatest(n.sent_at, to_timestamp(d.at_ms / 1000))
         FROM jsonb_to_recordset($1) AS d(tenant_id uuid, notice_id uuid, user_id text, at_ms float8)
         JOIN wardbell.notice n ON n.tenant_id = d.tenant_id AND n.id = d.notice_id
         WHERE r.tenant_id = d.tenant_id AND r.notice_id = d.notice_id AND r.user_id = d.user_id
           AND r.delivered_at IS NULL`,
};

interface Delivery {
  readonly tenant_id: string;
  readonly notice_id: string;
  readonly user_id: string;
  readonly at_ms: number;
}

/** Records which people a server wrote a notice to. In the background: sockets never wait for it. */
@Injectable()
export class NoticeDeliveries implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** By notice and person, in the order in which they were written. */
  readonly #waiting = new Map<string, Delivery>();
  readonly #task: BackgroundTask;

  constructor(
    private readonly hub: Hub,
    private readonly relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'notice-deliveries', everyMs: EVERY_MS }, () => this.#record());
  }

  onApplicationBootstrap(): void {
    this.hub.onNotice((notice, sessions) => {
      for (const { userId, principal } of sessions) {
        if (principal.key !== undefined || principal.tenantId === null) continue;
        const key = `${notice.id} ${userId}`;
        if (this.#waiting.has(key)) continue;
        this.#waiting.set(key, {
          tenant_id: notice.tenantId,
          notice_id: notice.id,
          user_id: userId,
          at_ms: notice.atMs,
        });
      }
      for (const key of this.#waiting.keys()) {
        if (this.#waiting.size <= MAX_WAITING) break;
        this.#waiting.delete(key);
      }
    });
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.run();
    await this.#task.stop();
  }

  async #record(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, BATCH);
      await this.relay.query(RECORD, [JSON.stringify(batch.map(([, delivery]) => delivery))]);
      for (const [key] of batch) this.#waiting.delete(key);
    }
  }
}
