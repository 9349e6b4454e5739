import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import { endUnusedSessions, tenantsOfUnusedSessions } from './login-session.js';

/** Actions are stored this late at most; `wardbell.is_idle()` allows for twice as much. */
const INTERVAL_MS = 5_000;
/** More sessions than this act on no instance within the interval. The others would count their next action. */
const MAX_SESSIONS = 50_000;
const MAX_ENDED = 500;

/** Whether a request is not the action of a person: a timer's, or a token renewal. */
export const isBackground = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers['wardbell-background'] === '1';

/**
 * Stores when a person last acted in each login session, and ends sessions in which nobody has acted for too long. An
 * action does not revive a session that was idle for too long before it.
 */
@Injectable()
export class SessionActivity implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  /** Time of the last action by the monotonic clock, by session. */
  #acted = new Map<string, number>();

  constructor(
    tasks: BackgroundTasks,
    private readonly database: Database,
  ) {
    this.#task = tasks.define({ name: 'session-activity', everyMs: INTERVAL_MS }, () => this.#run());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
    await this.#task.run();
  }

  /** A person has acted in this session. */
  touch(sessionId: string | null): void {
    if (sessionId === null || (this.#acted.size >= MAX_SESSIONS && !this.#acted.has(sessionId))) return;
    this.#acted.set(sessionId, performance.now());
  }

  async #run(): Promise<void> {
    const acted = this.#acted;
    this.#acted = new Map();
    try {
      await this.#store(acted);
    } catch (error) {
      for (const [id, atMs] of acted) if (!this.#acted.has(id)) this.#acted.set(id, atMs);
      throw error;
    }
    const tenantIds = await this.database.onAccounts(SYSTEM, (tx) => tenantsOfUnusedSessions(tx, MAX_ENDED));
    for (const id of tenantIds)
      await this.database.onAccounts(SYSTEM, (tx) => endUnusedSessions(tx, id, MAX_ENDED));
  }

  async #store(acted: ReadonlyMap<string, number>): Promise<void> {
    if (acted.size === 0) return;
    const nowMs = performance.now();
    const ids = [...acted.keys()];
    const agesS = [...acted.values()].map((atMs) => (nowMs - atMs) / 1000);
    await this.database.onAccounts(
      SYSTEM,
      (tx) => tx.sql.execute`
        UPDATE wardbell.auth_session s SET last_used_at = a.at
        FROM (SELECT id, clock_timestamp() - make_interval(secs => age_s) AS at
              FROM unnest(${ids}::uuid[], ${agesS}::double precision[]) AS acted (id, age_s)) AS a
        WHERE s.id = a.id AND s.revoked_at IS NULL AND s.locked_at IS NULL AND s.last_used_at < a.at
          AND s.last_used_at >= a.at - make_interval(mins => s.idle_minutes, secs => 10)`,
    );
  }
}
