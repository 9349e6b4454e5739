import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../server/dist/database/embedded/embedded.js';
import { migrate } from '../../server/dist/database/migrate.js';
import { provisionRoles } from '../../server/dist/database/roles.js';
import { createLog } from '../../server/dist/platform/log/log.js';

/**
 * One real PostgreSQL for the whole run, with a migrated database that every test file clones. Plain
 * JavaScript on the built server: Jest does not transform what runs before it.
 */
export default async function globalSetup() {
  // Several projects of one run share it.
  if (globalThis.wardbellPostgres !== undefined) return;
  const log = createLog({ logLevel: 'error', production: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings: { max_connections: '400' } });
  globalThis.wardbellPostgres = { postgres, dataDir };
  await migrate(postgres.ownerUrl, log);
  await provisionRoles(postgres.ownerUrl, { fallbackSecret: 'unused: the URL has a password' });
  process.env.WARDBELL_TEST_OWNER_URL = postgres.ownerUrl;
  process.env.WARDBELL_TEST_SUPERUSER_URL = postgres.superuserUrl;
}
