import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A TCP proxy in front of PostgreSQL that holds the answers to chosen statements back, and no others. */
export class SlowAnswers {
  /** Statements whose text or name this matches are slow. */
  pattern: RegExp | undefined;
  /** Statements that were held back so far. */
  count = 0;

  private constructor(
    private readonly server: Server,
    private readonly url: string,
  ) {}

  /** @param holdMs how long an answer is held back */
  static async listen(databaseUrl: string, holdMs: number): Promise<SlowAnswers> {
    const target = Number(new URL(databaseUrl).port);
    const server = createServer({ noDelay: true }, (client) => {
      const upstream = createConnection({ port: target, host: '127.0.0.1', noDelay: true });
      let turn = Promise.resolve();
      let dueMs = 0;
      client.on('data', (bytes) => {
        if (proxy.pattern?.test(bytes.toString('latin1'))) {
          proxy.count += 1;
          dueMs = performance.now() + holdMs;
        }
        upstream.write(bytes);
      });
      upstream.on('data', (bytes) => {
        const untilMs = dueMs;
        turn = turn.then(async () => {
          await delay(Math.max(0, untilMs - performance.now()));
          client.write(bytes);
        });
      });
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        socket.on('error', () => undefined);
        socket.on('close', () => other.destroy());
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const through = new URL(databaseUrl);
    through.port = String(address.port);
    const proxy = new SlowAnswers(server, through.href);
    return proxy;
  }

  /** The database's URL through this proxy. */
  get ownerUrl(): string {
    return this.url;
  }

  close(): void {
    this.server.close();
  }
}
