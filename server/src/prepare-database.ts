import { waitForDatabase } from './database/connect.js';
import { warnOfLossySettings } from './database/durability.js';
import { startEmbeddedPostgres } from './database/embedded/embedded.js';
import { migrate } from './database/migrate.js';
import type { DatabaseLogins } from './database/pools.js';
import { assertConfined, listenLogin, provisionRoles } from './database/roles.js';
import type { Config } from './platform/config/config.js';
import type { Log } from './platform/log/log.js';

/** A database that is ready to serve, with a function that releases it. */
export interface PreparedDatabase {
  readonly logins: DatabaseLogins;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL unless a database is configured, migrates, and checks that the run-time logins cannot
 * bypass row-level security.
 * @throws StartError one line with the remedy
 */
export const prepareDatabase = async (
  config: Config,
  log: Log,
  abort: AbortSignal,
): Promise<PreparedDatabase> => {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: config.dataDir, log, abort })
      : undefined;
  const stop = async () => embedded?.stop();
  try {
    const ownerUrl = config.databaseUrl ?? embedded?.ownerUrl ?? '';
    if (!embedded) await waitForDatabase(ownerUrl, config.databaseWaitS, log, abort);
    await migrate(ownerUrl, log);
    const urls = await provisionRoles(ownerUrl, {
      appDatabaseUrl: config.appDatabaseUrl,
      relayDatabaseUrl: config.relayDatabaseUrl,
      fallbackSecret: config.jwtSecret,
    });
    const logins = {
      listenUrl: listenLogin(config.listenDatabaseUrl, urls.relayUrl),
      app: await assertConfined(urls.appUrl, 'app'),
      relay: await assertConfined(urls.relayUrl, 'relay'),
    };
    for (const role of ['app', 'relay'] as const) {
      if (logins[role].isPooled)
        log.info('a connection pooler is used, without prepared statements', { role });
      if (!logins[role].isBounded)
        log.warn('this login has no statement_timeout: see docs/scaling.md', { role });
    }
    await warnOfLossySettings(urls.relayUrl, log);
    return { logins, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
