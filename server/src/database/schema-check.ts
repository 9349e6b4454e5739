import { StartError } from '../platform/config/start-error.js';
import { errorCode } from '../platform/errors/error-code.js';
import { connectOnce } from './connect.js';
import { MIGRATIONS, type MigrationRecord, readMigrations, refuseOtherHistory } from './migrations.js';

/** No such schema, no such function, no right to use the schema: nothing was migrated, or an older release did it. */
const UNKNOWN: ReadonlySet<string> = new Set(['3F000', '42883', '42501']);

/**
 * Refuses a database whose schema is not exactly the one that this build was made for. Servers cannot migrate: they do not
 * have the owner's login.
 * @param variable the environment variable of the URL, for the error message
 * @throws StartError one line with the command that helps
 */
export async function assertSchema(url: string, variable: string, folder = MIGRATIONS): Promise<void> {
  const migrations = readMigrations(folder);
  const applied = await readApplied(url, variable);
  refuseOtherHistory(migrations, applied);
  const names = new Set(applied.map(({ name }) => name));
  const missing = migrations.find(({ name }) => !names.has(name));
  if (missing !== undefined) throw outdated(variable, `lacks migration ${missing.name}`);
}

async function readApplied(url: string, variable: string): Promise<MigrationRecord[]> {
  const client = await connectOnce(url, variable);
  try {
    return (await client.query<MigrationRecord>('SELECT name, checksum FROM wardbell.applied_migrations()'))
      .rows;
  } catch (error) {
    if (UNKNOWN.has(errorCode(error))) throw outdated(variable, 'has no schema of this version');
    throw error;
  } finally {
    await client.end();
  }
}

const outdated = (variable: string, what: string): StartError =>
  new StartError(
    `${variable}: the database ${what}: run "npm run migrate" with the owner's DATABASE_URL, then start again`,
  );
