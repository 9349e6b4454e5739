import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run reset-super-admin [-- E-MAIL]`: sets a new password of the super admin, read from standard input. */

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
if (!existsSync('server/dist/reset-super-admin.js')) {
  console.error('Run `npm run build` first.');
  process.exit(1);
}
await import('../server/dist/reset-super-admin.js');
