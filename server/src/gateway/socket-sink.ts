import type { Socket } from 'node:net';
import type { Close } from '@wardbell/contract';
import { WebSocket } from 'ws';
import type { Sink } from '../hub/session.js';

/** A peer that missed its heartbeats still gets this long to read why it was closed. */
const DEAD_PEER_MS = 1_000;

/**
 * Writes prebuilt frames to the raw socket, past the sender of `ws`, which would build a header for each
 * receiver. That is sound because that sender is given nothing to compress or to fragment: it hands each control
 * frame to the same socket at once and in order.
 */
export class SocketSink implements Sink {
  #closed: Close | undefined;
  #drained: Promise<void> | undefined;
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
    if (this.#closed || this.ws.readyState !== WebSocket.OPEN) return;
    this.socket.write(bytes);
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
    return this.socket.writableLength;
  }

  get takenBytes(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  drained(): Promise<void> {
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
    this.onClose?.(close.code);
  }

  /** Ends the connection without waiting for a peer that is most likely gone. */
  terminateSoon(): void {
    setTimeout(() => this.ws.terminate(), DEAD_PEER_MS).unref();
  }
}
