import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { WebSocketServer } from 'ws';
import { WebSocketUpgrade } from './upgrade.js';

/**
 * Hands the sockets that `WebSocketUpgrade` accepts to the class with `@WebSocketGateway`. Nest finds the gateway,
 * calls `handleConnection` for each socket and closes the server; it does not touch messages, which the gateway reads
 * itself once a session was admitted (docs/decisions/0016).
 */
export class GatewayAdapter extends WsAdapter {
  constructor(private readonly app: INestApplication) {
    super(app);
  }

  override create(): WebSocketServer {
    const upgrade = this.app.get(WebSocketUpgrade);
    upgrade.attach(this.app.getHttpServer());
    return upgrade.sockets;
  }

  /** Nest would put an RxJS pipeline on every socket, before anybody knows whether it is admitted. */
  override bindMessageHandlers(): void {}

  /** The gateway listens to `close` itself, which carries the code. */
  override bindClientDisconnect(): void {}
}
