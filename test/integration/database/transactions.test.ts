import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { begin, commit } from '../../../server/src/database/database.service.js';
import { isUnreachable } from '../../../server/src/database/failure.js';
import { Queries } from '../../../server/src/database/queries.js';
import { RolePool } from '../../../server/src/database/role-pool.js';
import { sqlState } from '../../../server/src/platform/errors/sqlstate.js';
import { database, useDatabase } from '../../support/fixture.js';

let pool: RolePool;

// Before their database is gone.
afterAll(async () => {
  await pool.end();
});
useDatabase({ empty: true });

beforeAll(async () => {
  await database.query('CREATE TABLE public.note (id int PRIMARY KEY)');
  // one connection: what a transaction leaves behind would show in the next
  pool = new RolePool({
    login: { url: database.superuserUrl, isPooled: false, isBounded: false },
    applicationName: 'wardbell',
    size: 1,
    transactions: 1,
    transactionsPerTenant: 1,
    connectTimeoutMs: 5_000,
  });
});

const insert = (sql: Queries, id: number): Promise<number> =>
  sql.execute`INSERT INTO public.note VALUES (${id})`;

const isThere = async (id: number): Promise<boolean> =>
  (await database.query('SELECT FROM public.note WHERE id = $1', [id])).length === 1;

/** Begins, works and commits the way that `Database` does. */
const unit = <T>(work: (sql: Queries, client: pg.ClientBase) => Promise<T>): Promise<T> =>
  pool.transaction(null, async (client) => {
    const sql = new Queries(client, true);
    const [, result] = await Promise.all([begin(client, false), work(sql, client)]);
    await commit(client);
    return result;
  });

describe('a transaction on the driver', () => {
  it('writes what its work wrote once it has committed', async () => {
    await expect(unit((sql) => insert(sql, 1))).resolves.toBe(1);
    await expect(isThere(1)).resolves.toBe(true);
  });

  it('leaves nothing of work that throws, and a connection that the next can use', async () => {
    const work = unit(async (sql) => {
      await insert(sql, 2);
      throw new RangeError('changed my mind');
    });
    await expect(work).rejects.toThrow(RangeError);
    await expect(isThere(2)).resolves.toBe(false);
    await expect(unit((sql) => insert(sql, 3))).resolves.toBe(1);
  });

  it('fails with the SQLSTATE of the statement that failed, also when COMMIT was sent right behind it', async () => {
    const work = pool.transaction(null, async (client) => {
      const sql = new Queries(client, true);
      await Promise.all([begin(client, false), insert(sql, 4), insert(sql, 4), commit(client)]);
    });
    const error: unknown = await work.catch((reason: unknown) => reason);
    expect(sqlState(error)).toBe('23505');
    await expect(isThere(4)).resolves.toBe(false);
  });

  it('says so when PostgreSQL rolled back because work had swallowed a failure', async () => {
    const work = unit(async (sql) => {
      await insert(sql, 5);
      await insert(sql, 5).catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled back');
    await expect(isThere(5)).resolves.toBe(false);
  });

  it('answers 64-bit integers as bigint, alone and in arrays', async () => {
    const rows = await unit(
      (sql) =>
        sql.query<{ one: bigint; many: bigint[]; none: bigint[] }[]>`
        SELECT 9007199254740993 AS one, ARRAY[1, NULL, 3]::bigint[] AS many, '{}'::bigint[] AS none`,
    );
    expect(rows).toEqual([{ one: 9007199254740993n, many: [1n, null, 3n], none: [] }]);
  });

  it('fails as unreachable when its connection is cut, and goes on with a new one', async () => {
    const work = unit(async (sql) => {
      const [row] = await sql.query<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      await database.query('SELECT pg_terminate_backend($1)', [row?.pid]);
      await insert(sql, 6);
    });
    expect(isUnreachable(await work.catch((reason: unknown) => reason))).toBe(true);
    await expect(unit((sql) => insert(sql, 7))).resolves.toBe(1);
  });

  it('is bounded by PostgreSQL itself, whatever the login, without a round trip of its own', async () => {
    const rows = await unit(
      (sql) => sql.query<{ statement: string; lock: string; idle: string }[]>`
        SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
               current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(rows).toEqual([{ statement: '15s', lock: '5s', idle: '20s' }]);
  });

  it('does not keep a connection to a server that takes no writes', async () => {
    const pid = (sql: Queries) => sql.query<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    const [before] = await unit(pid);
    const refused = unit(async (sql, client) => {
      await client.query('SET TRANSACTION READ ONLY');
      await insert(sql, 8);
    });
    expect(sqlState(await refused.catch((reason: unknown) => reason))).toBe('25006');
    expect(await unit(pid)).not.toEqual([before]);
  });
});
