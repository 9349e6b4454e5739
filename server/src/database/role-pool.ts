import pg from 'pg';
import { isReadOnly } from './failure.js';
import { PoolShares, type Release } from './pool-shares.js';
import type { Login } from './roles.js';

const IDLE_TIMEOUT_MS = 30_000;
/** A frozen database never answers. This timeout is longer than the statement_timeout of PostgreSQL. */
const QUERY_TIMEOUT_MS = 16_000;
/** The same timeout for single statements, which are short. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Longest unit of work, including the pauses between its statements. */
export const MAX_WORK_MS = 15_000;

const INT8 = 20;
const INT8_ARRAY = 1016;

const toBigInts = (text: string): (bigint | null)[] => {
  const items = text.slice(1, -1);
  return items === '' ? [] : items.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
};

/** Parses 64-bit integers as `bigint`; by default the driver returns strings. */
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, BigInt);
types.setTypeParser(INT8_ARRAY, toBigInts);

/** Longest queue of one tenant: a fraction of a second of work. */
const MAX_WAITING = 200;

class WorkTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** A statement that each connection prepares once, except behind a transaction pooler. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface RolePoolOptions {
  readonly login: Login;
  /** `application_name` in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Maximum number of connections. */
  readonly size: number;
  /** How many of them transactions may use at a time; the rest is for single statements. */
  readonly transactions: number;
  /** How many of those the transactions of one tenant may use. */
  readonly transactionsPerTenant: number;
  readonly connectTimeoutMs: number;
}

/** The connections of one database role. */
export class RolePool {
  readonly #pool: pg.Pool;
  readonly #shares: PoolShares;
  /** Whether statements may be prepared. A transaction pooler switches to server connections that lack them. */
  readonly isPrepared: boolean;
  /** Whether the role has the timeouts of a unit of work, so that BEGIN need not set them. */
  readonly isBounded: boolean;

  constructor(private readonly options: RolePoolOptions) {
    const { login, applicationName, size, transactions, transactionsPerTenant, connectTimeoutMs } = options;
    this.isPrepared = !login.isPooled;
    this.isBounded = login.isBounded;
    this.#shares = new PoolShares({
      size: transactions,
      perTenant: transactionsPerTenant,
      maxWaitingPerTenant: MAX_WAITING,
    });
    this.#pool = new pg.Pool({
      connectionString: login.url,
      max: size,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      application_name: applicationName,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      pipeline: true, // independent statements share a round trip
      types,
    });
    // The pool replaces a broken connection, and its user gets the error from the statement.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /**
   * Runs a single statement in its own transaction and returns its rows.
   * @throws the error of `pg`, a connection error within the connect timeout, a timeout after `maxMs`
   */
  async query<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
    maxMs = STATEMENT_TIMEOUT_MS,
  ): Promise<Row[]> {
    const query = { ...this.toQuery(statement, values), query_timeout: maxMs };
    return (await this.#pool.query<Row>(query)).rows;
  }

  /** The query config for `pg`, prepared if the connection allows that. */
  toQuery({ name, text }: Statement, values: unknown[]): pg.QueryConfig {
    return this.isPrepared ? { name, text, values } : { text, values };
  }

  /**
   * Runs work on a connection. The work begins and commits; a transaction that is still open afterwards is rolled back.
   * @param tenantId the tenant that is charged for the connection; null: work without a tenant
   * @throws errors of the work or the driver, a timeout after `maxMs`, or Problem `busy`
   */
  async transaction<T>(
    tenantId: string | null,
    work: (client: pg.ClientBase) => Promise<T>,
    maxMs = MAX_WORK_MS,
  ): Promise<T> {
    return this.#lend(await this.#shares.acquire(tenantId), work, maxMs);
  }

  /** Runs work ahead of all others, for at most `maxMs`. */
  async urgentTransaction<T>(maxMs: number, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#lend(await this.#shares.acquirePriority(), work, maxMs);
  }

  /** A connection outside the pool, so that it never waits for other statements. The caller connects and ends it. */
  dedicated(applicationName: string, queryTimeoutMs: number, url = this.options.login.url): pg.Client {
    return new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: this.options.connectTimeoutMs,
      application_name: applicationName,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      types,
    });
  }

  /** Waits for the work in progress and closes the connections. */
  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #lend<T>(giveBack: Release, work: (client: pg.ClientBase) => Promise<T>, maxMs: number): Promise<T> {
    try {
      const client = await this.#pool.connect();
      let isUsable = false;
      try {
        const result = await withinTime(work(client), maxMs);
        isUsable = true;
        return result;
      } catch (error) {
        isUsable = !(error instanceof WorkTimeout) && !isReadOnly(error) && (await rollBack(client));
        throw error;
      } finally {
        client.release(!isUsable);
      }
    } finally {
      giveBack();
    }
  }
}

const withinTime = async <T>(work: Promise<T>, maxMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WorkTimeout('the unit of work took too long')), maxMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
};

/** Returns false when the connection is broken. */
const rollBack = async (client: pg.ClientBase): Promise<boolean> => {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
};
