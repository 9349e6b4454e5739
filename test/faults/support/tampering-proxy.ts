import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import type { Random } from './random.js';

const KINDS = ['dropped', 'swapped', 'repeated'] as const;

/** A proxy between clients and the server that can tamper with what the server says. */
export interface TamperingProxy {
  readonly port: number;
  readonly counts: Readonly<Record<'dropped' | 'swapped' | 'repeated', number>>;
  /** Of a hundred frames so many are dropped, swapped with the next, or sent twice. */
  tamperedPercent: number;
  close(): Promise<void>;
}

/** It understands WebSocket: each frame from the server passes, or does not, as one. */
export const startTamperingProxy = async (wsUrl: string, random: Random): Promise<TamperingProxy> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'wardbell.v1' });
  await once(server, 'listening');
  const counts = { dropped: 0, swapped: 0, repeated: 0 };
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const middle = {
    port: address.port,
    counts,
    tamperedPercent: 0,
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connection', (client, request) => {
    const { search, pathname } = new URL(request.url ?? '/', 'ws://middle');
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const upstream = new WebSocket(new URL(`${pathname}${search}`, wsUrl), protocols);
    const early: string[] = [];
    let held: string | undefined;
    const pass = (text: string) => {
      if (client.readyState === WebSocket.OPEN) client.send(text);
    };
    const forward = (text: string) => {
      const kind = random.next() * 100 < middle.tamperedPercent ? random.pick(KINDS) : undefined;
      const before = held;
      held = undefined;
      if (kind === 'dropped') counts.dropped += 1;
      else if (kind === 'swapped' && before === undefined) {
        counts.swapped += 1;
        held = text;
      } else {
        pass(text);
        if (kind === 'repeated') {
          counts.repeated += 1;
          pass(text);
        }
      }
      if (before !== undefined) pass(before);
    };
    client.on('error', () => undefined);
    upstream.on('error', () => client.terminate());
    client.on('message', (data) => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(String(data));
      else early.push(String(data));
    });
    upstream.on('open', () => {
      for (const text of early) upstream.send(text);
    });
    upstream.on('message', (data) => forward(String(data)));
    client.on('close', () => upstream.terminate());
    upstream.on('close', (code, reason) => {
      if (code >= 1_000 && code !== 1_005 && code !== 1_006) client.close(code, String(reason));
      else client.terminate();
    });
  });
  return middle;
};
