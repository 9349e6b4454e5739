import { readSecretFiles } from './secret-files.mjs';

/** Checks the audit log against its signed heads: `docker compose run --rm -T migrate … [--anchor FILE]`. */
readSecretFiles();
await import('../../server/dist/verify-audit.js');
