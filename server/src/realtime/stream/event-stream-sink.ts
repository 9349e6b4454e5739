import type { Socket } from 'node:net';
import { CLOSE, type Close, type CloseAction } from '@wardbell/contract';
import type { FastifyReply } from 'fastify';
import { TransportSink } from '../gateway/transport-sink.js';

/** A client that does not take the end of its stream is cut off. */
const END_TIMEOUT_MS = 5_000;
const COMMENT = Buffer.from(':\n\n');
/** How soon a browser comes back by itself when the connection is lost. */
const RETRY_MS = 1_000;
/** The same after a `closed`, as a client is meant to wait (protocol.md, close codes). Spread over twice the time. */
const RETRY_AFTER_MS: Readonly<Record<CloseAction, number>> = {
  restart: 500,
  reconnect: 500,
  refresh: 1_000,
  backoff: 2_000,
  wait: 5_000,
  stop: 60_000,
};
const ACTIONS: ReadonlyMap<number, CloseAction> = new Map(
  Object.values(CLOSE).map(({ code, action }) => [code, action]),
);

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // proxies that compress would keep events until a block is full
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  // ends with the connection, so its bytes are the body as they are: no chunk headers for each receiver
  connection: 'close',
} as const;

/**
 * A response that is an event stream, written to the raw socket past Node's response: bytes are shared by all
 * receivers, and back-pressure is that of the socket, as for WebSockets. Nothing is written before `start`.
 */
export class EventStreamSink extends TransportSink {
  #isStarted = false;
  #closed: Close | undefined;

  constructor(
    private readonly reply: FastifyReply,
    socket: Socket,
  ) {
    super(socket);
  }

  protected get isOpen(): boolean {
    return this.#isStarted && this.socket.writable;
  }

  /** Sends headers and the first line, together with what is written until `flush`. */
  start(): void {
    const { raw } = this.reply;
    this.reply.hijack();
    this.socket.cork();
    this.socket.setNoDelay(true);
    for (const [name, value] of Object.entries({ ...this.reply.getHeaders(), ...HEADERS }))
      if (value !== undefined) raw.setHeader(name, value);
    raw.removeHeader('transfer-encoding'); // removed, Node adds none
    raw.writeHead(200);
    raw.flushHeaders();
    this.#isStarted = true;
    this.socket.write(`retry: ${RETRY_MS}\n\n`);
    if (this.#closed) this.#sayClosed(this.#closed);
  }

  flush(): void {
    this.socket.uncork();
  }

  /** Keeps proxies from taking a quiet stream for a dead one. */
  comment(): void {
    this.writeNow(COMMENT);
  }

  protected end(close: Close): void {
    this.#closed = close;
    if (this.#isStarted) this.#sayClosed(close);
  }

  #sayClosed({ code, reason }: Close): void {
    const baseMs = RETRY_AFTER_MS[ACTIONS.get(code) ?? 'backoff'];
    const retryMs = Math.round(baseMs * (1 + Math.random()));
    const message = JSON.stringify({ type: 'closed', code, reason });
    this.socket.end(`retry: ${retryMs}\ndata: ${message}\n\n`);
    setTimeout(() => this.socket.destroy(), END_TIMEOUT_MS).unref();
  }
}
