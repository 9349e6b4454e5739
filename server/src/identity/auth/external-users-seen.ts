import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { AuthPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';

const WRITE_MS = 1_000;
/** `last_seen_at` is that exact: one person costs at most one row in this time. */
const EXACT_MS = 60_000;
const BATCH = 500;
/** Persons that wait to be written, and that are known to be written. Others are noted when they come again. */
const MAX_WAITING = 5_000;
const MAX_WRITTEN = 20_000;

// In the order of the index, so that two instances that write the same persons do not deadlock.
const WRITE = {
  name: 'external_users_seen',
  text: `INSERT INTO wardbell.external_user (tenant_id, sub, role, last_seen_at)
         SELECT r.tenant_id, r.sub, r.role, now()
         FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id uuid, sub text, role text)
         WHERE (r.tenant_id IS NULL OR EXISTS (SELECT FROM wardbell.tenant t WHERE t.id = r.tenant_id))
           AND NOT EXISTS (
             SELECT FROM wardbell.user_account u
             WHERE u.id = CASE WHEN r.sub ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN r.sub::uuid END)
         ORDER BY r.tenant_id, r.sub
         ON CONFLICT (tenant_id, sub) DO UPDATE SET role = excluded.role, last_seen_at = excluded.last_seen_at`,
};

interface Seen {
  readonly tenant_id: string | null;
  readonly sub: string;
  readonly role: string;
}

/**
 * Records which people without an account have come, for those who administer them. Written in the background and in
 * batches: a token costs no statement more.
 */
@Injectable()
export class ExternalUsersSeen implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  #waiting = new Map<string, Seen>();
  /** When a person was written last, by the monotonic clock in milliseconds. */
  readonly #writtenMs = new Map<string, number>();

  constructor(
    private readonly auth: AuthPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'external-users', everyMs: WRITE_MS }, () => this.#write());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /** Takes note of a verified token without a session of ours. Never waits and never fails. */
  note({ tenantId, userId, role }: Pick<Principal, 'tenantId' | 'userId' | 'role'>): void {
    const key = `${tenantId}/${role}/${userId}`;
    const writtenMs = this.#writtenMs.get(key);
    if (writtenMs !== undefined && performance.now() - writtenMs < EXACT_MS) return;
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(`${tenantId}/${userId}`, { tenant_id: tenantId, sub: userId, role });
  }

  /** Writes what this instance has noted so far. */
  flush(): Promise<void> {
    return this.#task.run();
  }

  async #write(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, BATCH);
      for (const [key] of batch) this.#waiting.delete(key);
      await this.auth.query(WRITE, [JSON.stringify(batch.map(([, seen]) => seen))]);
      if (this.#writtenMs.size >= MAX_WRITTEN) this.#writtenMs.clear();
      const nowMs = performance.now();
      for (const [, { tenant_id, sub, role }] of batch)
        this.#writtenMs.set(`${tenant_id}/${role}/${sub}`, nowMs);
    }
  }
}
