import { readSecretFiles } from './secret-files.mjs';

/** Sets a new password of the super admin, read from standard input: `docker compose run --rm -T migrate …`. */
readSecretFiles();
await import('../../server/dist/reset-super-admin.js');
