import type { Socket } from 'node:net';
import { CLOSE } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { eventually, WAIT_MS } from './wait.js';

const Frame = z.looseObject({
  type: z.string(),
  seq: z.number().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
/** A frame as it came, with only what all of them share known. */
export type Frame = z.output<typeof Frame>;

export interface SocketOptions {
  readonly token?: string;
  /** How the token travels. */
  readonly by?: 'query' | 'header' | 'subprotocol';
  /** Further parameters of the URL, such as `since`. */
  readonly query?: Readonly<Record<string, string>>;
  readonly topic?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it offers; compression is offered as `ws` does, unless said. */
  readonly perMessageDeflate?: WebSocket.ClientOptions['perMessageDeflate'];
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

const open = new Set<WebSocket>();

/** Ends what tests have left open, without a closing handshake. */
export const closeSockets = (): void => {
  for (const socket of open) socket.terminate();
};

/** A WebSocket client without manners of its own: it records what comes and decides nothing. */
export class TestSocket {
  readonly ws: WebSocket;
  /** JSON frames in the order they came. */
  readonly frames: Frame[] = [];
  /** Every text as it came, also those that are no JSON, such as `pong`. */
  readonly texts: string[] = [];
  #closed: Closed | undefined;
  #socket: Socket | undefined;

  constructor(wsUrl: string, options: SocketOptions = {}) {
    const url = new URL(options.topic === undefined ? wsUrl : `${wsUrl}/${options.topic}`);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
    const headers: Record<string, string> = { ...options.headers };
    const protocols: string[] = [];
    if (options.token !== undefined) {
      const by = options.by ?? 'query';
      if (by === 'query') url.searchParams.set('token', options.token);
      if (by === 'header') headers['authorization'] = `Bearer ${options.token}`;
      if (by === 'subprotocol') protocols.push('wardbell.v1', `bearer.${options.token}`);
    }
    const { perMessageDeflate = true } = options;
    this.ws = new WebSocket(url, protocols, { headers, perMessageDeflate });
    open.add(this.ws);
    this.ws.on('upgrade', ({ socket }) => {
      this.#socket = socket;
    });
    this.ws.on('message', (data) => {
      const text = String(data);
      this.texts.push(text);
      if (text.startsWith('{')) this.frames.push(Frame.parse(JSON.parse(text)));
    });
    this.ws.on('close', (code, reason) => {
      open.delete(this.ws);
      this.#closed = { code, reason: reason.toString() };
    });
    // An error is followed by a close, which is what tests look at.
    this.ws.on('error', () => undefined);
  }

  /** Waits for the first frame that fits, of those that came and those that come. */
  waitFor(fits: string | ((frame: Frame) => boolean), timeoutMs = WAIT_MS): Promise<Frame> {
    const predicate = typeof fits === 'string' ? (frame: Frame) => frame.type === fits : fits;
    return eventually(() => this.frames.find(predicate), {
      timeoutMs,
      what: `a frame ${typeof fits === 'string' ? fits : 'that fits'} (got ${this.frames.map((f) => f.type)})`,
    });
  }

  /** Bytes that came, of the handshake and since. */
  get receivedBytes(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /** Frames of events, which are those with a number. */
  get events(): Frame[] {
    return this.frames.filter((frame) => frame.seq !== undefined);
  }

  send(message: string | object): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** How the connection ended; undefined while it has not. */
  get ended(): Closed | undefined {
    return this.#closed;
  }

  /** Waits until the server has closed; a connection that broke has code 1006. */
  closed(timeoutMs = WAIT_MS): Promise<Closed> {
    return eventually(() => this.#closed, { timeoutMs, what: 'the socket closed' });
  }

  /** Closes from this side and waits for the end. */
  async close(): Promise<void> {
    if (this.ws.readyState === WebSocket.CONNECTING) this.ws.terminate();
    else this.ws.close();
    await this.closed();
  }
}

/**
 * Connects and waits for `connected`. Comes again when the server is too busy to decide (1013), as clients do; fails at
 * once when it is refused.
 */
export async function connect(wsUrl: string, options: SocketOptions): Promise<TestSocket> {
  let socket = new TestSocket(wsUrl, options);
  const hasConnected = () => socket.frames.some(({ type }) => type === 'connected');
  await eventually(
    () => {
      const isBusy = socket.ended?.code === CLOSE.tryAgainLater.code;
      if (isBusy && !hasConnected()) socket = new TestSocket(wsUrl, options);
      return hasConnected() || socket.ended !== undefined;
    },
    { what: 'connected' },
  );
  if (!hasConnected()) throw new Error(`Refused with ${JSON.stringify(socket.ended)}`);
  return socket;
}
