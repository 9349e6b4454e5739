import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { deriveUrls } from '../../server/src/database/roles.js';

/** What `npm run migrate` says before servers start, in the folder of the build that is tested. */
const command = (): string => resolve(process.env['WARDBELL_TEST_SERVER'] ?? '.', 'server/dist/migrate.js');
/** Nothing was migrated yet, by this release at least, or the roles cannot log in (08P01: through PgBouncer). */
const NEEDED = new Set(['28P01', '28000', '08P01', '3F000', '42883', '42501']);
const CONNECT_MS = 5_000;

/** The passwords of the roles are derived from the owner's, so nothing else is needed. */
const FALLBACK = 'unused: the URLs of the tests have a password';

/** The URLs that servers on the database of this owner start with. */
export const runtimeUrls = (ownerUrl: string) => deriveUrls(ownerUrl, FALLBACK);

/**
 * The environment of a server instead of one with the owner's `DATABASE_URL`: the migration is a step of its own, as in every
 * deployment, and the server gets the logins of its roles. The step is left out where it has nothing to do, which most
 * databases of the tests are made as, and where the database does not answer: then the server is what waits for it.
 */
export async function withRuntimeLogins(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const { DATABASE_URL: ownerUrl, ...others } = env;
  if (!ownerUrl || !existsSync(command())) return env; // embedded, or an older build that migrates by itself
  const { appUrl, authUrl, relayUrl } = runtimeUrls(ownerUrl);
  if (await isNeeded(appUrl)) await migrateStep(env);
  return { APP_DATABASE_URL: appUrl, AUTH_DATABASE_URL: authUrl, RELAY_DATABASE_URL: relayUrl, ...others };
}

/** Runs `npm run migrate` as deployments do. */
export async function migrateStep(env: NodeJS.ProcessEnv): Promise<void> {
  await promisify(execFile)(process.execPath, [command()], { env });
}

async function isNeeded(appUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: appUrl, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT FROM wardbell.applied_migrations()');
    return false;
  } catch (error) {
    return error instanceof pg.DatabaseError && NEEDED.has(error.code ?? '');
  } finally {
    await client.end().catch(() => undefined);
  }
}
