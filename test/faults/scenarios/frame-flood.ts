import { OPCODE, RawSocket } from '../../integration/ws/raw-socket.js';
import type { RunningServer } from '../../support/server.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster } from '../support/cluster.js';
import { type FloodKind, flood } from '../support/frame-flood.js';
import type { Scenario } from './scenario.js';

/** A client gives up flooding then. */
const FLOOD_MS = 6_000;
/** The close frame, and the end of the connection: the flooding client itself keeps the machine busy. */
const CLOSED_MS = 4_000;
/** What an event to another clinic's client may take meanwhile. */
const MAX_EVENT_MS = 3_000;

const stage = async (cluster: Cluster, server: RunningServer, kind: FloodKind): Promise<string> => {
  const [clinic, other] = [await cluster.createTenant(), await cluster.createTenant()];
  const witness = await cluster.tryConnect(server, await mintToken({ role: 'clinician', tenantId: other }));
  const token = await mintToken({ role: 'clinician', tenantId: clinic });
  const socket = new RawSocket(server.port, `/ws?token=${token}`);
  try {
    await socket.waitFor(OPCODE.text);
    const startMs = performance.now();
    const flooding = flood(socket, kind, FLOOD_MS);
    await cluster.query(`SELECT wardbell.emit($1, 'task_updated', '{}')`, [other]);
    await eventually(() => witness.events.length === 1, { timeoutMs: FLOOD_MS }).catch(() => undefined);
    const eventMs = performance.now() - startMs;
    const sent = await flooding;
    const tookMs = performance.now() - startMs;
    const closed = await socket.closed(1_000).catch(() => ({ code: 0, reason: 'none' }));
    if (closed.code !== 4429 || closed.reason !== 'Message rate exceeded')
      cluster.find('limit', `${sent} ${kind} were answered with close code ${closed.code}`);
    if (!socket.ended || tookMs > CLOSED_MS)
      cluster.find('limit', `${kind} were read for ${Math.round(tookMs)} ms`);
    if (eventMs > MAX_EVENT_MS)
      cluster.find('unavailable', `an event of another clinic took ${Math.round(eventMs)} ms beside ${kind}`);
    return `closed ${closed.code} after ${(tookMs / 1_000).toFixed(2)} s, event beside it ${Math.round(eventMs)} ms`;
  } finally {
    socket.destroy();
  }
};

/** Clients that send frames which are no messages, without end. */
export const frameFlood: Scenario = {
  name: 'frame-flood',
  guarantee:
    'Floods of pings, pongs and empty fragments are counted and closed with 4429, and nobody else waits for them',
  isShort: true,
  run: async () => {
    const cluster = await Cluster.create();
    try {
      const server = await cluster.start();
      const measured: Record<string, string> = {};
      for (const kind of ['pings', 'pongs', 'empty fragments'] as const)
        measured[kind] = await stage(cluster, server, kind);
      return { findings: cluster.findings, measured };
    } finally {
      await cluster.stop();
    }
  },
};
