import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { CLOSE, MAX_CLIENT_FRAME_BYTES } from '@wardbell/contract';
import { WebSocket, WebSocketServer } from 'ws';
import { DEFLATE_WINDOW_BITS } from '../hub/frames.js';
import { chooseProtocol, isSocketPath } from './handshake.js';

/** How long a peer may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Frames that one message may consist of. Each costs as much as a message, which the rate limit bounds. */
const MAX_FRAGMENTS = 64;
const POLICY_VIOLATION = 1008;

/** `ws` closes 1008 for a message of too many fragments, which tells a client to sign in: here it is the rate. */
class ServerSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    const isFragmented = code === POLICY_VIOLATION && data === undefined; // our own reasons are never empty
    if (isFragmented) super.close(CLOSE.messageRate.code, CLOSE.messageRate.reason);
    else super.close(code, data);
  }
}

/** Compression whose bytes can be shared: no message needs the one before it, and all have the same window. */
const SHARED_DEFLATE = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: DEFLATE_WINDOW_BITS,
} as const;

/** `ws` refuses the whole handshake when no offer suits it; without the header the socket gets plain messages. */
const withoutNarrowOffers = (headers: IncomingHttpHeaders): void => {
  const offers = String(headers['sec-websocket-extensions'] ?? '');
  const demanded = [...offers.matchAll(/server_max_window_bits\s*=\s*"?(\d+)/g)].map(([, bits]) =>
    Number(bits),
  );
  if (demanded.some((bits) => bits < DEFLATE_WINDOW_BITS)) delete headers['sec-websocket-extensions'];
};

/** Stays on the socket for its life, so it must hold nothing: a closure here would hold the request, 2 kB. */
function destroyIt(this: Duplex): void {
  this.destroy();
}

/**
 * Nest's adapter matches one exact path and puts an RxJS pipeline on every socket. This one takes `/ws` and
 * everything below it, and leaves sockets alone once they are open: the gateway listens to them itself.
 */
export class WardbellWsAdapter extends WsAdapter {
  constructor(
    private readonly app: INestApplication,
    private readonly enabled: boolean,
    private readonly compresses: boolean,
  ) {
    super(app);
  }

  override create(): WebSocketServer {
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: this.compresses ? SHARED_DEFLATE : false,
      autoPong: false, // the gateway answers, as far as the rate allows; `ws` would cut a burst off without a code
      maxPayload: MAX_CLIENT_FRAME_BYTES,
      maxFragments: MAX_FRAGMENTS, // not yet in @types/ws
      WebSocket: ServerSocket,
      handleProtocols: chooseProtocol,
      closeTimeout: CLOSE_TIMEOUT_MS, // not yet in @types/ws
    };
    const sockets = new WebSocketServer(options);
    const server: Server = this.app.getHttpServer();
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', destroyIt);
      if (!this.enabled || !isSocketPath(request.url)) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      if (this.compresses) withoutNarrowOffers(request.headers);
      socket.cork(); // what is said first goes out with the answer to the handshake: `SocketSink` uncorks
      sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request));
    });
    return sockets;
  }

  override bindMessageHandlers(): void {}

  override bindClientDisconnect(): void {}
}
