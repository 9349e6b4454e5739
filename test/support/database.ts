import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of a test file's own, migrated and empty. */
export interface TestDatabase {
  readonly name: string;
  /** What `DATABASE_URL` is set to. */
  readonly ownerUrl: string;
  /** Sees every row: an oracle of what is committed. */
  readonly superuserUrl: string;
  /** Runs a query as superuser, past row-level security. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

const fromSetup = (name: string): string => {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run this test through npm test or its Jest project`);
  return value;
};

const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

async function administer(superuserUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface DatabaseOptions {
  /** Without our schema. */
  readonly empty?: boolean;
  /** Another cluster than the one that all tests share, for those that change what belongs to a cluster. */
  readonly cluster?: { readonly ownerUrl: string; readonly superuserUrl: string };
}

/** Clones the migrated database; `drop` it when the test file is done. */
export async function createDatabase({
  empty = false,
  cluster,
}: DatabaseOptions = {}): Promise<TestDatabase> {
  const admin = cluster?.superuserUrl ?? fromSetup('WARDBELL_TEST_SUPERUSER_URL');
  const owner = cluster?.ownerUrl ?? fromSetup('WARDBELL_TEST_OWNER_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(
    admin,
    `CREATE DATABASE ${name} OWNER wardbell TEMPLATE ${empty ? 'template0' : 'wardbell'}`,
  );
  const superuserUrl = withDatabase(admin, name);
  const pool = new pg.Pool({ connectionString: superuserUrl, max: 2 });
  // A test may kill the database under the pool.
  pool.on('error', () => undefined);
  return {
    name,
    superuserUrl,
    ownerUrl: withDatabase(owner, name),
    query: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...values])).rows,
    drop: async () => {
      await pool.end();
      await administer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
