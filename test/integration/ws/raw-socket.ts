import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { eventually, WAIT_MS } from '../../support/wait.js';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

interface SentFrame {
  readonly opcode: number;
  readonly payload?: Buffer;
  /** Clients must mask (RFC 6455, 5.1); false breaks the protocol on purpose. */
  readonly masked?: boolean;
  /** False: further fragments follow. */
  readonly isFinal?: boolean;
  /** The three bits that no extension has claimed. */
  readonly reserved?: number;
}

/**
 * A WebSocket client on bare TCP, which does nothing by itself: it answers no ping and no close, and can
 * send what a proper client cannot.
 */
export class RawSocket {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #status = '';
  readonly frames: RawFrame[] = [];
  /** Pieces in which the answer to the handshake and the first frame have come. */
  chunksToFirstFrame = 0;
  /** The server has ended the TCP connection. */
  ended = false;

  constructor(port: number, path: string, headers: Readonly<Record<string, string>> = {}) {
    this.#socket = connect({ port, host: '127.0.0.1' });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.ended = true;
    });
    this.#socket.on('data', (chunk) => {
      if (this.frames.length === 0) this.chunksToFirstFrame++;
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#parse();
    });
    const lines = Object.entries({
      Host: `127.0.0.1:${port}`,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Version': '13',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  }

  /** Status of the answer to the upgrade request, such as 101. */
  status(): Promise<number> {
    return eventually(() => Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#status)?.[1] ?? 0) || undefined, {
      what: 'an answer to the upgrade request',
    });
  }

  send({ opcode, payload = Buffer.alloc(0), masked = true, isFinal = true, reserved = 0 }: SentFrame): void {
    if (payload.length > 125) throw new RangeError('this client sends small frames only');
    const mask = masked ? randomBytes(4) : Buffer.alloc(0);
    const body = masked ? payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : payload;
    const header = Buffer.from([
      (isFinal ? 0x80 : 0) | (reserved << 4) | opcode,
      (masked ? 0x80 : 0) | payload.length,
    ]);
    this.#socket.write(Buffer.concat([header, mask, body]));
  }

  /** Waits for the first frame with this opcode. */
  waitFor(opcode: number, timeoutMs = WAIT_MS): Promise<RawFrame> {
    return eventually(() => this.frames.find((frame) => frame.opcode === opcode), {
      timeoutMs,
      what: `a frame with opcode ${opcode}`,
    });
  }

  /** Waits for a close frame and reads it. */
  async closed(timeoutMs = WAIT_MS): Promise<{ code: number; reason: string }> {
    const { payload } = await this.waitFor(OPCODE.close, timeoutMs);
    return { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #parse(): void {
    if (this.#status === '') {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end === -1) return;
      this.#status = this.#received.toString('latin1', 0, end);
      this.#received = this.#received.subarray(end + 4);
    }
    for (;;) {
      const frame = this.#frame();
      if (frame === undefined) return;
      this.frames.push(frame);
    }
  }

  /** A whole unmasked frame from the front of what came. */
  #frame(): RawFrame | undefined {
    const data = this.#received;
    const [first, second] = data;
    if (first === undefined || second === undefined) return undefined;
    const short = second & 0x7f;
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (data.length < headerBytes) return undefined;
    const length =
      short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
    if (data.length < headerBytes + length) return undefined;
    this.#received = data.subarray(headerBytes + length);
    return { opcode: first & 0x0f, payload: data.subarray(headerBytes, headerBytes + length) };
  }
}
