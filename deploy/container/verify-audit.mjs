import { readSecretFiles } from './secret-files.mjs';

/** Checks the audit log against its signed heads: `docker compose exec -T server-1 node … [--anchor FILE]`. */
readSecretFiles();
await import('../../server/dist/verify-audit.js');
