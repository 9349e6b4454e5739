import { once } from 'node:events';
import { createServer, type IncomingMessage, request as requestTo } from 'node:http';
import { connect as dial, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What a proxy does to WebSockets. `refuse`: answers the upgrade with 403. `swallow`: never answers it. `cut`: ends each
 * after `cutAfterMs`. `buffer`: passes the answer to the upgrade and keeps what the server says after it.
 */
export type Upgrades = 'pass' | 'refuse' | 'swallow' | 'cut' | 'buffer';

/** A proxy that understands HTTP and passes it on, and does to upgraded connections what it is told. */
export interface UpgradeProxy {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `ws://127.0.0.1:<port>/ws` */
  readonly wsUrl: string;
  upgrades: Upgrades;
  /** How many upgrades were asked for. */
  readonly asked: number;
  close(): Promise<void>;
}

export async function startUpgradeProxy(targetPort: number, cutAfterMs = 500): Promise<UpgradeProxy> {
  const open = new Set<Duplex>();
  let upgrades: Upgrades = 'pass';
  let asked = 0;

  const keep = (socket: Duplex): void => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };

  const proxy = createServer((request, response) => {
    const { method, url, headers } = request;
    const passed = requestTo({
      port: targetPort,
      host: '127.0.0.1',
      method,
      path: url,
      headers,
      agent: false,
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });

  proxy.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    asked++;
    keep(client);
    if (upgrades === 'swallow') return;
    if (upgrades === 'refuse') {
      client.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const server: Socket = dial(targetPort, '127.0.0.1');
    keep(server);
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
    server.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    server.write(head);
    client.pipe(server);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
    if (upgrades === 'buffer') {
      let answered = false;
      server.on('data', (bytes: Buffer) => {
        // the answer ends with the first empty line; all behind it stays here
        const end = bytes.indexOf('\r\n\r\n');
        if (!answered && end !== -1) client.write(bytes.subarray(0, end + 4));
        answered = true;
      });
      return;
    }
    server.pipe(client);
    if (upgrades === 'cut') setTimeout(() => client.destroy(), cutAfterMs);
  });

  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    get upgrades() {
      return upgrades;
    },
    set upgrades(next) {
      upgrades = next;
    },
    get asked() {
      return asked;
    },
    close: async () => {
      const closed = once(proxy, 'close');
      proxy.close();
      proxy.closeAllConnections();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
