import { readSecretFiles } from './secret-files.mjs';

/** Starts the server in a container. */
readSecretFiles();
await import('../../server/dist/main.js');
