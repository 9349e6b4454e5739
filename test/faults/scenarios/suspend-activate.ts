import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../support/http.js';
import { signInSuperAdmin } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { Cluster, isOpen } from '../support/cluster.js';
import { SlowAnswers } from '../support/slow-answers.js';
import type { Scenario } from './scenario.js';

const HOLD_MS = 1_000;
const ROUNDS = 6;

/** The instance that clients come back to reads the order to close a tenant's sockets late. */
export const suspendActivate: Scenario = {
  name: 'suspend-activate',
  guarantee:
    'A socket that was admitted after its tenant was active again is not closed by the earlier order',
  isShort: true,
  run: async () => {
    const cluster = await Cluster.create();
    const slow = await SlowAnswers.listen(cluster.postgres.ownerUrl, HOLD_MS);
    try {
      const other = await cluster.start();
      const server = await cluster.start({ database: slow });
      const superToken = await signInSuperAdmin(other);
      slow.pattern = /recent_orders|read_orders/;
      const rounds = Array.from({ length: ROUNDS }, async () => {
        const tenantId = await cluster.createTenant();
        const token = await mintToken({ role: 'clinician', tenantId });
        const old = await cluster.tryConnect(server, token);
        for (const status of ['suspended', 'active']) {
          await call(other.url, 'PATCH', `/tenants/${tenantId}`, { token: superToken, body: { status } });
        }
        const young = await cluster.tryConnect(server, token);
        const { code } = await old.closed(10_000);
        await delay(2 * HOLD_MS); // whatever was going to close it has come by then
        if (code !== 4403) cluster.find('foreign', `the socket of before was closed ${code}`);
        if (!isOpen(young))
          cluster.find('unavailable', 'a socket that came after the order was closed by it');
      });
      await Promise.all(rounds);
      return { findings: cluster.findings, measured: { rounds: String(ROUNDS) } };
    } finally {
      await cluster.stop();
      slow.close();
    }
  },
};
