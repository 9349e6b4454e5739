import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { Random } from './random.js';

/** What is done to a connection that passes. */
interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Bytes of the next chunk to the client after which both sides are cut. */
  cutAfter: boolean;
  stalled: boolean;
  readonly down: DelayLine;
  readonly up: DelayLine;
}

/** One direction of a connection: what enters leaves later and in the same order. */
class DelayLine {
  readonly #steps: { readonly dueMs: number; readonly run: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  pass(delayMs: number, run: () => void): void {
    if (delayMs === 0 && this.#steps.length === 0) return run();
    const lastMs = this.#steps.at(-1)?.dueMs ?? 0;
    this.#steps.push({ dueMs: Math.max(lastMs, performance.now() + delayMs), run });
    this.#timer ??= setTimeout(() => this.#release(), delayMs);
  }

  #release(): void {
    const now = performance.now();
    for (let step = this.#steps[0]; step && step.dueMs <= now; step = this.#steps[0]) {
      this.#steps.shift();
      step.run();
    }
    const next = this.#steps[0];
    this.#timer = next && setTimeout(() => this.#release(), Math.max(1, next.dueMs - now));
  }
}

/**
 * A small TCP proxy in front of servers that come and go on fixed ports: it cuts connections in the middle of
 * a frame, delays them, and stops reading so that the server feels a reader that does not read.
 */
export class TcpProxy {
  readonly #links = new Set<Link>();
  readonly #server: Server;
  #delayMs: readonly [number, number] = [0, 0];

  private constructor(
    private readonly upstreamPorts: readonly number[],
    private readonly random: Random,
  ) {
    this.#server = createServer((client) => void this.#accept(client));
  }

  static async listen(upstreamPorts: readonly number[], random: Random): Promise<TcpProxy> {
    const proxy = new TcpProxy(upstreamPorts, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Cuts so many connections, each in the middle of the next thing that the server says on it. */
  cut(count: number): void {
    for (const link of this.random.some([...this.#links], count)) link.cutAfter = true;
  }

  /** Stops so many connections from being read; answers how to let them go on. */
  stall(count: number): () => void {
    const stalled = this.random.some([...this.#links], count);
    for (const link of stalled) {
      link.stalled = true;
      link.upstream.pause();
    }
    return () => {
      for (const link of stalled) {
        link.stalled = false;
        link.upstream.resume();
      }
    };
  }

  /** Delays every chunk by a time between these two, until told otherwise. Milliseconds. */
  delay(minMs: number, maxMs: number): void {
    this.#delayMs = [minMs, maxMs];
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const { client, upstream } of this.#links) {
      client.destroy();
      upstream.destroy();
    }
    await once(this.#server, 'close');
  }

  async #accept(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    client.pause();
    const upstream = await this.#connect();
    if (!upstream || client.destroyed) {
      client.resetAndDestroy();
      upstream?.destroy();
      return;
    }
    const link: Link = {
      client,
      upstream,
      cutAfter: false,
      stalled: false,
      down: new DelayLine(),
      up: new DelayLine(),
    };
    this.#links.add(link);
    upstream.on('data', (chunk: Buffer) => this.#down(link, chunk));
    client.on('data', (chunk: Buffer) => this.#pass(link, 'up', () => upstream.write(chunk)));
    client.on('drain', () => {
      if (!link.stalled) upstream.resume();
    });
    // an end overtakes what is delayed no more than data does
    upstream.on('end', () => this.#pass(link, 'down', () => client.end()));
    client.on('end', () => this.#pass(link, 'up', () => upstream.end()));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('close', () => {
        this.#links.delete(link);
        this.#pass(link, 'down', () => other.destroy());
      });
    }
    client.resume();
  }

  /** A balancer without a memory: any server that takes the connection. */
  async #connect(): Promise<Socket | undefined> {
    for (const port of this.random.some(this.upstreamPorts, this.upstreamPorts.length)) {
      const socket = createConnection({ port, host: '127.0.0.1' });
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      socket.on('error', () => undefined);
      if (connected) return socket;
      socket.destroy();
    }
    return undefined;
  }

  #down(link: Link, chunk: Buffer): void {
    if (link.cutAfter) {
      const part = chunk.subarray(0, this.random.between(0, chunk.length - 1));
      link.upstream.resetAndDestroy();
      this.#pass(link, 'down', () => link.client.write(part, () => link.client.destroy()));
      return;
    }
    this.#pass(link, 'down', () => {
      if (!link.client.write(chunk)) link.upstream.pause();
    });
  }

  #pass(link: Link, way: 'down' | 'up', run: () => void): void {
    link[way].pass(this.random.between(...this.#delayMs), run);
  }
}
