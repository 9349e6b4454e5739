import type { Socket } from 'node:net';
import type { Close } from '@wardbell/contract';
import type { Sink } from '../hub/session.js';

/** Writes prebuilt bytes to the raw socket of a connection: what all transports have in common. */
export abstract class TransportSink implements Sink {
  #closed: Close | undefined;
  #drained: Promise<void> | undefined;
  #held: Buffer[] | undefined;
  #heldBytes = 0;
  /** Bytes written after the close began; they are dropped. */
  #lateBytes = 0;
  readonly #onRelease: (() => void)[] = [];
  /** Called with the code when this side closes, once. */
  onClose: ((code: number) => void) | undefined;

  constructor(protected readonly socket: Socket) {}

  /** Bytes can be written. */
  protected abstract readonly isOpen: boolean;
  /** Tells the client why and ends the connection. */
  protected abstract end(close: Close): void;

  write(bytes: Buffer): void {
    if (this.#held && !this.#closed) {
      this.#held.push(bytes);
      this.#heldBytes += bytes.length;
    } else this.writeNow(bytes);
  }

  writeNow(bytes: Buffer): void {
    if (this.#closed || !this.isOpen) this.#lateBytes += bytes.length;
    else this.socket.write(bytes);
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

  /** The code that this side closed with; a peer that is gone does not answer it. */
  get closeCode(): number | undefined {
    return this.#closed?.code;
  }

  get pendingBytes(): number {
    return this.socket.writableLength + this.#heldBytes + this.#lateBytes;
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
    this.end(close);
    this.release(); // which writes nothing any more
    this.onClose?.(close.code);
  }
}
