import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../server/src/database/migrate.js';
import { createLog } from '../../server/src/platform/log/log.js';
import { database, useDatabase } from '../support/fixture.js';

const log = createLog({ logLevel: 'silent', production: true });

useDatabase({ empty: true, isForEachTest: true });

describe('migrate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardbell-migrations-'));
    cpSync('prisma/migrations', folder, { recursive: true });
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
  });

  const add = (name: string, sql: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'migration.sql'), sql);
  };
  const booked = (): Promise<Record<string, unknown>[]> =>
    database.query(
      `SELECT migration_name, length(checksum) AS checksum, finished_at IS NOT NULL AS finished,
              rolled_back_at, applied_steps_count
         FROM wardbell._prisma_migrations ORDER BY started_at`,
    );
  const failure = (): Promise<string> =>
    migrate(database.ownerUrl, log, folder).then(
      () => 'it succeeded',
      (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'no error'),
    );

  it('applies what is missing, in order, once, and books it as Prisma does', async () => {
    add('99990101000000_later', 'CREATE TABLE wardbell.later AS SELECT 1 AS one');
    const first = await migrate(database.ownerUrl, log, folder);
    expect(first).toBeGreaterThanOrEqual(2);
    expect(await migrate(database.ownerUrl, log, folder)).toBe(0);
    const rows = await booked();
    expect(rows).toHaveLength(first);
    expect(rows.at(-1)).toEqual({
      migration_name: '99990101000000_later',
      checksum: 64,
      finished: true,
      rolled_back_at: null,
      applied_steps_count: 1,
    });
  });

  it('applies each once when several servers start at once', async () => {
    const counts = await Promise.all([1, 2, 3, 4].map(() => migrate(database.ownerUrl, log, folder)));
    const rows = await booked();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(rows.length);
  });

  it('waits for another process that migrates only so long, and then names its session', async () => {
    const holder = new pg.Client({ connectionString: database.superuserUrl, application_name: 'somebody' });
    await holder.connect();
    try {
      await holder.query('SELECT pg_advisory_lock(72707369)');
      const { rows } = await holder.query('SELECT pg_backend_pid() AS pid');
      const outcome = await migrate(database.ownerUrl, log, folder, 500).then(String, String);
      expect(outcome).toMatch(/another process has held the migration lock/);
      expect(outcome).toContain(`session ${rows[0].pid}`);
    } finally {
      await holder.end();
    }
    expect(await migrate(database.ownerUrl, log, folder)).toBeGreaterThan(0);
  });

  it('leaves nothing of a migration that fails, and goes on once it is repaired', async () => {
    add('99990101000000_broken', 'CREATE TABLE wardbell.half (id int);\n\nSELECT no_such_column;');
    expect(await failure()).toBe(
      'StartError: Migration 99990101000000_broken failed (42703, line 3) and changed nothing',
    );
    expect(await database.query(`SELECT to_regclass('wardbell.half')::text AS half`)).toEqual([
      { half: null },
    ]);
    writeFileSync(join(folder, '99990101000000_broken', 'migration.sql'), 'SELECT 1');
    expect(await migrate(database.ownerUrl, log, folder)).toBe(1);
  });

  it('refuses a migration that was changed after it was applied', async () => {
    add('99990101000000_changed', 'SELECT 1;');
    await migrate(database.ownerUrl, log, folder);
    appendFileSync(join(folder, '99990101000000_changed', 'migration.sql'), ' SELECT 2;');
    expect(await failure()).toContain('99990101000000_changed was changed after it was applied');
  });

  it('refuses a database that is newer than the code', async () => {
    add('99990101000000_future', 'SELECT 1;');
    await migrate(database.ownerUrl, log, folder);
    rmSync(join(folder, '99990101000000_future'), { recursive: true });
    expect(await failure()).toContain('The database is newer than this Wardbell');
  });

  it('refuses to go on after a failure that Prisma booked, until it is resolved', async () => {
    await migrate(database.ownerUrl, log, folder);
    add('99990101000000_half', 'SELECT 1;');
    await database.query(
      `INSERT INTO wardbell._prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '99990101000000_half')`,
    );
    expect(await failure()).toContain('prisma migrate resolve');
    await database.query(`UPDATE wardbell._prisma_migrations SET rolled_back_at = now() WHERE id = 'x'`);
    expect(await migrate(database.ownerUrl, log, folder)).toBe(1);
  });

  it('says in one line, without the password, what a URL that does not work is wrong about', async () => {
    const wrong = (change: (url: URL) => void): Promise<string> => {
      const url = new URL(database.ownerUrl);
      change(url);
      return migrate(url.href, log, folder).then(
        () => 'it succeeded',
        (error: unknown) => String(error),
      );
    };
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const unusedPort = typeof address === 'object' && address !== null ? String(address.port) : '1';
    await new Promise((resolve) => server.close(resolve));

    const messages = await Promise.all([
      wrong((url) => {
        url.port = unusedPort;
      }),
      wrong((url) => {
        url.password = 'zyxcanary';
      }),
      wrong((url) => {
        url.pathname = '/no_such_database';
      }),
    ]);
    expect(messages[0]).toContain(
      `127.0.0.1:${unusedPort}/${database.name} cannot be reached (ECONNREFUSED)`,
    );
    expect(messages[1]).toContain('refuses its user or password');
    expect(messages[2]).toContain('does not have that database');
    for (const message of messages) {
      expect(message).toMatch(/^StartError: DATABASE_URL: /);
      expect(message).not.toMatch(/\n|zyxcanary/);
      expect(message).not.toContain(new URL(database.ownerUrl).password);
    }
  });

  it('needs no CREATE on the database when the schema is there already', async () => {
    await database.query('CREATE SCHEMA wardbell AUTHORIZATION wardbell');
    await database.query(`ALTER DATABASE ${database.name} OWNER TO CURRENT_USER`);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    add('20260101000000_only', 'CREATE TABLE wardbell.only (id int)');
    expect(await migrate(database.ownerUrl, log, folder)).toBe(1);
    await database.query('DROP SCHEMA wardbell CASCADE');
    expect(await failure()).toContain('may not create tables in schema wardbell');
  });
});
