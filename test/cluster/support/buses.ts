import { OutageLog } from '../../../server/src/database/outage-log.js';
import { RelayPool } from '../../../server/src/database/pools.js';
import { assertConfined, provisionRoles } from '../../../server/src/database/roles.js';
import { createLog } from '../../../server/src/platform/log/log.js';
import type { TestDatabase } from '../../support/database.js';

/** Nothing of a bus under test is printed: its complaints about cut connections are expected. */
export const SILENT = createLog({ logLevel: 'silent', production: true });

export const OUTAGES = new OutageLog(SILENT);

/** A pool as an instance has it. */
export async function openRelay(database: TestDatabase): Promise<RelayPool> {
  const { appUrl, authUrl, relayUrl } = await provisionRoles(database.ownerUrl, {
    fallbackSecret: 'unused: the URL has a password',
  });
  return new RelayPool({
    app: await assertConfined(appUrl, 'app'),
    auth: await assertConfined(authUrl, 'auth'),
    relay: await assertConfined(relayUrl, 'relay'),
    listenUrl: relayUrl,
  });
}
