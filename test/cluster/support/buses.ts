import { RelayPool } from '../../../server/src/database/relay-pool.js';
import { provisionRoles } from '../../../server/src/database/roles.js';
import { createLog } from '../../../server/src/log/log.js';
import type { TestDatabase } from '../../support/database.js';

/** Nothing of a bus under test is printed: its complaints about cut connections are expected. */
export const SILENT = createLog({ logLevel: 'silent', production: true });

/** A pool as an instance has it. */
export async function openRelay(database: TestDatabase): Promise<RelayPool> {
  return new RelayPool(
    await provisionRoles(database.ownerUrl, { fallbackSecret: 'unused: the URL has a password' }),
  );
}
