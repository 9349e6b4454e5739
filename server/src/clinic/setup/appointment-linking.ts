import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';

/** An instance that ended while it linked is relieved after this time. */
const EVERY_MS = 10_000;
/** Rows of a batch are locked for about 0.3 s. */
const BATCH = 2_000;

/**
 * Links the appointments from before there were records to those with their names, after an upgrade. In batches, so that
 * neither the start nor anybody who writes waits for a million rows (docs/decisions/0022-clinic-records.md).
 */
@Injectable()
export class AppointmentLinking implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  #isStopped = false;

  constructor(
    private readonly database: Database,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'appointment-linking', everyMs: EVERY_MS }, () => this.#run());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    await this.#task.stop();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped && (await this.#linkBatch()));
  }

  #linkBatch(): Promise<boolean> {
    return this.database.acrossTenants(SYSTEM, async (tx) => {
      const [row] = await tx.sql.query<
        { more: boolean }[]
      >`SELECT wardbell.link_appointments(${BATCH}) AS more`;
      return row?.more === true;
    });
  }
}
