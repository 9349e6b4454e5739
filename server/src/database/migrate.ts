import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../platform/config/start-error.js';
import { errorCode } from '../platform/errors/error-code.js';
import type { Log } from '../platform/log/log.js';
import { connectOnce } from './connect.js';
import { MIGRATIONS, type Migration, readMigrations, refuseOtherHistory } from './migrations.js';

/** The key that Prisma's CLI uses, so that it and this runner exclude each other. */
const ADVISORY_LOCK = 72_707_369;
const MIN_SERVER_VERSION = 150_000;
/** How long start-up waits for another process that migrates. */
const LOCK_WAIT_MS = 60_000;
const LOCK_RETRY_MS = 250;
/** Interval of the log line during that wait. */
const LOCK_LINE_MS = 5_000;

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/**
 * Migrates the database to the schema of this code. Migrations are ordinary folders of Prisma and are recorded in its
 * table `wardbell._prisma_migrations`, so `prisma migrate deploy` can continue from here. Prisma's schema engine is not
 * used, because it is a download that an air-gapped hospital does not have. Each migration is one transaction;
 * processes that start at the same time wait for each other.
 * @param lockWaitMs how long to wait for another process that migrates
 * @returns the number of migrations that were applied
 * @throws StartError when the database cannot be reached, is too old, newer than this code, or different, or when
 *   another process holds the migration lock for too long.
 */
export async function migrate(
  ownerUrl: string,
  log: Log,
  folder = MIGRATIONS,
  lockWaitMs = LOCK_WAIT_MS,
): Promise<number> {
  const migrations = readMigrations(folder);
  const client = await connectOnce(ownerUrl, 'DATABASE_URL');
  try {
    await assertServerVersion(client);
    let count = 0;
    for (;;) {
      const startedMs = performance.now();
      const applied = await inMigrationLock(client, log, lockWaitMs, () => applyNext(client, migrations));
      if (applied === undefined) return count;
      count += 1;
      log.info('migration applied', {
        migration: applied,
        duration_ms: Math.round(performance.now() - startedMs),
      });
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `DATABASE_URL: the database failed while it was migrated (${errorCode(error)}): check its log`,
    );
  } finally {
    await client.end();
  }
}

/**
 * Runs work in a transaction that holds the migration lock. PostgreSQL releases the lock with the transaction; a
 * session lock could outlive this process on a server connection of a transaction pooler.
 */
async function inMigrationLock<T>(
  client: pg.Client,
  log: Log,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const startMs = performance.now();
  let lineMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_xact_lock($1) AS locked',
        [ADVISORY_LOCK],
      );
      if (rows[0]?.locked === true) {
        const result = await work();
        await client.query('COMMIT');
        return result;
      }
      const holder = await findHolder(client);
      const waitedMs = performance.now() - startMs;
      if (waitedMs >= waitMs) {
        throw new StartError(
          `DATABASE_URL: another process has held the migration lock for ${Math.round(waitedMs / 1_000)} s: ` +
            `${holder?.text ?? 'it ended just now'}. Wait until it is done; if it is no Wardbell that migrates, ` +
            `end it with SELECT pg_terminate_backend(${holder?.pid ?? 'pid'})`,
        );
      }
      if (holder && performance.now() - lineMs >= LOCK_LINE_MS) {
        lineMs = performance.now();
        const { pid, application, state, forMs } = holder;
        log.warn('waiting for another process that migrates', {
          pid,
          application,
          status: state,
          duration_ms: forMs,
        });
      }
      await client.query('ROLLBACK');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    await delay(LOCK_RETRY_MS);
  }
}

interface Holder {
  readonly pid: number;
  readonly application: string;
  /** `active`, `idle_in_transaction` and so on. */
  readonly state: string;
  /** Time since its transaction began or, without one, since its last state change. */
  readonly forMs: number;
  readonly text: string;
}

/** Finds the backend that holds the migration lock. `pg_locks` splits a 64-bit key into two columns. */
async function findHolder(client: pg.Client): Promise<Holder | undefined> {
  const { rows } = await client.query<{
    pid: number;
    application: string | null;
    state: string | null;
    since: Date | null;
    for_ms: number | null;
  }>(
    `SELECT l.pid, a.application_name AS application, a.state, coalesce(a.xact_start, a.state_change) AS since,
            (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change)) * 1000)::float8 AS for_ms
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [ADVISORY_LOCK],
  );
  const row = rows[0];
  if (!row) return undefined;
  const application = row.application || 'without a name';
  const state = (row.state ?? 'unknown').replace(/[^a-z]+/g, '_');
  const since = row.since?.toISOString() ?? 'an unknown time';
  const text = `session ${row.pid} (application ${application}, ${row.state ?? 'state unknown'} since ${since})`;
  return { pid: row.pid, application, state, forMs: Math.round(row.for_ms ?? 0), text };
}

async function assertServerVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
  );
  const version = rows[0];
  if (version === undefined || version.number < MIN_SERVER_VERSION) {
    throw new StartError(
      `DATABASE_URL: PostgreSQL ${version?.name ?? 'of unknown version'} is too old: use 15 or newer`,
    );
  }
}

async function prepareSchema(client: pg.Client): Promise<void> {
  const found = await client.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'wardbell'`);
  try {
    if (found.rowCount === 0) await client.query('CREATE SCHEMA wardbell');
    // As Prisma does for `?schema=wardbell`: unqualified names and extensions are created in that schema.
    await client.query('SET LOCAL search_path = wardbell');
    await client.query(`
      CREATE TABLE IF NOT EXISTS wardbell._prisma_migrations (
        id                  varchar(36) PRIMARY KEY,
        checksum            varchar(64) NOT NULL,
        finished_at         timestamptz,
        migration_name      varchar(255) NOT NULL,
        logs                text,
        rolled_back_at      timestamptz,
        started_at          timestamptz NOT NULL DEFAULT now(),
        applied_steps_count integer NOT NULL DEFAULT 0
      )`);
  } catch (error) {
    if (errorCode(error) !== '42501') throw error;
    throw new StartError(
      'DATABASE_URL: its user may not create tables in schema wardbell: let it own the schema or the database',
    );
  }
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query<Applied>(
    `SELECT migration_name, checksum, finished_at
       FROM wardbell._prisma_migrations
      WHERE rolled_back_at IS NULL
      ORDER BY started_at, migration_name`,
  );
  return rows;
}

function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  for (const { migration_name: name, finished_at } of applied) {
    if (finished_at !== null) continue;
    throw new StartError(
      `Migration ${name} was begun by another tool and failed: repair it with "prisma migrate resolve"`,
    );
  }
  refuseOtherHistory(
    migrations,
    applied.map(({ migration_name: name, checksum }) => ({ name, checksum })),
  );
  const names = new Set(applied.map((row) => row.migration_name));
  return migrations.filter((migration) => !names.has(migration.name));
}

/** Applies the first missing migration inside the caller's transaction. Returns its name. */
async function applyNext(client: pg.Client, migrations: readonly Migration[]): Promise<string | undefined> {
  await prepareSchema(client);
  const migration = pendingOf(migrations, await readApplied(client))[0];
  if (migration === undefined) return undefined;
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO wardbell._prisma_migrations
         (id, checksum, migration_name, logs, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, '', now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
  } catch (error) {
    throw new StartError(
      `Migration ${migration.name} failed (${errorCode(error)}${lineOf(migration.sql, error)}) and changed nothing`,
    );
  }
  return migration.name;
}

/** The line of an error, from its position (characters, from 1). The message is not used: it can contain row values. */
function lineOf(sql: string, error: unknown): string {
  if (typeof error !== 'object' || error === null || !('position' in error)) return '';
  const position = Number(error.position);
  return Number.isInteger(position) ? `, line ${sql.slice(0, position - 1).split('\n').length}` : '';
}
