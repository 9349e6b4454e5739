import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { statementName } from './queries.js';
import { MAX_WORK_MS } from './role-pool.js';

/** A connection on which a unit of work has begun a transaction. */
interface Lease {
  readonly client: pg.ClientBase;
  readonly isPrepared: boolean;
}

/**
 * Passes the connection of a unit of work to the adapter. Prisma does not say for which `$transaction` it calls
 * `startTransaction`, so only one is between the two at any time; nothing in between waits for the database. An
 * AsyncLocalStorage would do without the queue, but the first use of one makes every promise of the process slower:
 * 0.2 ms of CPU for each update over HTTP (Node.js 20, measured).
 */
class LeaseHandover {
  #offered: { readonly lease: Lease; readonly onTaken: () => void } | undefined;
  #last: Promise<void> = Promise.resolve();

  /** Calls `begin`, and lets the next one begin when its lease was taken or when it has ended. */
  async offer(lease: Lease, begin: () => Promise<void>): Promise<void> {
    const previous = this.#last;
    let onTaken = (): void => undefined;
    this.#last = new Promise((resolve) => {
      onTaken = resolve;
    });
    await previous;
    this.#offered = { lease, onTaken };
    try {
      await begin();
    } finally {
      if (this.#offered?.lease === lease) this.#offered = undefined; // it ended before it was opened
      onTaken();
    }
  }

  /** The lease of the transaction that is being opened. */
  take(): Lease | undefined {
    const offered = this.#offered;
    this.#offered = undefined;
    offered?.onTaken();
    return offered?.lease;
  }
}

const handover = new LeaseHandover();

/**
 * A pool that never connects: the base of the proxy that stands for the leased connection. `PrismaPg` runs statements
 * on a pool and accepts only instances of `pg.Pool`, so the proxy needs one.
 */
const neverConnected = new pg.Pool({ max: 1 });
neverConnected.setMaxListeners(0); // each transaction listens for errors while it lasts
const poolOf = (client: pg.ClientBase): pg.Pool =>
  new Proxy(neverConnected, {
    get: (pool, name) => (name === 'query' ? client.query.bind(client) : Reflect.get(pool, name)),
  });

const info = { provider: 'postgres', adapterName: 'wardbell-lease' } as const;

const outsideOfUnitOfWork = (): Promise<never> =>
  Promise.reject(new Error('Prisma Client works inside a unit of work only: use tx.orm()'));

/** Runs Prisma in the transaction of a unit of work. It never begins, commits or rolls back. */
class LeaseAdapter implements SqlDriverAdapter {
  readonly provider = info.provider;
  readonly adapterName = info.adapterName;
  readonly queryRaw = outsideOfUnitOfWork;
  readonly executeRaw = outsideOfUnitOfWork;
  readonly executeScript = outsideOfUnitOfWork;

  async startTransaction(): Promise<Transaction> {
    const lease = handover.take();
    if (!lease) return outsideOfUnitOfWork();
    const { client, isPrepared } = lease;
    // `PrismaPg` writes and reads times in UTC without a zone
    await client.query("SET LOCAL TimeZone = 'UTC'");
    const adapter = await new PrismaPg(poolOf(client), {
      ...(isPrepared ? { statementNameGenerator: ({ sql }) => statementName(sql) ?? '' } : {}),
    }).connect();
    return {
      ...info,
      options: { usePhantomQuery: true }, // Prisma sends neither COMMIT nor ROLLBACK
      queryRaw: (query) => adapter.queryRaw(query),
      executeRaw: (query) => adapter.executeRaw(query),
      commit: () => adapter.dispose(),
      rollback: () => adapter.dispose(),
    };
  }

  getConnectionInfo() {
    return { schemaName: 'wardbell', supportsRelationJoins: true };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

const factory: SqlDriverAdapterFactory = {
  ...info,
  connect: () => Promise.resolve(new LeaseAdapter()),
};

const newClient = () =>
  // a query must select the password hash explicitly, which only sign-in does
  new PrismaClient({ adapter: factory, omit: { userAccount: { password_hash: true } } });

type Client = ReturnType<typeof newClient>;
let shared: Client | undefined;

/** Prisma Client inside a unit of work. Row-level security confines it in the same way as the unit's SQL. */
export type Orm = Omit<
  Client,
  | '$connect'
  | '$disconnect'
  | '$on'
  | '$use'
  | '$extends'
  | '$transaction'
  | '$queryRawUnsafe'
  | '$executeRawUnsafe'
>;

/** The Prisma transaction of one unit of work. It is opened at the first use, because opening costs 42 µs. */
export class OrmTransaction {
  #opened: Promise<Orm> | undefined;
  #end: (() => void) | undefined;
  #ended: Promise<void> | undefined;

  constructor(private readonly lease: Lease) {}

  open(): Promise<Orm> {
    this.#opened ??= new Promise((resolve, reject) => {
      this.#ended = this.#run(resolve);
      this.#ended.catch(reject);
    });
    return this.#opened;
  }

  /** Call it after the last statement of Prisma. @throws the error that occurred inside Prisma */
  async close(): Promise<void> {
    this.#end?.();
    await this.#ended;
  }

  #run(onOpen: (orm: Orm) => void): Promise<void> {
    const end = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    shared ??= newClient();
    const client = shared;
    return handover.offer(this.lease, () =>
      client.$transaction(
        async (orm) => {
          onOpen(orm);
          await end;
        },
        { timeout: MAX_WORK_MS, maxWait: MAX_WORK_MS },
      ),
    );
  }
}
