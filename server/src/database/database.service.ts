import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { Problem } from '../errors/problem.js';
import { errorFields } from '../log/error-fields.js';
import { Log } from '../log/log.js';
import { isRetryable, toProblem } from './failure.js';
import { PrismaClient } from './generated/client.js';
import type { LogEvent } from './log-event.js';
import type { Principal } from './principal.js';
import { Tx } from './tx.js';

/** Where the run-time roles log in. */
export abstract class DatabaseUrls {
  abstract readonly appUrl: string;
  abstract readonly relayUrl: string;
}

/** A tenant's commits go one after the other, so more connections than this only wait inside PostgreSQL. */
const APP_POOL_SIZE = 12;
const RELAY_POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** Waiting for a pooled connection, then for the work itself. Both end in a 503 with `Retry-After`. */
const MAX_WAIT_MS = 5_000;
const MAX_WORK_MS = 15_000;
const MAX_TRIES = 3;
/** A database that is frozen never answers; past its own bound on a statement this process gives up. */
const QUERY_TIMEOUT_MS = 16_000;

/** Bounds that PostgreSQL itself keeps for a session, should this process be frozen or cut off. */
export const SESSION_BOUNDS =
  '-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=20000';

const open = (url: string, size: number) =>
  new PrismaClient({
    adapter: new PrismaPg(
      {
        connectionString: url,
        max: size,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        idleTimeoutMillis: 30_000,
        options: SESSION_BOUNDS,
        query_timeout: QUERY_TIMEOUT_MS,
        keepAlive: true,
      },
      // A pooled connection that dies is replaced; whoever was using it gets the error.
      {
        schema: 'wardbell',
        onPoolError: () => undefined,
        onConnectionError: () => undefined,
        // prepared once a connection: parse and plan are most of what these short statements cost
        statementNameGenerator: (query) => statementName(query.sql),
      },
    ),
    transactionOptions: { maxWait: MAX_WAIT_MS, timeout: MAX_WORK_MS },
  });

/** Prepared statements kept by each connection; SQL whose text varies without end is not prepared. */
const MAX_STATEMENTS = 500;
const statements = new Map<string, string>();
const UNNAMED = '';
const statementName = (sql: string): string => {
  const known = statements.get(sql);
  if (known !== undefined) return known;
  if (statements.size >= MAX_STATEMENTS) return UNNAMED;
  const name = `w${statements.size}`;
  statements.set(sql, name);
  return name;
};

type CommitListener = (events: readonly LogEvent[]) => void;

/**
 * The way to the data. Each method is one transaction: it enters (sets the tenant for row-level security and
 * checks that the principal is still allowed, in one round trip), does the work, writes events and audit
 * rows, commits, and then announces the events in this process.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly #app: PrismaClient;
  readonly #relay: PrismaClient;
  readonly #listeners: CommitListener[] = [];
  readonly #orderListeners: (() => void)[] = [];

  constructor(
    urls: DatabaseUrls,
    private readonly log: Log,
  ) {
    this.#app = open(urls.appUrl, APP_POOL_SIZE);
    this.#relay = open(urls.relayUrl, RELAY_POOL_SIZE);
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

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#app.$disconnect(), this.#relay.$disconnect()]);
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
    client: PrismaClient,
    principal: Principal,
    tenantId: string | null,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, events } = await client.$transaction(async (db) => {
          const tx = new Tx(db, principal, tenantId);
          await enter(tx);
          const result = await work(tx);
          return { result, events: await tx.flush() };
        });
        if (events.length > 0) this.#announce(events);
        return result;
      } catch (error) {
        if (attempt < MAX_TRIES && isRetryable(error)) continue;
        throw toProblem(error);
      }
    }
  }
}

const enter = async ({ db, principal, tenantId }: Tx): Promise<void> => {
  const [row] = await db.$queryRaw<{ verdict: string }[]>`
    SELECT wardbell.enter(${tenantId}::uuid, ${principal.tenantId}::uuid, ${principal.userId},
                          ${principal.role}, ${principal.sessionId}::uuid) AS verdict`;
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
