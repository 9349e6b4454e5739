import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { CLOSE, MAX_CLIENT_FRAME_BYTES } from '@wardbell/contract';
import { WebSocket, WebSocketServer } from 'ws';
import { Config } from '../../platform/config/config.js';
import { DEFLATE_WINDOW_BITS } from '../hub/frames.js';
import { chooseProtocol, isSocketPath } from './handshake.js';

/** How long a peer may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Frames that one message may consist of. Each costs as much as a message, which the rate limit bounds. */
const MAX_FRAGMENTS = 64;
const POLICY_VIOLATION = 1008;

/** `ws` closes 1008 for a message of too many fragments, which tells a client to sign in. Here it is the message rate. */
class ServerSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    const isFragmented = code === POLICY_VIOLATION && data === undefined; // our own reasons are never empty
    if (isFragmented) super.close(CLOSE.messageRate.code, CLOSE.messageRate.reason);
    else super.close(code, data);
  }
}

/** Compression whose bytes all sockets can share: no message refers to the one before it, and the window is the same. */
const SHARED_DEFLATE = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: DEFLATE_WINDOW_BITS,
} as const;

/** `ws` refuses the whole handshake when it can accept no offer; without the header the socket gets plain messages. */
const withoutNarrowOffers = (headers: IncomingHttpHeaders): void => {
  const offers = String(headers['sec-websocket-extensions'] ?? '');
  const demanded = [...offers.matchAll(/server_max_window_bits\s*=\s*"?(\d+)/g)].map(([, bits]) =>
    Number(bits),
  );
  if (demanded.some((bits) => bits < DEFLATE_WINDOW_BITS)) delete headers['sec-websocket-extensions'];
};

/** Stays on the socket for its life, so it must capture nothing: a closure would keep the request in memory, 2 kB. */
function destroyIt(this: Duplex): void {
  this.destroy();
}

/**
 * Accepts WebSocket upgrades at `/ws` and everything below it (RFC 6455, 4.2); any other upgrade gets 404. Accepted
 * sockets are emitted as `connection` of `sockets`, which Nest hands to the gateway.
 */
@Injectable()
export class WebSocketUpgrade {
  readonly sockets: WebSocketServer;

  constructor(private readonly config: Config) {
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: config.websocketCompression ? SHARED_DEFLATE : false,
      autoPong: false, // the gateway answers, as far as the rate allows; `ws` would end a burst without a close code
      maxPayload: MAX_CLIENT_FRAME_BYTES,
      maxFragments: MAX_FRAGMENTS, // not yet in @types/ws
      WebSocket: ServerSocket,
      handleProtocols: chooseProtocol,
      closeTimeout: CLOSE_TIMEOUT_MS, // not yet in @types/ws
    };
    this.sockets = new WebSocketServer(options);
  }

  /** Handles the upgrades of this server from now on. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', destroyIt);
      if (!this.config.enableWebsocket || !isSocketPath(request.url)) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      if (this.config.websocketCompression) withoutNarrowOffers(request.headers);
      socket.cork(); // the first frames go out in one write with the answer to the handshake: `SocketSink` uncorks
      this.sockets.handleUpgrade(request, socket, head, (ws) => this.sockets.emit('connection', ws, request));
    });
  }
}
