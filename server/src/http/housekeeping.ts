import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/database.service.js';
import { SYSTEM } from '../database/principal.js';
import { errorFields } from '../log/error-fields.js';
import { Log } from '../log/log.js';

const EVERY_MS = 10 * 60_000;

/**
 * Deletes what has run out: keys of requests and failed sign-ins after a day, sessions a day after their end
 * (an access token of theirs must stay known to be revoked as long as it may live). Every instance does so;
 * deleting twice is harmless.
 */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.#start(); // an instance that is restarted often would else never come to it
    this.#timer = setInterval(() => this.#start(), EVERY_MS);
    this.#timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  #start(): void {
    this.#round = this.#prune().catch((error: unknown) =>
      this.log.warn('housekeeping failed', errorFields(error)),
    );
  }

  async #prune(): Promise<void> {
    await this.database.acrossTenants(SYSTEM, async ({ sql }) => {
      await sql.execute`DELETE FROM wardbell.idempotency WHERE created_at < now() - interval '24 hours'`;
      await sql.execute`DELETE FROM wardbell.login_failure WHERE at < now() - interval '24 hours'`;
      await sql.execute`DELETE FROM wardbell.auth_session WHERE expires_at < now() - interval '1 day'`;
    });
  }
}
