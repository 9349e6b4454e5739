import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { errorCode } from '../config/error-code.js';
import { StartError } from '../config/start-error.js';
import type { Log } from '../log/log.js';
import { connectOnce } from './connect.js';

/** From `server/dist/database` and `server/src/database` alike. */
const FOLDER = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
/** Prisma's own key, so that its CLI and this runner wait for each other. */
const ADVISORY_LOCK = 72_707_369;
const MIN_SERVER_VERSION = 150_000;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/**
 * Brings the database to this code's schema. Migrations are ordinary folders of Prisma and are booked in its
 * table `wardbell._prisma_migrations`, so that `prisma migrate deploy` goes on where this stopped; its
 * engine is a download, which an air-gapped hospital does not have. Each migration is one transaction, and
 * several processes that start at once wait for each other.
 * @returns how many migrations were applied now.
 * @throws StartError when the database cannot be reached, is too old, newer than this code, or different.
 */
export async function migrate(ownerUrl: string, log: Log, folder = FOLDER): Promise<number> {
  const migrations = readMigrations(folder);
  const client = await connectOnce(ownerUrl, 'DATABASE_URL');
  try {
    await assertServerVersion(client);
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await prepareSchema(client);
    const pending = pendingOf(migrations, await readApplied(client));
    for (const migration of pending) {
      const startedMs = performance.now();
      await apply(client, migration);
      log.info('migration applied', {
        migration: migration.name,
        duration_ms: Math.round(performance.now() - startedMs),
      });
    }
    return pending.length;
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `DATABASE_URL: the database failed while it was migrated (${errorCode(error)}): check its log`,
    );
  } finally {
    await client.end();
  }
}

function readMigrations(folder: string): Migration[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
      .map((name) => {
        const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
        return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
      });
  } catch (error) {
    throw new StartError(`The migrations in ${folder} cannot be read (${errorCode(error)}): install again`);
  }
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
    // As Prisma does for `?schema=wardbell`: unqualified names and extensions land there.
    await client.query('SET search_path = wardbell');
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
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const migration = known.get(row.migration_name);
    if (migration === undefined) {
      throw new StartError(
        `The database is newer than this Wardbell (it has migration ${row.migration_name}): start the newer version`,
      );
    }
    if (row.finished_at === null) {
      throw new StartError(
        `Migration ${row.migration_name} was begun by another tool and failed: repair it with "prisma migrate resolve"`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new StartError(
        `Migration ${row.migration_name} was changed after it was applied: restore its file from the release`,
      );
    }
  }
  const names = new Set(applied.map((row) => row.migration_name));
  return migrations.filter((migration) => !names.has(migration.name));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO wardbell._prisma_migrations
         (id, checksum, migration_name, logs, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, '', now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new StartError(
      `Migration ${migration.name} failed (${errorCode(error)}${lineOf(migration.sql, error)}) and changed nothing`,
    );
  }
}

/** PostgreSQL gives the place of an error in characters from 1. Its message may carry values of rows. */
function lineOf(sql: string, error: unknown): string {
  if (typeof error !== 'object' || error === null || !('position' in error)) return '';
  const position = Number(error.position);
  return Number.isInteger(position) ? `, line ${sql.slice(0, position - 1).split('\n').length}` : '';
}
