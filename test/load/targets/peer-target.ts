import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Cores, spawnNode } from '../machine.js';
import { monotonicUs } from '../statistics.js';
import { type Contender, EVENT_BYTES, MIN_EVENT_BYTES, type Target } from './target.js';

const Ports = z.object({ port: z.number(), control: z.number() });
const HOST = '127.0.0.1';

/** Like ours on the wire: the same envelope and the same size. */
const eventJson = (seq: number, tenant: number): string => {
  const event = {
    type: 'bench_event',
    id: '0f8fad5b-d9cb-469f-a165-70867728950e',
    seq,
    tenant_id: `7c9e6679-7425-40de-944b-${String(tenant).padStart(12, '0')}`,
    timestamp: new Date().toISOString(),
    data: { t: monotonicUs(), pad: '' },
  };
  event.data.pad = 'x'.repeat(Math.max(0, EVENT_BYTES - JSON.stringify(event).length));
  return JSON.stringify(event);
};

const startPeer = async (
  program: string,
  args: readonly string[],
  cores: Cores,
  isSocketIo: boolean,
): Promise<Target> => {
  const path = fileURLToPath(new URL(`../peers/${program}.js`, import.meta.url));
  const child = spawnNode(cores, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout || child.pid === undefined) throw new Error(`${program} did not start`);
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  const { port, control } = Ports.parse(JSON.parse(String(line)));
  const publisher: Socket = connect(control, HOST);
  await once(publisher, 'connect');
  const seqs = new Map<number, number>();

  return {
    pid: child.pid,
    entry: (sockets) => ({
      host: HOST,
      port,
      readyOn: isSocketIo ? 'socket.io' : 'upgrade',
      minEventBytes: MIN_EVENT_BYTES,
      groups: sockets.map((count, tenant) => ({
        path: isSocketIo ? `/socket.io/?EIO=4&transport=websocket&t=${tenant}` : `/t/${tenant}`,
        sockets: count,
        identity: null,
      })),
    }),
    publish: (tenants, eventsEach) =>
      new Promise((resolve) => {
        let lines = '';
        for (const tenant of tenants) {
          let seq = seqs.get(tenant) ?? 0;
          for (let event = 0; event < eventsEach; event++) lines += `${tenant} ${eventJson(++seq, tenant)}\n`;
          seqs.set(tenant, seq);
        }
        publisher.write(lines, () => resolve());
      }),
    stop: async () => {
      publisher.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
};

const peer = (name: string, program: string, args: readonly string[], cores: Cores): Contender => ({
  name,
  start: () => startPeer(program, args, cores, program === 'socket-io'),
});

/** What ours is measured against; the floors first. */
export const peers = (cores: Cores) => ({
  bare: peer('bare TCP, one write per event', 'bare', [], cores),
  joined: peer('bare TCP, frames of a burst joined', 'bare', ['joined'], cores),
  wsLoop: peer('ws, send(text) in a loop', 'ws', [], cores),
  wsFrame: peer('ws, one prebuilt frame', 'ws', ['frame'], cores),
  socketIo: peer('socket.io', 'socket-io', [], cores),
});
export type Peers = ReturnType<typeof peers>;
