import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MAX_CLIENT_FRAME_BYTES } from '@wardbell/contract';
import { WebSocketServer } from 'ws';
import { chooseProtocol, isSocketPath } from './handshake.js';

/** How long a peer may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Nest's adapter matches one exact path and puts an RxJS pipeline on every socket. This one takes `/ws` and
 * everything below it, and leaves sockets alone once they are open: the gateway listens to them itself.
 */
export class WardbellWsAdapter extends WsAdapter {
  constructor(
    private readonly app: INestApplication,
    private readonly enabled: boolean,
  ) {
    super(app);
  }

  override create(): WebSocketServer {
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_CLIENT_FRAME_BYTES,
      handleProtocols: chooseProtocol,
      closeTimeout: CLOSE_TIMEOUT_MS, // not yet in @types/ws
    };
    const sockets = new WebSocketServer(options);
    const server: Server = this.app.getHttpServer();
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (!this.enabled || !isSocketPath(request.url)) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request));
    });
    return sockets;
  }

  override bindMessageHandlers(): void {}

  override bindClientDisconnect(): void {}
}
