import { readSecretFiles } from './secret-files.mjs';

/** Sets a new password of the super admin, read from standard input: `docker compose exec -T server-1 node …`. */
readSecretFiles();
await import('../../server/dist/reset-super-admin.js');
