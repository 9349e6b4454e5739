import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { waitForDatabase } from './database/connect.js';
import { migrate } from './database/migrate.js';
import { openOwnerDatabase, requireDatabase } from './database/owner-database.js';
import { provisionRoles, ROLES, type RuntimeUrls } from './database/roles.js';
import { Environment } from './platform/config/environment.js';
import { readSettings } from './platform/config/read-settings.js';
import { loadOrCreateSecret, randomKey } from './platform/config/secrets.js';
import { StartError } from './platform/config/start-error.js';
import { createLog } from './platform/log/log.js';
import { runCommand } from './platform/run-command.js';

/**
 * `npm run migrate [-- --print-urls]`: migrates the database as its owner, and makes the three roles that servers log in
 * as. Runs before servers of a new release start; beside running servers of the last one. Repetition is harmless.
 */

const USAGE = 'Usage: npm run migrate [-- --print-urls]';

const Settings = Environment.pick({
  DATABASE_URL: true,
  APP_DATABASE_URL: true,
  AUTH_DATABASE_URL: true,
  RELAY_DATABASE_URL: true,
  DATABASE_WAIT_S: true,
  DATA_DIR: true,
  JWT_SECRET: true,
  NODE_ENV: true,
});

function readArguments(): { readonly isPrinting: boolean } {
  try {
    const { values } = parseArgs({ options: { 'print-urls': { type: 'boolean', default: false } } });
    return { isPrinting: values['print-urls'] };
  } catch {
    throw new StartError(USAGE);
  }
}

/** What derives passwords for an owner without one: only where a password must be derived, because it may write a file. */
function fallbackOf(settings: z.output<typeof Settings>, ownerUrl: string, dataDir: string): string {
  const { APP_DATABASE_URL, AUTH_DATABASE_URL, RELAY_DATABASE_URL } = settings;
  const isChosen = [APP_DATABASE_URL, AUTH_DATABASE_URL, RELAY_DATABASE_URL].every(
    (url) => url !== undefined,
  );
  if (isChosen || new URL(ownerUrl).password !== '') return '';
  return loadOrCreateSecret(dataDir, 'jwt-secret', randomKey);
}

const textOf = (urls: RuntimeUrls): string =>
  (
    [
      ['app', urls.appUrl],
      ['auth', urls.authUrl],
      ['relay', urls.relayUrl],
    ] as const
  )
    .map(([role, url]) => `${ROLES[role].variable}=${url}\n`)
    .join('');

const main = async (): Promise<void> => {
  const { isPrinting } = readArguments();
  const settings = readSettings(Settings, process.env);
  const dataDir = resolve(settings.DATA_DIR);
  const databaseUrl = settings.DATABASE_URL;
  requireDatabase({ databaseUrl, dataDir });
  const production = settings.NODE_ENV === 'production';
  // the URLs are all that it prints then, for a file
  const log = createLog({ logLevel: isPrinting ? 'silent' : 'info', production });
  if (databaseUrl !== undefined) {
    const { signal } = new AbortController();
    await waitForDatabase(databaseUrl, 'DATABASE_URL', settings.DATABASE_WAIT_S, log, signal);
  }
  const { ownerUrl, stop } = await openOwnerDatabase({ databaseUrl, dataDir }, log);
  try {
    const count = await migrate(ownerUrl, log);
    const urls = await provisionRoles(ownerUrl, {
      appDatabaseUrl: settings.APP_DATABASE_URL,
      authDatabaseUrl: settings.AUTH_DATABASE_URL,
      relayDatabaseUrl: settings.RELAY_DATABASE_URL,
      fallbackSecret: settings.JWT_SECRET?.[0].secret ?? fallbackOf(settings, ownerUrl, dataDir),
    });
    if (isPrinting) process.stdout.write(textOf(urls));
    else log.info('the schema is up to date', { count });
  } finally {
    await stop();
  }
};

await runCommand(main);
