import type { Socket } from 'node:net';
import type { Close } from '@wardbell/contract';
import { WebSocket } from 'ws';
import type { Sink } from '../hub/session.js';

/** A peer that is not read any more still gets this long to read why it was closed. */
const DEAD_PEER_MS = 1_000;

/**
 * Writes prebuilt frames to the raw socket, past the sender of `ws`, which would build a header for each
 * receiver. That is sound because that sender is given nothing to compress or to fragment: it hands each control
 * frame to the same socket at once and in order.
 */
export class SocketSink implements Sink {
  #closed: Close | undefined;
  #drained: Promise<void> | undefined;
  #held: Buffer[] | undefined;
  #heldBytes = 0;
  readonly #onRelease: (() => void)[] = [];
  /** Called with the code when this side closes, once. */
  onClose: ((code: number) => void) | undefined;

  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
  ) {}

  /** The peer has agreed to compressed messages, each of which stands by itself. */
  get isDeflated(): boolean {
    return this.ws.extensions.includes('permessage-deflate');
  }

  write(bytes: Buffer): void {
    if (this.#held && !this.#closed) {
      this.#held.push(bytes);
      this.#heldBytes += bytes.length;
    } else this.writeNow(bytes);
  }

  writeNow(bytes: Buffer): void {
    if (this.#closed || this.ws.readyState !== WebSocket.OPEN) return;
    this.socket.write(bytes);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    if (held.length > 0) this.writeNow(Buffer.concat(held));
    for (const done of this.#onRelease.splice(0)) done();
  }

  /** Sends the answer to the handshake, with what was said since. */
  uncork(): void {
    this.socket.uncork();
  }

  /** The code that this side closed with; a peer that is gone does not answer it. */
  get closeCode(): number | undefined {
    return this.#closed?.code;
  }

  get pendingBytes(): number {
    return this.socket.writableLength + this.#heldBytes;
  }

  get takenBytes(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  async drained(): Promise<void> {
    while (this.#held && !this.#closed) await new Promise<void>((resolve) => this.#onRelease.push(resolve));
    await this.#socketDrained();
  }

  #socketDrained(): Promise<void> {
    if (!this.socket.writableNeedDrain || this.socket.destroyed) return Promise.resolve();
    this.#drained ??= new Promise((resolve) => {
      const done = () => {
        this.socket.off('drain', done);
        this.socket.off('close', done);
        this.#drained = undefined;
        resolve();
      };
      this.socket.on('drain', done);
      this.socket.on('close', done);
    });
    return this.#drained;
  }

  close(close: Close): void {
    if (this.#closed) return;
    this.#closed = close;
    this.ws.close(close.code, close.reason);
    this.uncork();
    this.release(); // which writes nothing any more
    this.onClose?.(close.code);
  }

  /** Closes without reading any more: each frame of a peer that sends too many costs time. */
  cutOff(close: Close): void {
    this.close(close);
    this.ws.pause();
    this.terminateSoon();
  }

  /** Ends the connection without waiting for a peer that is most likely gone. */
  terminateSoon(): void {
    setTimeout(() => this.ws.terminate(), DEAD_PEER_MS).unref();
  }
}
