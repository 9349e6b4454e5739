import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../platform/config/start-error.js';
import { errorCode } from '../platform/errors/error-code.js';

/** The folder of this build. The same relative path is correct from `server/src/database` and `server/dist/database`. */
export const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** What a database records of a migration. */
export interface MigrationRecord {
  readonly name: string;
  /** SHA-256 of its SQL, hexadecimal, as Prisma computes it. */
  readonly checksum: string;
}

export interface Migration extends MigrationRecord {
  readonly sql: string;
}

/** In the order in which they are applied. @throws StartError */
export function readMigrations(folder: string): Migration[] {
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

/** @throws StartError when the database has a migration that this build does not have, or has another text of one */
export function refuseOtherHistory(
  migrations: readonly MigrationRecord[],
  applied: readonly MigrationRecord[],
): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of applied) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw new StartError(
        `The database is newer than this Wardbell (it has migration ${name}): start the newer version`,
      );
    }
    if (checksum !== migration.checksum) {
      throw new StartError(
        `Migration ${name} was changed after it was applied: restore its file from the release`,
      );
    }
  }
}
