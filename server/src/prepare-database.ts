import { waitForDatabase } from './database/connect.js';
import { warnOfLossySettings } from './database/durability.js';
import { startEmbeddedPostgres } from './database/embedded/embedded.js';
import { migrate } from './database/migrate.js';
import type { DatabaseLogins } from './database/pools.js';
import {
  assertConfined,
  listenLogin,
  provisionRoles,
  ROLES,
  RUNTIME_ROLES,
  type RuntimeUrls,
} from './database/roles.js';
import { assertSchema } from './database/schema-check.js';
import type { Config } from './platform/config/config.js';
import { ConfigError } from './platform/config/start-error.js';
import type { Log } from './platform/log/log.js';

/** A database that is ready to serve, with a function that releases it. */
export interface PreparedDatabase {
  readonly logins: DatabaseLogins;
  stop(): Promise<void>;
}

/**
 * Waits for the database, checks that it has the schema of this build, and that the run-time logins have no more rights than
 * they need. Without a database in the configuration it starts the embedded PostgreSQL and migrates it: that belongs to this
 * process, with the passwords of its owner.
 * @throws StartError one line with the remedy
 */
export const prepareDatabase = async (
  config: Config,
  log: Log,
  abort: AbortSignal,
): Promise<PreparedDatabase> => {
  const given = config.isDatabaseEmbedded ? undefined : givenUrls(config);
  const embedded = given ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, log, abort });
  const stop = async () => embedded?.stop();
  try {
    const urls = given ?? (await migrateEmbedded(embedded?.ownerUrl ?? '', config, log));
    if (given) await waitForDatabase(given.appUrl, ROLES.app.variable, config.databaseWaitS, log, abort);
    await assertSchema(urls.appUrl, ROLES.app.variable);
    const logins = {
      listenUrl: listenLogin(config.listenDatabaseUrl, urls.relayUrl),
      app: await assertConfined(urls.appUrl, 'app'),
      auth: await assertConfined(urls.authUrl, 'auth'),
      relay: await assertConfined(urls.relayUrl, 'relay'),
    };
    for (const role of RUNTIME_ROLES) {
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

/** @throws ConfigError unless exactly the logins that serve are given */
function givenUrls({ databaseUrl, ...config }: Config): RuntimeUrls {
  const { appDatabaseUrl: appUrl, authDatabaseUrl: authUrl, relayDatabaseUrl: relayUrl } = config;
  if (databaseUrl !== undefined) {
    throw new ConfigError(
      'DATABASE_URL is the login of the owner, which servers must not have: run "npm run migrate" with it, and start servers ' +
        'without it, with APP_DATABASE_URL, AUTH_DATABASE_URL and RELAY_DATABASE_URL ("npm run migrate -- --print-urls" shows them)',
    );
  }
  if (appUrl === undefined || authUrl === undefined || relayUrl === undefined) {
    const urls = { app: appUrl, auth: authUrl, relay: relayUrl };
    const missing = RUNTIME_ROLES.filter((role) => urls[role] === undefined).map(
      (role) => ROLES[role].variable,
    );
    throw new ConfigError(
      `Wrong configuration: set ${missing.join(', ')}: servers log in to the database as three roles ` +
        '("npm run migrate -- --print-urls" shows their URLs)',
    );
  }
  return { appUrl, authUrl, relayUrl };
}

const migrateEmbedded = async (ownerUrl: string, config: Config, log: Log): Promise<RuntimeUrls> => {
  await migrate(ownerUrl, log);
  return provisionRoles(ownerUrl, { fallbackSecret: config.jwtSecret });
};
