import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How a network misbehaves. `both` directions by default. */
export type Direction = 'up' | 'down' | 'both';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP proxy in front of a server that does to connections what networks do. */
export interface FaultProxy {
  readonly port: number;
  /** The same URL through the proxy. */
  through(url: string): string;
  /** Connections that are open through it. */
  readonly open: number;
  /** Connections that were made through it, ever. */
  readonly made: number;
  /** Resets every connection, as a router does that restarts. */
  cut(): void;
  /** Bytes stay where they are and nobody is told, as when Wi-Fi is gone. New connections hang as well. */
  stall(direction?: Direction): void;
  /** The server's side is closed, the client's side hears nothing: half-open, as after a NAT forgot. */
  halfOpen(): void;
  /** Bytes take so much longer. */
  delay(ms: number): void;
  /** New connections are reset at once, as while a server is down. */
  refuse(): void;
  /** Takes back `stall`, `delay` and `refuse`; what waited goes on. */
  heal(): void;
  /** Serves new connections from another port. */
  retarget(port: number): void;
  close(): Promise<void>;
}

export const startFaultProxy = async (targetPort: number): Promise<FaultProxy> => {
  const pairs = new Set<Pair>();
  /** Client sides that nobody has told. */
  const orphans = new Set<Socket>();
  let target = targetPort;
  let made = 0;
  let delayMs = 0;
  let refusing = false;
  let stalled: Direction | null = null;

  const isStalled = (direction: 'up' | 'down') => stalled === 'both' || stalled === direction;

  const forward = (from: Socket, to: Socket, direction: 'up' | 'down') => {
    // One after the other, so that a delay that changes does not reorder bytes.
    let last = Promise.resolve();
    from.on('data', (bytes) => {
      const dueMs = performance.now() + delayMs;
      last = last.then(async () => {
        const leftMs = dueMs - performance.now();
        if (leftMs > 0) await pause(leftMs);
        if (!to.writable || to.write(bytes)) return;
        from.pause();
        to.once('drain', () => {
          if (!isStalled(direction)) from.resume();
        });
      });
    });
    if (isStalled(direction)) from.pause();
  };

  const end = (pair: Pair) => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };

  const proxy = createServer({ noDelay: true }, (client) => {
    made += 1;
    client.on('error', () => undefined);
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = dial({ port: target, host: '127.0.0.1', noDelay: true });
    server.on('error', () => undefined);
    const pair = { client, server };
    pairs.add(pair);
    forward(client, server, 'up');
    forward(server, client, 'down');
    // An end is news as well: a stalled network does not deliver it.
    client.on('close', () => {
      if (!isStalled('up')) end(pair);
    });
    server.on('close', () => {
      if (pairs.has(pair) && !isStalled('down')) end(pair);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const { port } = address;

  return {
    port,
    through: (url) => {
      const changed = new URL(url);
      changed.port = String(port);
      return changed.href;
    },
    get open() {
      return pairs.size;
    },
    get made() {
      return made;
    },
    cut: () => {
      for (const pair of [...pairs]) {
        pair.client.resetAndDestroy();
        end(pair);
      }
    },
    stall: (direction = 'both') => {
      stalled = direction;
      for (const { client, server } of pairs) {
        if (isStalled('up')) client.pause();
        if (isStalled('down')) server.pause();
      }
    },
    halfOpen: () => {
      for (const pair of [...pairs]) {
        pairs.delete(pair);
        pair.client.removeAllListeners('data').pause();
        orphans.add(pair.client);
        pair.client.once('close', () => orphans.delete(pair.client));
        pair.server.destroy();
      }
    },
    delay: (ms) => {
      delayMs = ms;
    },
    refuse: () => {
      refusing = true;
    },
    heal: () => {
      stalled = null;
      delayMs = 0;
      refusing = false;
      for (const pair of [...pairs]) {
        if (pair.client.destroyed || pair.server.destroyed) end(pair);
        pair.client.resume();
        pair.server.resume();
      }
    },
    retarget: (to) => {
      target = to;
    },
    close: async () => {
      for (const pair of [...pairs]) end(pair);
      for (const orphan of orphans) orphan.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
};
