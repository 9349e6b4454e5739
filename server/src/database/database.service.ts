import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Problem } from '../platform/errors/problem.js';
import { errorFields } from '../platform/log/error-fields.js';
import { Log } from '../platform/log/log.js';
import { inSpan } from '../platform/tracing/spans.js';
import { isRetryable, toProblem } from './failure.js';
import type { LogEvent } from './log-event.js';
import { OrmTransaction } from './orm.js';
import { AppPool, AuthPool, RelayPool } from './pools.js';
import type { Principal } from './principal.js';
import { Queries } from './queries.js';
import type { RolePool } from './role-pool.js';
import { Tx, type Written } from './tx.js';

const MAX_TRIES = 3;

/** Explicit: under REPEATABLE READ every commit would fail (40001) when the head has moved since its snapshot. */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
/** Every statement sees the same rows. */
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';
/** A statement of a snapshot; longer than the statement_timeout of PostgreSQL. */
const SNAPSHOT_STATEMENT_MS = 16_000;
/**
 * Timeouts that PostgreSQL enforces if this process is frozen or disconnected, for logins whose role does not have
 * them. They are sent with BEGIN: that costs no round trip and works through a connection pooler, which refuses
 * `options`.
 */
const BOUNDS =
  'SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 5000;' +
  ' SET LOCAL idle_in_transaction_session_timeout = 20000';

/** Rows as they were at one moment. */
export interface Snapshot {
  /** Of this unit of work nothing is written. */
  readonly tx: Tx;
  readonly close: () => Promise<void>;
}

type CommitListener = (events: readonly LogEvent[]) => void;
type DisconnectListener = () => void;

/**
 * Runs units of work. Each method is one transaction: `enter` sets the tenant for row-level security and checks in the
 * same round trip that the principal is still allowed; then the work runs, its events, audit rows and disconnects are
 * written, the transaction commits, and the events and disconnects are announced in this process.
 */
@Injectable()
export class Database {
  readonly #commitListeners: CommitListener[] = [];
  readonly #disconnectListeners: DisconnectListener[] = [];

  constructor(
    private readonly app: AppPool,
    private readonly auth: AuthPool,
    private readonly relay: RelayPool,
    private readonly log: Log,
  ) {}

  /** Calls `listener` with the events of each transaction, directly after its COMMIT. */
  onCommit(listener: CommitListener): void {
    this.#commitListeners.push(listener);
  }

  /** Calls `listener` when this process has committed disconnects, so that instances act before their next sweep. */
  onDisconnects(listener: DisconnectListener): void {
    this.#disconnectListeners.push(listener);
  }

  /** Runs work inside one tenant, as the confined role. @throws Problem when the principal may no longer act */
  inTenant<T>(principal: Principal, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#transact(this.app, principal, tenantId, work);
  }

  /**
   * Runs work on accounts, sessions, factors and keys, as the only role that has access to them. It is confined to the
   * tenant of the principal; a super admin and the server itself reach all accounts.
   */
  onAccounts<T>(principal: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#transact(this.auth, principal, principal.tenantId, work);
  }

  /**
   * Runs work of super admins or of the server itself across tenants; its role has no access to patients and to what
   * people sign in with.
   * @param maxMs longest duration, 15 s unless given
   */
  acrossTenants<T>(principal: Principal, work: (tx: Tx) => Promise<T>, maxMs?: number): Promise<T> {
    return this.#transact(this.relay, principal, null, work, maxMs);
  }

  /** Runs work inside the principal's tenant, or across tenants for a super admin. */
  asPrincipal<T>(principal: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return principal.tenantId === null
      ? this.acrossTenants(principal, work)
      : this.inTenant(principal, principal.tenantId, work);
  }

  /**
   * Writes one row and commits as the write of a clinic does. It is served before all units of work in the queue.
   * @throws when a write would fail now, at the latest `maxMs` after it got a connection
   */
  probeWrite(instanceId: string, maxMs: number): Promise<void> {
    return this.app.urgentTransaction(maxMs, async (client) => {
      const sql = new Queries(client, this.app.isPrepared);
      await Promise.all([
        begin(client, this.app.isBounded),
        sql.query`SELECT wardbell.probe_write(${instanceId}::uuid)`,
        commit(client),
      ]);
    });
  }

  /**
   * Opens a unit of work that only reads, all of it in one snapshot. It has a connection of its own and may last longer than
   * others: the caller bounds how many there are, and closes each.
   * @throws Problem when the principal may not act
   */
  async openSnapshot(principal: Principal, unit: 'principal' | 'accounts'): Promise<Snapshot> {
    const pool = unit === 'accounts' ? this.auth : principal.tenantId === null ? this.relay : this.app;
    const client = pool.dedicated('wardbell-export', SNAPSHOT_STATEMENT_MS);
    client.on('error', () => undefined); // its user gets the error from the statement
    const { isPrepared } = pool;
    const sql = new Queries(client, isPrepared);
    const orm = new OrmTransaction({ client, isPrepared });
    const close = async () => {
      await orm.close().catch(() => undefined);
      await client.end().catch(() => undefined);
    };
    try {
      await client.connect();
      await client.query(`${SNAPSHOT}; ${BOUNDS}`);
      const now = await enter(sql, principal, principal.tenantId);
      return { tx: new Tx(sql, orm, principal, now, principal.tenantId), close };
    } catch (error) {
      await close();
      throw toProblem(error);
    }
  }

  /** Runs after COMMIT, so a failure here must not fail the work: sweeps find its events and disconnects. */
  announce({ events, disconnects }: Written): void {
    if (events.length > 0) for (const listener of this.#commitListeners) this.#call(() => listener(events));
    if (disconnects) for (const listener of this.#disconnectListeners) this.#call(listener);
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.log.error('what was committed could not be announced', errorFields(error));
    }
  }

  async #transact<T>(
    pool: RolePool,
    principal: Principal,
    tenantId: string | null,
    work: (tx: Tx) => Promise<T>,
    maxMs?: number,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, written } = await inSpan('transaction', () =>
          pool.transaction(tenantId, (client) => runUnit(client, pool, principal, tenantId, work), maxMs),
        );
        this.announce(written);
        return result;
      } catch (error) {
        if (attempt < MAX_TRIES && isRetryable(error)) continue;
        throw toProblem(error);
      }
    }
  }
}

async function runUnit<T>(
  client: pg.ClientBase,
  { isPrepared, isBounded }: RolePool,
  principal: Principal,
  tenantId: string | null,
  work: (tx: Tx) => Promise<T>,
): Promise<{ readonly result: T; readonly written: Written }> {
  const sql = new Queries(client, isPrepared);
  const orm = new OrmTransaction({ client, isPrepared });
  try {
    // three round trips instead of five: BEGIN and COMMIT are pipelined with the statements next to them
    const [, now] = await Promise.all([begin(client, isBounded), enter(sql, principal, tenantId)]);
    const tx = new Tx(sql, orm, principal, now, tenantId);
    const result = await work(tx);
    await orm.close();
    return { result, written: await flushAndCommit(tx, client) };
  } catch (error) {
    await orm.close().catch(() => undefined); // the first error is the one to report
    throw error;
  }
}

/** Begins a unit of work. */
export const begin = async (client: pg.ClientBase, isBounded: boolean): Promise<void> => {
  await client.query(isBounded ? BEGIN : `${BEGIN}; ${BOUNDS}`);
};

/** @throws when PostgreSQL rolled back instead, because a statement had failed and its error was swallowed */
export const commit = async (client: pg.ClientBase): Promise<void> => {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back instead of committed');
};

/** Pipelines both. If writing the log fails, COMMIT fails too; the first error is the one to report. */
const flushAndCommit = async (tx: Tx, client: pg.ClientBase): Promise<Written> => {
  const [flushed, committed] = await Promise.allSettled([tx.flush(), commit(client)]);
  if (flushed.status === 'rejected') throw flushed.reason;
  if (committed.status === 'rejected') throw committed.reason;
  return flushed.value;
};

/** Returns when the transaction began. @throws Problem when the principal may no longer act */
const enter = async (sql: Queries, principal: Principal, tenantId: string | null): Promise<Date> => {
  const [row] = await sql.query<{ verdict: string; now: Date }[]>`
    SELECT wardbell.enter(${tenantId}::uuid, ${principal.tenantId}::uuid, ${principal.userId},
                          ${principal.role}, ${principal.sessionId}::uuid) AS verdict,
           wardbell.commit_durably(), now()`;
  switch (row?.verdict) {
    case 'ok':
      return row.now;
    case 'tenant_suspended':
      throw new Problem('tenant_suspended');
    case 'locked':
      throw new Problem('session_locked');
    case 'unknown_tenant':
      throw new Problem('invalid_token');
    default:
      throw new Problem('access_revoked');
  }
};
