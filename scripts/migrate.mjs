import { fileURLToPath } from 'node:url';
import { importBuilt } from './lib/built.mjs';

/**
 * `npm run migrate [-- --print-urls]`: migrates the database of DATABASE_URL and makes the roles that servers log in as.
 * Before servers of a new release start.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
await importBuilt('migrate.js');
