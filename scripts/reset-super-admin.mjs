import { fileURLToPath } from 'node:url';
import { importBuilt } from './lib/built.mjs';

/** `npm run reset-super-admin [-- E-MAIL]`: sets a new password of the super admin, read from standard input. */

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
await importBuilt('reset-super-admin.js');
