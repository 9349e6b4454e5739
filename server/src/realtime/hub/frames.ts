import { constants, deflateRawSync } from 'node:zlib';

/**
 * WebSocket frames as bytes (RFC 6455, 5.2): built once and written to the raw socket of every receiver.
 * That is what lets the frames of a burst be joined into one write.
 */

const FINAL_TEXT = 0x81;
/** The first reserved bit: this message is compressed (RFC 7692, 6). */
const COMPRESSED = 0x40;
/** Below this a message gains too little to be worth unpacking. Bytes. */
const MIN_DEFLATED_BYTES = 256;
/** 4 KiB: an event is seldom larger, and Python's `websockets` offers no more. */
export const DEFLATE_WINDOW_BITS = 12;
/** What a sync flush ends with and the peer adds again (RFC 7692, 7.2.1). */
const SYNC_TAIL_BYTES = 4;
const LENGTH_16_BIT = 126;
const LENGTH_64_BIT = 127;

const frameOf = (first: number, length: number): { frame: Buffer; headerBytes: number } => {
  const headerBytes = length < LENGTH_16_BIT ? 2 : length < 0x10000 ? 4 : 10;
  // Not from Node's pool: a frame that a ring keeps would keep the 8 KiB around it, too.
  const frame = Buffer.allocUnsafeSlow(headerBytes + length);
  frame[0] = first;
  if (headerBytes === 2) {
    frame[1] = length;
  } else if (headerBytes === 4) {
    frame[1] = LENGTH_16_BIT;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64_BIT;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return { frame, headerBytes };
};

/** A whole text frame, unmasked as servers send it. */
export const encodeTextFrame = (text: string): Buffer => {
  const { frame, headerBytes } = frameOf(FINAL_TEXT, Buffer.byteLength(text));
  frame.write(text, headerBytes);
  return frame;
};

/** The text of a frame that `encodeTextFrame` made, as bytes that it shares. */
export const payloadOf = (frame: Buffer): Buffer => {
  const length = frame[1] ?? 0;
  return frame.subarray(length < LENGTH_16_BIT ? 2 : length === LENGTH_16_BIT ? 4 : 10);
};

/**
 * The same, compressed (RFC 7692) if that makes it smaller, for those who have agreed to it. Each message stands by
 * itself (`server_no_context_takeover`), so its bytes are the same for everybody.
 */
export const encodeDeflatedFrame = (text: Buffer): Buffer => {
  const { length } = text;
  if (length < MIN_DEFLATED_BYTES) return encodeTextFrame(text.toString());
  const flushed = deflateRawSync(text, {
    finishFlush: constants.Z_SYNC_FLUSH,
    windowBits: DEFLATE_WINDOW_BITS,
  });
  const deflated = flushed.subarray(0, flushed.length - SYNC_TAIL_BYTES);
  if (deflated.length >= length) return encodeTextFrame(text.toString());
  const { frame, headerBytes } = frameOf(FINAL_TEXT | COMPRESSED, deflated.length);
  deflated.copy(frame, headerBytes);
  return frame;
};

/** A JSON message as a text frame. */
export const encodeFrame = (message: object): Buffer => encodeTextFrame(JSON.stringify(message));

/** An empty ping (opcode 9); the peer's stack answers it. */
export const PING_FRAME = Buffer.from([0x89, 0x00]);
