import { randomBytes as mask } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ClientMessage, Topic } from '@wardbell/contract';
import type { Random } from '../faults/support/random.js';
import type { Cast } from './cast.js';
import type { Findings } from './findings.js';
import { mutateBytes, mutateText, mutateValue, randomBytes } from './mutate.js';
import { sampleFor } from './samples.js';

/** A socket that has neither answered nor closed by then is a finding. */
const ANSWER_WITHIN_MS = 60_000;
/** How long broken bytes wait, which may be the half of a frame. */
const BROKEN_WAIT_MS = 50;
/** Frames on a socket before its answer is waited for. */
const BURST = 25;
const PONG = Buffer.from('pong');

const encode = (
  opcode: number,
  payload: Buffer,
  {
    isFinal = true,
    reserved = 0,
    isMasked = true,
  }: { isFinal?: boolean; reserved?: number; isMasked?: boolean } = {},
): Buffer => {
  const { length } = payload;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, (length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
  const [first = 0, ...rest] = size;
  const header = Buffer.from([
    (isFinal ? 0x80 : 0) | (reserved << 4) | opcode,
    (isMasked ? 0x80 : 0) | first,
    ...rest,
  ]);
  if (!isMasked) return Buffer.concat([header, payload]);
  const key = mask(4);
  return Buffer.concat([header, key, payload.map((byte, at) => byte ^ (key[at % 4] ?? 0))]);
};

/** What a socket of the fuzzer is sent: `isWhole` frames are answered or closed, others may be waited for. */
interface Burst {
  readonly bytes: Buffer;
  readonly frames: number;
  readonly isWhole: boolean;
}

/** Opens sockets and sends frames that are nearly right, and some whose bytes are broken. */
export class FrameFuzzer {
  /** Sockets that the server has closed, by close code. */
  readonly closes = new Map<number, number>();

  constructor(
    private readonly port: number,
    private readonly random: Random,
    private readonly findings: Findings,
  ) {}

  /** Sends up to `count` frames on one socket; answers how many. */
  async sendOnSocket(cast: Cast, count: number): Promise<number> {
    const socket = new FuzzedSocket(
      this.port,
      this.#path(cast),
      this.random.pick([cast.staff, cast.staff, ...cast.tokens]),
    );
    let sent = 0;
    try {
      if (!(await socket.opened)) return 1; // a handshake that was refused counts as a frame
      while (sent < count && !socket.isClosed) {
        const burst = this.#burst(Math.min(BURST, count - sent));
        sent += burst.frames;
        const answered = await socket.send(burst);
        if (!answered)
          this.findings.add('a socket that neither answers nor closes', burst.bytes.toString('base64'));
        if (!burst.isWhole) break;
      }
    } finally {
      socket.destroy();
    }
    const { closeCode } = socket;
    if (closeCode !== undefined) this.closes.set(closeCode, (this.closes.get(closeCode) ?? 0) + 1);
    if (closeCode === 1011) this.findings.add('close code 1011', 'an internal error');
    return Math.max(1, sent);
  }

  #path({ ids }: Cast): string {
    const { random } = this;
    const topic = random.isTrue(0.8) ? '' : `/${random.pick([...Topic.options, 'x', '%00', '..'])}`;
    const query = new URLSearchParams();
    for (const [name, values] of [
      ['types', ['patient_created', 'x,,y', '%']],
      ['since', ['0', '-1', '1e9', '99999999999999999999', 'x']],
      ['epoch', ids],
      ['resume', ['inband', 'x']],
      ['previous', ids],
    ] as const) {
      if (random.isTrue(0.1)) query.set(name, mutateText(random.pick(values), random).toWellFormed());
    }
    return `/ws${topic}?${query}`;
  }

  #burst(max: number): Burst {
    const { random } = this;
    const count = random.between(1, max);
    if (random.isTrue(0.25)) {
      const frames = Buffer.concat(Array.from({ length: count }, () => this.#frame()));
      return { bytes: mutateBytes(frames, random), frames: count, isWhole: false };
    }
    const frames = Array.from({ length: count }, () =>
      random.isTrue(0.97) ? this.#message() : this.#frame(),
    );
    return { bytes: Buffer.concat(frames), frames: count, isWhole: true };
  }

  /** A text that the server has to understand or to refuse. */
  #message(): Buffer {
    const { random } = this;
    const option = random.pick(ClientMessage.options);
    const value = random.isTrue(0.3) ? sampleFor(option, true) : mutateValue(sampleFor(option, true), random);
    const text = random.isTrue(0.1) ? 'ping' : (JSON.stringify(value) ?? '');
    return encode(1, Buffer.from(random.isTrue(0.2) ? mutateText(text, random) : text));
  }

  /** A frame of any kind, most of which the protocol does not allow. */
  #frame(): Buffer {
    const { random } = this;
    const payload = random.pick([
      randomBytes(random),
      Buffer.from('{"type":"ping"}'),
      Buffer.from([0xff, 0xfe]),
      Buffer.alloc(random.between(0, 70_000), 0x61),
    ]);
    return encode(random.between(0, 15), payload, {
      isFinal: random.isTrue(0.8),
      reserved: random.isTrue(0.8) ? 0 : random.between(0, 7),
      isMasked: random.isTrue(0.9),
    });
  }
}

/** A WebSocket on bare TCP that reads as much as it needs to see an answer or a close frame. */
class FuzzedSocket {
  readonly opened: Promise<boolean>;
  closeCode: number | undefined;
  isClosed = false;
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #pongs = 0;
  #changed: () => void = () => undefined;

  constructor(port: number, path: string, token: string) {
    this.#socket = connect({ port, host: '127.0.0.1' });
    this.opened = new Promise((resolve) => {
      this.#changed = () => {
        const end = this.#received.indexOf('\r\n\r\n');
        if (end === -1 && !this.isClosed) return;
        const isOpen = this.#received.toString('latin1', 0, 12) === 'HTTP/1.1 101';
        this.#received = this.#received.subarray(end + 4);
        this.#changed = () => undefined;
        if (isOpen) this.#read();
        resolve(isOpen);
      };
    });
    this.#socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      if (this.#isUpgraded) this.#read();
      else this.#changed();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isClosed = true;
      this.#changed();
    });
    void this.opened.then((isOpen) => {
      this.#isUpgraded = isOpen;
      this.#read();
    });
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${mask(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n` +
        `Authorization: Bearer ${token}\r\n\r\n`,
    );
  }
  #isUpgraded = false;

  /** True if the socket has answered a ping that came after the burst, has closed, or need not do either. */
  async send({ bytes, isWhole }: Burst): Promise<boolean> {
    const before = this.#pongs;
    this.#socket.write(isWhole ? Buffer.concat([bytes, encode(1, Buffer.from('ping'))]) : bytes);
    return new Promise((resolve) => {
      const end = (isAnswered: boolean): void => {
        clearTimeout(timer);
        this.#changed = () => undefined;
        resolve(isAnswered);
      };
      const timer = setTimeout(() => end(!isWhole), isWhole ? ANSWER_WITHIN_MS : BROKEN_WAIT_MS);
      this.#changed = () => {
        if (this.isClosed || this.closeCode !== undefined || (isWhole && this.#pongs > before)) end(true);
      };
      this.#changed();
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (;;) {
      const [first, second] = this.#received;
      if (first === undefined || second === undefined) break;
      const header = second < 126 ? 2 : second === 126 ? 4 : 10;
      if (this.#received.length < header) break;
      const length =
        second < 126
          ? second
          : second === 126
            ? this.#received.readUInt16BE(2)
            : Number(this.#received.readBigUInt64BE(2));
      if (this.#received.length < header + length) break;
      const payload = this.#received.subarray(header, header + length);
      this.#received = this.#received.subarray(header + length);
      if ((first & 0x0f) === 8) this.closeCode = length >= 2 ? payload.readUInt16BE(0) : 1005;
      if ((first & 0x0f) === 1 && payload.equals(PONG)) this.#pongs += 1;
    }
    this.#changed();
  }
}
