import pg from 'pg';
import { isReadOnly } from './failure.js';
import { PoolShares, type Release } from './pool-shares.js';
import type { Login } from './roles.js';

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** A database that is frozen never answers; past its own bound on a statement this process gives up. */
const QUERY_TIMEOUT_MS = 16_000;
/** A whole unit of work, with the pauses between its statements. */
const MAX_WORK_MS = 15_000;

/**
 * Bounds that PostgreSQL itself keeps, should this process be frozen or cut off. They travel with BEGIN, so they
 * cost no round trip, hold for every login, and pass through a connection pooler, which refuses them as `options`.
 * READ COMMITTED whatever the default is: a head that moved after a snapshot would fail every commit (40001).
 */
const BEGIN =
  'BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 5000;' +
  ' SET LOCAL idle_in_transaction_session_timeout = 20000';

const INT8 = 20;
const INT8_ARRAY = 1016;

const toBigInts = (text: string): (bigint | null)[] => {
  const items = text.slice(1, -1);
  return items === '' ? [] : items.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
};

/** 64-bit integers as `bigint`, as Prisma has them; the driver would answer strings. */
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, BigInt);
types.setTypeParser(INT8_ARRAY, toBigInts);

/** Units of work of one tenant that may wait for a connection: a fraction of a second's worth. */
const MAX_WAITING = 200;

class WorkTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** A role's connections, for transactions only. */
export class Transactions {
  readonly #pool: pg.Pool;
  /** May statements be prepared? A transaction pooler moves us to connections that do not know them. */
  readonly isPrepared: boolean;

  readonly #shares: PoolShares;

  /**
   * @param size connections at most; further work waits up to 5 s for one
   * @param perTenant how many of them one tenant may hold
   */
  constructor({ url, isPooled }: Login, size: number, perTenant = size) {
    this.isPrepared = !isPooled;
    this.#shares = new PoolShares({ size, perTenant, maxWaitingPerTenant: MAX_WAITING });
    this.#pool = new pg.Pool({
      connectionString: url,
      max: size,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      application_name: 'wardbell',
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
   * Lends a connection to work that begins and commits on it; what is left open is rolled back.
   * @param tenantId who is charged for the connection; null: work of no tenant
   * @throws what the work throws, an error of the driver, a timeout after 15 s, or Problem `busy`
   */
  async run<T>(tenantId: string | null, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#lend(await this.#shares.acquire(tenantId), work, MAX_WORK_MS);
  }

  /** The same before all others, for work that may take `maxMs`. */
  async runFirst<T>(maxMs: number, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#lend(await this.#shares.acquireFirst(), work, maxMs);
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

  /** Closes the connections; work that is under way is waited for. */
  async end(): Promise<void> {
    await this.#pool.end();
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

/** Begins a unit of work. */
export const begin = async (client: pg.ClientBase): Promise<void> => {
  await client.query(BEGIN);
};

/** @throws when PostgreSQL rolled back instead, because a statement had failed and nobody said so. */
export const commit = async (client: pg.ClientBase): Promise<void> => {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back instead of committed');
};
