import type { Socket } from 'node:net';
import type { Close } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { TransportSink } from './transport-sink.js';

/** A peer that is not read any more still gets this long to read why it was closed. */
const DEAD_PEER_MS = 1_000;

/**
 * Writes prebuilt frames to the raw socket, past the sender of `ws`, which would build a header for each
 * receiver. That is sound because that sender is given nothing to compress or to fragment: it hands each control
 * frame to the same socket at once and in order.
 */
export class SocketSink extends TransportSink {
  constructor(
    private readonly ws: WebSocket,
    socket: Socket,
  ) {
    super(socket);
  }

  /** The peer has agreed to compressed messages, each of which stands by itself. */
  get isDeflated(): boolean {
    return this.ws.extensions.includes('permessage-deflate');
  }

  protected get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  /** Sends the answer to the handshake, with what was said since. */
  uncork(): void {
    this.socket.uncork();
  }

  protected end({ code, reason }: Close): void {
    this.ws.close(code, reason);
    this.uncork();
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
