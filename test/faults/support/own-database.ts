import pg from 'pg';
import type { TestDatabase } from '../../support/database.js';
import type { Postgres } from './postgres.js';

/** The database of a cluster that only one scenario knows. Its connections may break with the cluster. */
export const openOwnDatabase = (postgres: Pick<Postgres, 'ownerUrl' | 'superuserUrl'>): TestDatabase => {
  const pool = new pg.Pool({ connectionString: postgres.superuserUrl, max: 4 });
  pool.on('error', () => undefined);
  return {
    name: 'wardbell',
    ownerUrl: postgres.ownerUrl,
    superuserUrl: postgres.superuserUrl,
    query: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...values])).rows,
    drop: () => pool.end(),
  };
};
