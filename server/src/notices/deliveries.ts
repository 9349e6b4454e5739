import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../database/background-tasks.js';
import { RelayPool } from '../database/pools.js';
import { Hub } from '../realtime/hub/hub.js';

const EVERY_MS = 250;
/** Notices that wait for the database. Beyond it the oldest are forgotten: `seen_at` still tells that they came. */
const MAX_WAITING = 1_000;

const RECORD = {
  name: 'notice_record_deliveries',
  text: `UPDATE wardbell.notice_recipient r SET delivered_at = greatest(n.sent_at, to_timestamp($4::float8 / 1000))
         FROM wardbell.notice n
         WHERE n.tenant_id = $1::uuid AND n.id = $2::uuid AND r.tenant_id = n.tenant_id AND r.notice_id = n.id
           AND r.user_id = ANY ($3::text[]) AND r.delivered_at IS NULL`,
};

interface Delivery {
  readonly tenantId: string;
  /** Milliseconds since 1970, by the clock of the database. */
  readonly atMs: number;
  readonly userIds: Set<string>;
}

/**
 * Records which people a server wrote a notice to: one statement for all people of a notice within 250 ms. In the
 * background, so sockets never wait for it; what a crash loses is made up by `seen`.
 */
@Injectable()
export class NoticeDeliveries implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** By id of the notice, in the order in which they were written. */
  #waiting = new Map<string, Delivery>();
  readonly #task: BackgroundTask;

  constructor(
    private readonly hub: Hub,
    private readonly relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'notice-deliveries', everyMs: EVERY_MS }, () => this.#record());
  }

  onApplicationBootstrap(): void {
    this.hub.onNotice(({ id, tenantId, atMs }, sessions) => {
      let delivery = this.#waiting.get(id);
      if (!delivery) {
        delivery = { tenantId, atMs, userIds: new Set() };
        this.#waiting.set(id, delivery);
      }
      for (const { principal } of sessions)
        if (principal.key === undefined && principal.tenantId !== null)
          delivery.userIds.add(principal.userId);
      for (const oldest of this.#waiting.keys()) {
        if (this.#waiting.size <= MAX_WAITING) break;
        this.#waiting.delete(oldest);
      }
    });
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.run();
    await this.#task.stop();
  }

  /** What fails waits for the next run. */
  async #record(): Promise<void> {
    for (const [id, delivery] of [...this.#waiting]) {
      this.#waiting.delete(id); // what is written meanwhile begins another one
      try {
        const values = [delivery.tenantId, id, [...delivery.userIds], delivery.atMs];
        if (delivery.userIds.size > 0) await this.relay.query(RECORD, values);
      } catch (error) {
        const later = this.#waiting.get(id);
        for (const userId of later?.userIds ?? []) delivery.userIds.add(userId);
        this.#waiting.set(id, delivery);
        throw error;
      }
    }
  }
}
