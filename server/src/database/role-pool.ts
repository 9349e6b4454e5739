import pg from 'pg';
import { isReadOnly } from './failure.js';
import { PoolShares, type Release } from './pool-shares.js';
import type { Login } from './roles.js';

const IDLE_TIMEOUT_MS = 30_000;
/** A database that is frozen never answers; past its own bound on a statement this process gives up. */
const QUERY_TIMEOUT_MS = 16_000;
/** The same for single statements, which are short. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** A whole unit of work, with the pauses between its statements. */
export const MAX_WORK_MS = 15_000;

const INT8 = 20;
const INT8_ARRAY = 1016;

const toBigInts = (text: string): (bigint | null)[] => {
  const items = text.slice(1, -1);
  return items === '' ? [] : items.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
};

/** 64-bit integers as `bigint`; the driver would answer strings. */
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, BigInt);
types.setTypeParser(INT8_ARRAY, toBigInts);

/** Units of work of one tenant that may wait for a connection: a fraction of a second's worth. */
const MAX_WAITING = 200;

class WorkTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** A statement that each connection prepares once, unless a pooler stands between. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface RolePoolOptions {
  readonly login: Login;
  /** As which PostgreSQL shows the connections (`pg_stat_activity`). */
  readonly applicationName: string;
  /** Connections at most. */
  readonly size: number;
  /** Of them, for transactions at a time; the others are left to single statements. */
  readonly transactions: number;
  /** Of those, for transactions of one tenant. */
  readonly transactionsPerTenant: number;
  readonly connectTimeoutMs: number;
}

/** The connections of one database role. */
export class RolePool {
  readonly #pool: pg.Pool;
  readonly #shares: PoolShares;
  /** May statements be prepared? A transaction pooler moves us to connections that do not know them. */
  readonly isPrepared: boolean;
  /** Does the role bring the bounds of a unit of work, so that BEGIN need not set them? */
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
      pipeline: true, // statements that need not wait for each other's answers share a round trip
      types,
    });
    // A connection that dies is replaced; whoever was using it gets the error from its statement.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /**
   * The rows of a statement by itself, which is a transaction of its own.
   * @throws the error of `pg`, a connection error within the connect timeout, a timeout after 10 s
   */
  async query<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const query = { ...this.toQuery(statement, values), query_timeout: STATEMENT_TIMEOUT_MS };
    return (await this.#pool.query<Row>(query)).rows;
  }

  /** A statement as `pg` takes it, prepared where the connection allows that. */
  toQuery({ name, text }: Statement, values: unknown[]): pg.QueryConfig {
    return this.isPrepared ? { name, text, values } : { text, values };
  }

  /**
   * Lends a connection to work that begins and commits on it; what is left open is rolled back.
   * @param tenantId who is charged for the connection; null: work of no tenant
   * @throws what the work throws, an error of the driver, a timeout after 15 s, or Problem `busy`
   */
  async transaction<T>(tenantId: string | null, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#lend(await this.#shares.acquire(tenantId), work, MAX_WORK_MS);
  }

  /** The same before all others, for work that may take `maxMs`. */
  async urgentTransaction<T>(maxMs: number, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#lend(await this.#shares.acquireFirst(), work, maxMs);
  }

  /** A connection outside of the pool, which waits behind no other statement. The caller connects and ends it. */
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

  /** Closes the connections; work that is under way is waited for. */
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

/** False when the connection is no longer good for anything. */
const rollBack = async (client: pg.ClientBase): Promise<boolean> => {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
};
