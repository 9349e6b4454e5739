import { connect, type Socket } from 'node:net';
import { EventReader } from './event-reader.js';
import { clientPong, clientTextFrame, type FrameListener, FrameReader } from './frame-reader.js';
import type { Tally } from './tally.js';

/** When a socket counts as in: after the HTTP answer, or after a first message of that server's own. */
export type ReadyOn = 'upgrade' | 'connected' | 'resumed' | 'socket.io';

export interface SocketPlan {
  readonly host: string;
  readonly port: number;
  /** With everything that the server wants to know. */
  readonly path: string;
  /** Server-sent events instead of a WebSocket. */
  readonly isEventStream: boolean;
  readonly token: string | undefined;
  readonly readyOn: ReadyOn;
  /** Texts that are shorter than this are not events: greetings, positions, pings of socket.io. */
  readonly minEventBytes: number;
  /** Read every event of this socket, for delays and order. */
  readonly isSampled: boolean;
}

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
/** Enough of a text to see its type. */
const GREETING_BYTES = 24;
const END_OF_HEAD = '\r\n\r\n';

/** All sockets read into this one: it is looked at before the next read begins. */
const READ_BUFFER = Buffer.alloc(256 * 1024);

const UPGRADE = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: d2FyZGJlbGwtbG9hZC0xMg==',
  'Sec-WebSocket-Version: 13',
];

const requestFor = ({ path, host, port, token, isEventStream }: SocketPlan): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    ...(isEventStream ? ['Accept: text/event-stream'] : UPGRADE),
    'User-Agent: wardbell-load',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    END_OF_HEAD.slice(2),
  ].join('\r\n');

/** A client that does as little as one can: a raw socket and a counter. */
export class LoadSocket {
  readonly #socket: Socket;
  readonly #reader: FrameReader | EventReader;
  #head: string | undefined = '';
  #isReady = false;
  #lastSeq: number | undefined;
  #closeCode = 0;

  /** @param settled called once: with true when the socket is in, with false when it will not be */
  constructor(
    private readonly plan: SocketPlan,
    private readonly tally: Tally,
    private readonly settled: (isReady: boolean, closeCode: number) => void,
  ) {
    const listener: FrameListener = { frame: (...frame) => this.#frame(...frame) };
    this.#reader = plan.isEventStream ? new EventReader(listener) : new FrameReader(listener);
    const onRead = (bytes: number): boolean => {
      this.#read(READ_BUFFER.subarray(0, bytes));
      return true;
    };
    this.#socket = connect({
      host: plan.host,
      port: plan.port,
      onread: { buffer: READ_BUFFER, callback: onRead },
    });
    this.#socket.setNoDelay(true);
    this.#socket.on('connect', () => this.#socket.write(requestFor(plan)));
    this.#socket.on('error', () => undefined); // 'close' follows
    this.#socket.on('close', () => this.#closed());
  }

  /** Leaves without a word, as a tablet that is switched off. */
  destroy(): void {
    this.#isReady = false;
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    const { tally } = this;
    const before = tally.deliveries;
    tally.reads++;
    tally.bytes += bytes.length;
    const rest = this.#head === undefined ? bytes : this.#readHead(bytes);
    if (rest) this.#reader.push(rest);
    if (tally.deliveries !== before) tally.received();
  }

  #readHead(bytes: Buffer): Buffer | undefined {
    const before = this.#head ?? '';
    const head = before + bytes.toString('latin1');
    const end = head.indexOf(END_OF_HEAD);
    this.#head = head;
    if (end < 0) return undefined;
    if (!head.startsWith(this.plan.isEventStream ? 'HTTP/1.1 200' : 'HTTP/1.1 101')) {
      this.#socket.destroy();
      return undefined;
    }
    this.#head = undefined;
    if (this.plan.readyOn === 'upgrade') this.#ready();
    return bytes.subarray(end + END_OF_HEAD.length - before.length);
  }

  #frame(opcode: number, payloadBytes: number, payload: Buffer | undefined): void {
    if (opcode === TEXT) {
      const isGreeting = !this.#isReady && payload !== undefined && this.#greeted(payload);
      if (isGreeting || payloadBytes < this.plan.minEventBytes) return;
      this.tally.deliveries++;
      if (this.plan.isSampled && payload) this.#sample(payload);
    } else if (opcode === PING) {
      this.#socket.write(clientPong(payload ?? Buffer.alloc(0)));
    } else if (opcode === CLOSE && payload && payload.length >= 2) {
      this.#closeCode = payload.readUInt16BE(0);
    }
  }

  /** True when it is what servers say before the first event, or in place of it. */
  #greeted(payload: Buffer): boolean {
    const { readyOn } = this.plan;
    const start = payload.toString('latin1', 0, GREETING_BYTES);
    if (readyOn === 'socket.io') {
      // "0{…}": the transport is open; "40" asks for the main namespace, "40{…}" grants it
      if (start.startsWith('0')) this.#socket.write(clientTextFrame('40'));
      else if (start.startsWith('40')) this.#ready();
      return true;
    }
    if (start.startsWith(`{"type":"${readyOn}"`)) this.#ready();
    return /^\{"type":"(connected|resumed)"/.test(start);
  }

  #sample(payload: Buffer): void {
    const text = payload.toString('latin1');
    const seq = numberAfter(text, '"seq":');
    if (seq !== undefined) {
      if (this.#lastSeq !== undefined && seq !== this.#lastSeq + 1) this.tally.misordered++;
      this.#lastSeq = seq;
    }
    // as a field, or in the text of a notification
    const publishedUs = numberAfter(text, '"t":') ?? numberAfter(text, 't=');
    if (publishedUs !== undefined) this.tally.delayed(publishedUs);
    this.tally.observer?.(text);
  }

  #ready(): void {
    this.#isReady = true;
    this.#reader.collects = this.plan.isSampled;
    this.settled(true, 0);
  }

  #closed(): void {
    if (this.#isReady) this.tally.closed(this.#closeCode);
    else this.settled(false, this.#closeCode);
    this.#isReady = false;
  }
}

const numberAfter = (text: string, name: string): number | undefined => {
  const at = text.indexOf(name);
  if (at < 0) return undefined;
  const value = Number.parseInt(text.slice(at + name.length, at + name.length + 20), 10);
  return Number.isNaN(value) ? undefined : value;
};
