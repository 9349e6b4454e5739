import { startEmbeddedPostgres } from '../../server/dist/database/embedded/embedded.js';
import { createLog } from '../../server/dist/platform/log/log.js';

/** A process that has an embedded PostgreSQL, for tests that kill it. Says what happens on standard output. */
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
try {
  const log = createLog({ logLevel: 'debug', production: true });
  const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2], log });
  say({ ready: true, pid: postgres.pid, ownerUrl: postgres.ownerUrl });
  process.on('SIGTERM', () => {
    void Promise.all([postgres.stop(), postgres.stop()]).then(() => process.exit(0));
  });
} catch (error) {
  say({ ready: false, error: error.name, message: error.message });
  process.exitCode = 1;
}
