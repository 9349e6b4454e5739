/** What a reader makes of a stream of frames. */
export interface FrameListener {
  /** @param payload its bytes, valid during the call; absent when they were skipped */
  frame(opcode: number, payloadBytes: number, payload: Buffer | undefined): void;
}

const LENGTH_16_BIT = 126;
const LENGTH_64_BIT = 127;
const MAX_HEADER_BYTES = 10;
const NOTHING = Buffer.alloc(0);
/** Opcodes from here on are of control frames. */
const FIRST_CONTROL = 0x8;

const headerBytesOf = (second: number): number => {
  const length = second & 0x7f;
  return length === LENGTH_64_BIT ? 10 : length === LENGTH_16_BIT ? 4 : 2;
};

/**
 * Finds frames in what a server sends (RFC 6455, unmasked). It reads lengths and skips payloads, so that the
 * client that measures is not what is measured.
 */
export class FrameReader {
  /** Hand out payloads of text frames too. Changes between frames only. */
  collects = true;
  #opcode = 0;
  #payloadBytes = 0;
  /** Of the present payload; -1 between frames. */
  #missing = -1;
  /** A header or a payload whose rest comes with the next bytes. */
  #partial: Buffer = NOTHING;

  constructor(private readonly listener: FrameListener) {}

  /** Takes the next bytes of the stream; they may be overwritten afterwards. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      at = this.#missing < 0 ? this.#readHeader(bytes, at) : this.#readPayload(bytes, at);
    }
  }

  #readHeader(bytes: Buffer, at: number): number {
    if (this.#partial.length === 0 && bytes.length - at >= MAX_HEADER_BYTES) {
      return at + this.#takeHeader(bytes, at);
    }
    // the rare case: few bytes are left, so this header may go on in the next read
    const held = this.#partial.length;
    const header = Buffer.concat([this.#partial, bytes.subarray(at, at + MAX_HEADER_BYTES - held)]);
    if (header.length < 2 || header.length < headerBytesOf(header[1] ?? 0)) {
      this.#partial = header;
      return bytes.length;
    }
    this.#partial = NOTHING;
    return at + this.#takeHeader(header, 0) - held;
  }

  /** Answers how long the header is. */
  #takeHeader(bytes: Buffer, at: number): number {
    const headerBytes = headerBytesOf(bytes[at + 1] ?? 0);
    this.#opcode = (bytes[at] ?? 0) & 0x0f;
    this.#payloadBytes =
      headerBytes === 2
        ? (bytes[at + 1] ?? 0) & 0x7f
        : headerBytes === 4
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    this.#missing = this.#payloadBytes;
    if (this.#missing === 0) this.#finish(NOTHING);
    return headerBytes;
  }

  #readPayload(bytes: Buffer, at: number): number {
    const end = at + Math.min(this.#missing, bytes.length - at);
    this.#missing -= end - at;
    const isWanted = this.collects || this.#opcode >= FIRST_CONTROL;
    if (!isWanted) {
      if (this.#missing === 0) this.#finish(undefined);
      return end;
    }
    const part = bytes.subarray(at, end);
    const payload = this.#partial.length === 0 ? part : Buffer.concat([this.#partial, part]);
    if (this.#missing === 0) this.#finish(payload);
    else this.#partial = this.#partial.length === 0 ? Buffer.from(part) : payload;
    return end;
  }

  #finish(payload: Buffer | undefined): void {
    this.#missing = -1;
    this.#partial = NOTHING;
    this.listener.frame(this.#opcode, this.#payloadBytes, payload);
  }
}

/** A masked text frame of less than 126 bytes, as a client sends it; the mask is zero. */
export const clientTextFrame = (text: string): Buffer => clientFrame(0x1, Buffer.from(text));

/** The answer to a ping. */
export const clientPong = (payload: Buffer): Buffer => clientFrame(0xa, payload);

const clientFrame = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
