import { once } from 'node:events';
import { TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster, isOpen, seconds } from '../support/cluster.js';
import { CUT_ADDRESS, PacketFilter } from '../support/packet-filter.js';
import type { Scenario } from './scenario.js';

const HEARTBEAT_S = 3;
const SLACK_S = 1;
const CLIENTS = 5;

/** Clients vanish: nothing that is sent to them arrives or is answered, and no packet says so. */
export const halfOpen: Scenario = {
  name: 'half-open',
  guarantee:
    'Connections whose peers vanished right after they had answered end within two heartbeats and give their ' +
    'slots back',
  isShort: false,
  needs: ['nftables'],
  run: async () => {
    const cluster = await Cluster.create();
    let filter: PacketFilter | undefined;
    try {
      const server = await cluster.start({
        env: { HOST: '0.0.0.0', WEBSOCKET_HEARTBEAT_INTERVAL: String(HEARTBEAT_S) },
      });
      filter = new PacketFilter(server.port);
      const tenantId = await cluster.createTenant();
      const token = await mintToken({ role: 'clinician', tenantId });
      const witness = await cluster.tryConnect(server, token);
      const cut = server.wsUrl.replace('127.0.0.1', CUT_ADDRESS);
      const vanishing = Array.from({ length: CLIENTS }, () => new TestSocket(cut, { token }));
      await Promise.all(vanishing.map((socket) => socket.waitFor('connected')));
      // the worst moment: the answer to a ping has just left
      await Promise.all(vanishing.map(({ ws }) => once(ws, 'ping')));
      const slots = async (): Promise<number> => {
        const [row] = await cluster.query<{ count: string }>('SELECT count(*) FROM wardbell.connection');
        return Number(row?.count);
      };
      const before = await slots();
      filter.drop();
      const cutMs = performance.now();
      await eventually(async () => (await slots()) === 1, { timeoutMs: 5 * HEARTBEAT_S * 1_000 }).catch(
        () => undefined,
      );
      const tookMs = performance.now() - cutMs;
      const measured = { 'slots free after': seconds(cutMs), heartbeat: `${HEARTBEAT_S} s` };
      if (before !== CLIENTS + 1) cluster.find('unavailable', `${before} slots of ${CLIENTS + 1} sockets`);
      if (tookMs > (2 * HEARTBEAT_S + SLACK_S) * 1_000)
        cluster.find('limit', `half-open connections held their slots for ${seconds(cutMs)}`);
      if (!isOpen(witness)) cluster.find('unavailable', 'a client that answers was closed');
      filter.heal();
      for (const { ws } of vanishing) ws.terminate();
      return { findings: cluster.findings, measured };
    } finally {
      filter?.heal();
      await cluster.stop();
    }
  },
};
