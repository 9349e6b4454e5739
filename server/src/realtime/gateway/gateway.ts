import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import { WebSocketGateway } from '@nestjs/websockets';
import { CLOSE, DEFAULT_MESSAGES_PER_MINUTE } from '@wardbell/contract';
import type { RawData, WebSocket } from 'ws';
import { requestIds } from '../../api/requests/request-id.js';
import { Config } from '../../platform/config/config.js';
import { DEFLATED_WEBSOCKET, WEBSOCKET } from '../hub/framing.js';
import { Clients, type Opening } from './clients.js';
import { readHandshake } from './handshake.js';
import { Messages } from './messages.js';
import { SocketClient } from './socket-client.js';
import { SocketSink } from './socket-sink.js';
import { TokenBucket } from './token-bucket.js';

/**
 * Handles accepted WebSockets. A refused client is upgraded and then closed, because browsers can read a close code but
 * not the status of a failed upgrade.
 */
@WebSocketGateway({ path: '/ws' })
export class Gateway {
  readonly #trusted: ReturnType<typeof proxyAddress.compile>;
  readonly #requestIdOf: (request: IncomingMessage) => string;

  constructor(
    config: Config,
    private readonly clients: Clients,
    private readonly messages: Messages,
  ) {
    this.#trusted = proxyAddress.compile([...config.trustedProxies]);
    this.#requestIdOf = requestIds(config.trustedProxies);
  }

  /** Called by Nest for each accepted socket. */
  async handleConnection(ws: WebSocket, request: IncomingMessage): Promise<void> {
    const sink = new SocketSink(ws, request.socket);
    // Before the first await: a socket may fail or close at any moment.
    ws.on('error', () => undefined); // ws closes with the right code itself (1002, 1007, 1009)
    let client: SocketClient | undefined;
    this.clients.transportOpened();
    ws.on('close', (received) => {
      const code = sink.closeCode ?? received;
      this.clients.transportClosed(code);
      if (client) this.clients.leave(client, code);
    });
    const requestId = this.#requestIdOf(request);
    ws.pause(); // messages wait in the kernel until there is a session for them
    try {
      const opening = this.#openingOf(request, sink, requestId);
      const opened = await this.clients.open(opening);
      const { session, admitted, tenantRate } = opened;
      const admittedClient = new SocketClient(
        session,
        sink,
        new TokenBucket(admitted.maxMessagesPerMinute ?? DEFAULT_MESSAGES_PER_MINUTE, performance.now()),
        tenantRate,
      );
      client = admittedClient;
      // released when we send the close frame, so that a peer that does not answer it cannot hold its slot
      sink.onClose = (code) => this.clients.leave(admittedClient, code);
      ws.on('message', onMessage(this.messages, client));
      ws.on('ping', onPing(ws, client));
      ws.on('pong', onPong(client));
      this.clients.welcome(client, opened, opening);
    } catch (error) {
      sink.close(CLOSE[this.clients.refused(error, requestId).close]);
    }
    sink.uncork();
    ws.resume();
    // the socket closed during admission, before the `close` listener knew the client
    if (client && ws.readyState !== ws.OPEN) this.clients.leave(client, sink.closeCode ?? 1006);
  }

  #openingOf(request: IncomingMessage, sink: SocketSink, requestId: string): Opening {
    const handshake = readHandshake(request);
    return {
      handshake,
      address: proxyAddress(request, this.#trusted),
      requestId,
      sink,
      framing: sink.isDeflated ? DEFLATED_WEBSOCKET : WEBSOCKET,
      authenticate: (address) => this.clients.byToken(handshake, address),
    };
  }
}

const onMessage =
  (messages: Messages, client: SocketClient) =>
  (data: RawData, isBinary: boolean): void => {
    if (client.session.state === 'closed') return; // sent before it read our close frame
    client.markAlive();
    if (isBinary) return client.sink.cutOff(CLOSE.binaryFrame);
    messages.receive(client, data.toString());
  };

/** Pings count as messages; otherwise a peer that never reads could fill the send buffer with pongs. */
const onPing =
  (ws: WebSocket, client: SocketClient) =>
  (data: Buffer): void => {
    if (client.session.state === 'closed') return;
    client.markAlive();
    if (client.mayMessage()) ws.pong(data);
  };

/** A pong that answers none of our pings counts as a message. */
const onPong = (client: SocketClient) => (): void => {
  if (client.session.state === 'closed') return;
  client.markAlive();
  if (client.pongsDue > 0) client.pongsDue--;
  else client.mayMessage();
};
