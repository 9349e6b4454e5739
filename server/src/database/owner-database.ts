import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../platform/config/config.js';
import { StartError } from '../platform/config/start-error.js';
import type { Log } from '../platform/log/log.js';
import { connectOnce } from './connect.js';
import { startEmbeddedPostgres } from './embedded/embedded.js';
import { OWNER } from './embedded/owner.js';

/** The owner's URL of the embedded PostgreSQL that a running server has started; undefined when none runs. */
async function findRunning(dataDir: string): Promise<string | undefined> {
  try {
    const [port, password] = ['postgres-port', 'postgres-owner-password'].map((name) =>
      readFileSync(join(dataDir, name), 'utf8').trim(),
    );
    const url = `postgresql://${OWNER}:${password}@127.0.0.1:${port}/${OWNER}`;
    await (await connectOnce(url, 'DATA_DIR')).end();
    return url;
  } catch {
    return undefined; // never started, or not running now
  }
}

/** For commands that work on an installation and make none. @throws StartError when there is none */
export function requireDatabase({ databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>): void {
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres')))
    throw new StartError('DATABASE_URL is not set, and DATA_DIR holds no database');
}

/**
 * The database as its owner, for commands, beside a server or without one: `DATABASE_URL`, or the embedded PostgreSQL,
 * which is started if it does not run.
 * @throws StartError one line with the remedy
 */
export async function openOwnerDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: Log,
): Promise<{ ownerUrl: string; stop(): Promise<void> }> {
  const known = config.databaseUrl ?? (await findRunning(config.dataDir));
  if (known !== undefined) {
    await (await connectOnce(known, 'DATABASE_URL')).end();
    return { ownerUrl: known, stop: () => Promise.resolve() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  return { ownerUrl: embedded.ownerUrl, stop: () => embedded.stop() };
}
