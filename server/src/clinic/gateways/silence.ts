import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import { SYSTEM } from '../../database/principal.js';
import { emitStatusChange, type GatewayEventRow } from './gateways.service.js';

/** The protocol allows 5 s after the time at which a report was due. */
const EVERY_MS = 1_000;
/** Gateways in one transaction. The writers of their tenants wait until it has committed. */
const BATCH = 50;

const IS_DUE = {
  name: 'gateway_is_due',
  text: 'SELECT EXISTS (SELECT FROM wardbell.gateway WHERE due_at <= now()) AS due',
};

/**
 * Makes gateways UNHEALTHY that have not reported for as long as they promised. The time stands in the database, so any
 * instance does this, and the row is updated and the event written in one transaction, so it happens once.
 */
@Injectable()
export class GatewaySilence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;

  constructor(
    private readonly database: Database,
    private readonly relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'gateway-silence', everyMs: EVERY_MS }, () => this.#run());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  async #run(): Promise<void> {
    const [row] = await this.relay.query<{ due: boolean }>(IS_DUE);
    if (!row?.due) return;
    while ((await this.#claim()) === BATCH);
  }

  /** Returns how many gateways it found. */
  #claim(): Promise<number> {
    return this.database.acrossTenants(SYSTEM, async (tx) => {
      const rows = await tx.sql.query<(GatewayEventRow & { tenant_id: string })[]>`
        WITH due AS (
          SELECT o.tenant_id, o.gateway_id, o.status FROM wardbell.gateway o
          WHERE o.due_at <= now() ORDER BY o.due_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
        UPDATE wardbell.gateway g SET status = 'UNHEALTHY', due_at = NULL, changed_at = clock_timestamp()
        FROM due WHERE g.tenant_id = due.tenant_id AND g.gateway_id = due.gateway_id
        RETURNING g.tenant_id::text, g.gateway_id, g.gateway_type, g.status, g.metadata,
                  due.status AS previous_status`;
      for (const gateway of rows) emitStatusChange(tx, gateway.tenant_id, gateway);
      return rows.length;
    });
  }
}
