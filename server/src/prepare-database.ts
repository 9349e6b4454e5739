import type { Config } from './config/config.js';
import type { DatabaseUrls } from './database/database.service.js';
import { startEmbeddedPostgres } from './database/embedded/embedded.js';
import { migrate } from './database/migrate.js';
import { assertConfined, provisionRoles } from './database/roles.js';
import type { Log } from './log/log.js';

/** A database that is ready to serve, and how to let go of it. */
export interface PreparedDatabase {
  readonly urls: DatabaseUrls;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL unless another is given, migrates, and makes sure that the logins which
 * serve cannot get around row-level security.
 * @throws StartError one line that says what to do
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
    await migrate(ownerUrl, log);
    const urls = await provisionRoles(ownerUrl, {
      appDatabaseUrl: config.appDatabaseUrl,
      relayDatabaseUrl: config.relayDatabaseUrl,
      fallbackSecret: config.jwtSecret,
    });
    await assertConfined(urls.appUrl, 'app');
    await assertConfined(urls.relayUrl, 'relay');
    return { urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
