import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Deed, Ledger } from './ledger.js';
import type { Random } from './random.js';

export interface EmitterParts {
  readonly databaseUrl: string;
  readonly tenantIds: readonly string[];
  /** People that an event may be for. */
  readonly userIds: readonly string[];
  readonly ledger: Ledger;
  readonly random: Random;
}

/**
 * How a transaction is not an ordinary one: constraints checked at once, another isolation level, or prepared for
 * a second phase.
 */
export type EmissionManner = 'immediate' | 'repeatable read' | 'serializable' | 'prepared';

interface Emission {
  readonly events: number;
  readonly dataBytes: number;
  /** How long the transaction stays open after it has emitted. */
  readonly holdMs: number;
  readonly tenants: number;
  readonly manner?: EmissionManner;
}

const BEGIN: Readonly<Record<EmissionManner | 'ordinary', string>> = {
  ordinary: 'BEGIN',
  prepared: 'BEGIN',
  immediate: 'BEGIN; SET CONSTRAINTS ALL IMMEDIATE',
  'repeatable read': 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM wardbell.tenant_head LIMIT 1',
  serializable: 'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1 FROM wardbell.tenant_head LIMIT 1',
};
const SERIALIZATION_FAILURE = '40001';

/**
 * Another service in the same database: emits in plain SQL, for several tenants at once, with savepoints, and
 * changes its mind now and then. No head notice tells of its events.
 */
export class Emitter {
  #stopped = false;

  constructor(private readonly parts: EmitterParts) {}

  async run(): Promise<void> {
    const { random } = this.parts;
    while (!this.#stopped) {
      await this.emit({
        events: random.between(1, 4),
        dataBytes: 10,
        holdMs: 0,
        tenants: random.between(1, 3),
      });
      await delay(random.between(100, 500));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** One transaction. A connection that breaks before its COMMIT is answered leaves the outcome unknown. */
  async emit({ events, dataBytes, holdMs, tenants, manner }: Emission): Promise<void> {
    const { databaseUrl, tenantIds, random } = this.parts;
    const chosen = random.some(tenantIds, tenants);
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: 3_000,
      query_timeout: 15_000,
    });
    client.on('error', () => undefined);
    const deeds: Deed[] = [];
    let isEnding = false;
    try {
      await client.connect();
      await client.query(BEGIN[manner ?? 'ordinary']);
      for (const tenantId of chosen) {
        for (let at = 0; at < events; at++) deeds.push(await this.#emitOne(client, tenantId, dataBytes));
      }
      if (random.isTrue(0.3)) await this.#emitAndForget(client, random.pick(chosen));
      if (holdMs > 0) await client.query('SELECT pg_sleep($1)', [holdMs / 1_000]);
      if (manner === 'prepared') {
        await this.#failToPrepare(client);
        return;
      }
      isEnding = true;
      const isKept = random.isTrue(0.85);
      await client.query(isKept ? 'COMMIT' : 'ROLLBACK');
      for (const deed of deeds) deed.outcome = isKept ? 'acknowledged' : 'undone';
    } catch (error) {
      if (manner !== undefined && error instanceof pg.DatabaseError && error.code === SERIALIZATION_FAILURE)
        this.parts.ledger.surprises.push(`a transaction that is ${manner} failed with ${error.code}`);
      // without a COMMIT nothing can have happened
      if (!isEnding) for (const deed of deeds) deed.outcome = 'undone';
    } finally {
      await Promise.race([client.end().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
    }
  }

  /** Throws, because it must be refused: a prepared transaction would hold the clinics for as long as it likes. */
  async #failToPrepare(client: pg.Client): Promise<void> {
    const gid = randomUUID();
    await client.query(`PREPARE TRANSACTION '${gid}'`);
    this.parts.ledger.surprises.push('a transaction that had emitted was prepared');
    await client.query(`ROLLBACK PREPARED '${gid}'`);
    throw new Error('it was prepared');
  }

  async #emitOne(client: pg.Client, tenantId: string, dataBytes: number): Promise<Deed> {
    const { ledger, random } = this.parts;
    const key = randomUUID();
    const type = random.pick(['task_updated', 'lab_result']);
    const deed = ledger.intend(tenantId, type, key);
    // until the COMMIT is sent this has not happened, whatever breaks
    deed.outcome = 'undone';
    await client.query('SELECT wardbell.emit($1, $2, $3, $4)', [
      tenantId,
      type,
      JSON.stringify({ key, text: 'x'.repeat(dataBytes) }),
      this.#audience(),
    ]);
    deed.outcome = 'unknown';
    return deed;
  }

  /** In a savepoint that is rolled back: never happens. */
  async #emitAndForget(client: pg.Client, tenantId: string): Promise<void> {
    await client.query('SAVEPOINT before');
    const deed = await this.#emitOne(client, tenantId, 10);
    await client.query('ROLLBACK TO SAVEPOINT before');
    deed.outcome = 'undone';
  }

  #audience(): string | null {
    const { random, userIds } = this.parts;
    const dice = random.next();
    if (dice < 0.6) return null;
    if (dice < 0.8)
      return JSON.stringify({ roles: random.some(['clinician', 'front_desk', 'tenant_admin'], 2) });
    return JSON.stringify({ user_ids: random.some(userIds, 3) });
  }
}
