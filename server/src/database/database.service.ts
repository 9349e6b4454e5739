import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { Problem } from '../errors/problem.js';
import { errorFields } from '../log/error-fields.js';
import { Log } from '../log/log.js';
import { inSpan } from '../tracing/spans.js';
import { isRetryable, toProblem } from './failure.js';
import type { LogEvent } from './log-event.js';
import type { Principal } from './principal.js';
import { Queries } from './queries.js';
import type { Login } from './roles.js';
import { begin, commit, Transactions } from './transactions.js';
import { Tx } from './tx.js';

/** How the run-time roles log in. */
export abstract class DatabaseLogins {
  abstract readonly app: Login;
  abstract readonly relay: Login;
  /** The relay's login where notifications come through. */
  abstract readonly listenUrl: string;
}

/**
 * A tenant's commits go one after the other, so more connections than this only wait inside PostgreSQL. One tenant may
 * hold a third of them: a lock that does not move must not stop the others.
 */
const APP_POOL_SIZE = 12;
const RELAY_POOL_SIZE = 4;
const MAX_TRIES = 3;

type CommitListener = (events: readonly LogEvent[]) => void;

/**
 * The way to the data. Each method is one transaction: it enters (sets the tenant for row-level security and
 * checks that the principal is still allowed, in one round trip), does the work, writes events and audit
 * rows, commits, and then announces the events in this process.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly #app: Transactions;
  readonly #relay: Transactions;
  readonly #listeners: CommitListener[] = [];
  readonly #orderListeners: (() => void)[] = [];

  constructor(
    logins: DatabaseLogins,
    private readonly log: Log,
  ) {
    this.#app = new Transactions(logins.app, APP_POOL_SIZE, APP_POOL_SIZE / 3);
    this.#relay = new Transactions(logins.relay, RELAY_POOL_SIZE);
  }

  /** Calls `listener` with the events of each transaction, right after its COMMIT. */
  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /** Says that a disconnect order was committed, so that instances act now and not at their next sweep. */
  ringOrders(): void {
    for (const listener of this.#orderListeners) listener();
  }

  /** Calls `listener` whenever this process committed a disconnect order. */
  onOrders(listener: () => void): void {
    this.#orderListeners.push(listener);
  }

  /** Work inside one tenant, as the confined role. Throws `Problem` when the principal may no longer act. */
  inTenant<T>(principal: Principal, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#transact(this.#app, principal, tenantId, work);
  }

  /** Work of super admins and of the server itself across tenants; this role has no access to patients. */
  acrossTenants<T>(principal: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#transact(this.#relay, principal, null, work);
  }

  /**
   * Writes and commits as a clinic's write does, before all that wait for a connection, and leaves one row.
   * @throws when a write would fail at this moment, at the latest after `maxMs` with a connection
   */
  probeWrite(instanceId: string, maxMs: number): Promise<void> {
    return this.#app.runFirst(maxMs, async (client) => {
      const db = new Queries(client, this.#app.isPrepared);
      await Promise.all([
        begin(client),
        db.$queryRaw`SELECT wardbell.probe_write(${instanceId}::uuid)`,
        commit(client),
      ]);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#app.end(), this.#relay.end()]);
  }

  /** It has committed: whatever fails from here on, the work is done, and the sweep finds its events. */
  #announce(events: readonly LogEvent[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.log.error('events could not be announced', errorFields(error));
      }
    }
  }

  async #transact<T>(
    transactions: Transactions,
    principal: Principal,
    tenantId: string | null,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, events } = await inSpan('transaction', () =>
          transactions.run(tenantId, async (client) => {
            const tx = new Tx(new Queries(client, transactions.isPrepared), principal, tenantId);
            // three round trips and not five: neither BEGIN nor COMMIT is waited for by itself
            await Promise.all([begin(client), enter(tx)]);
            const result = await work(tx);
            return { result, events: await flushAndCommit(tx, client) };
          }),
        );
        if (events.length > 0) this.#announce(events);
        return result;
      } catch (error) {
        if (attempt < MAX_TRIES && isRetryable(error)) continue;
        throw toProblem(error);
      }
    }
  }
}

/** Both travel together. When writing the log fails so does COMMIT, and the first reason is the one to tell. */
const flushAndCommit = async (tx: Tx, client: pg.ClientBase): Promise<LogEvent[]> => {
  const [flushed, committed] = await Promise.allSettled([tx.flush(), commit(client)]);
  if (flushed.status === 'rejected') throw flushed.reason;
  if (committed.status === 'rejected') throw committed.reason;
  return flushed.value;
};

const enter = async ({ db, principal, tenantId }: Tx): Promise<void> => {
  const [row] = await db.$queryRaw<{ verdict: string }[]>`
    SELECT wardbell.enter(${tenantId}::uuid, ${principal.tenantId}::uuid, ${principal.userId},
                          ${principal.role}, ${principal.sessionId}::uuid) AS verdict,
           wardbell.commit_durably()`;
  switch (row?.verdict) {
    case 'ok':
      return;
    case 'tenant_suspended':
      throw new Problem('tenant_suspended');
    case 'unknown_tenant':
      throw new Problem('invalid_token');
    default:
      throw new Problem('access_revoked');
  }
};
