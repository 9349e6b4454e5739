import { readSecretFiles } from './secret-files.mjs';

/**
 * Prints the logins of the demo clinics of a container that was started with DEMO=true. The server itself prints
 * them outside production only, because a log collector would keep them.
 */
readSecretFiles();
const { loadConfig } = await import('../../server/dist/platform/config/config.js');
const { formatLogins } = await import('../../server/dist/demo/banner.js');
process.stdout.write(`${formatLogins(loadConfig(process.env))}\n`);
