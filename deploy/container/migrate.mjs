import { readSecretFiles } from './secret-files.mjs';

/** Migrates the database as its owner and makes the roles of the servers, before these start. */
readSecretFiles();
await import('../../server/dist/migrate.js');
