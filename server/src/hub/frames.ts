/**
 * WebSocket frames as bytes (RFC 6455, 5.2): built once and written to the raw socket of every receiver.
 * That is what lets the frames of a burst be joined into one write.
 */

const FINAL_TEXT = 0x81;
const LENGTH_16_BIT = 126;
const LENGTH_64_BIT = 127;

/** A whole text frame, unmasked as servers send it. */
export const encodeTextFrame = (text: string): Buffer => {
  const length = Buffer.byteLength(text);
  const headerBytes = length < LENGTH_16_BIT ? 2 : length < 0x10000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame[0] = FINAL_TEXT;
  if (headerBytes === 2) {
    frame[1] = length;
  } else if (headerBytes === 4) {
    frame[1] = LENGTH_16_BIT;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64_BIT;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerBytes);
  return frame;
};

/** A JSON message as a text frame. */
export const encodeFrame = (message: object): Buffer => encodeTextFrame(JSON.stringify(message));

/** An empty ping (opcode 9); the peer's stack answers it. */
export const PING_FRAME = Buffer.from([0x89, 0x00]);
