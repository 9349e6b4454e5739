import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { AuthPool } from '../../database/pools.js';
import { SYSTEM } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';
import { ApprovalsService } from './approvals.service.js';

const EVERY_MS = 10_000;
const DUE = {
  name: 'approvals_due',
  text: `SELECT id::text, requested_by FROM wardbell.approval
         WHERE status = 'pending' AND effective_at <= clock_timestamp() ORDER BY effective_at LIMIT 20`,
};

/** Lets changes take effect that nobody rejected in time, in the name of the super admin who asked for them. */
@Injectable()
export class OverdueApprovals implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;

  constructor(
    private readonly auth: AuthPool,
    private readonly database: Database,
    private readonly approvals: ApprovalsService,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'approvals', everyMs: EVERY_MS }, () => this.#applyDue());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  async #applyDue(): Promise<void> {
    const due = await this.auth.query<{ id: string; requested_by: string }>(DUE);
    for (const { id, requested_by: userId } of due) await this.#applyOne(id, userId);
  }

  /** A super admin who may no longer act has no effect any more either (`access_revoked`). */
  async #applyOne(id: string, userId: string): Promise<void> {
    try {
      await this.database.onAccounts({ ...SYSTEM, userId }, (tx) => this.approvals.elapse(tx, id));
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      await this.database.onAccounts(SYSTEM, (tx) => this.approvals.fail(tx, id, error.code));
    }
  }
}
