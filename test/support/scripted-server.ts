import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

export const EPOCH = '6f1c5a70-1111-4111-8111-000000000000';
/** `connection_id` of every connection. */
export const CONNECTION = '6f1c5a70-3333-4333-8333-000000000000';
export const TENANT = '6f1c5a70-2222-4222-8222-000000000000';

/** One connection as the script sees it. */
export interface Scripted {
  /** Counts from 1. */
  readonly number: number;
  readonly query: URLSearchParams;
  readonly path: string;
  readonly protocols: string;
  /** Texts that the client sent. */
  readonly heard: readonly string[];
  send(frame: object): void;
  /** `connected` with this head; a super admin's has none. */
  welcome(seq: number | null, expiresInMs?: number): void;
  event(seq: number): void;
  close(code: number, reason?: string): void;
  /** Ends without a close frame. */
  terminate(): void;
}

/**
 * A server that says what a test tells it to: for what the real one does only after minutes or never, such as
 * breaking the protocol. It stands for the network's other end, not for a part of ours.
 */
export interface ScriptedServer {
  readonly url: string;
  readonly connections: readonly Scripted[];
  close(): Promise<void>;
}

/** @param script called for each connection, `onMessage` is for what the client says */
export const startScriptedServer = async (
  script: (connection: Scripted) => void,
  onMessage: (connection: Scripted, text: string) => void = () => undefined,
): Promise<ScriptedServer> => {
  const connections: Scripted[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'wardbell.v1' });
  await once(server, 'listening');
  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const heard: string[] = [];
    const { pathname, searchParams } = new URL(request.url ?? '', 'ws://scripted');
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    const connection: Scripted = {
      number: connections.length + 1,
      path: pathname,
      query: searchParams,
      protocols: request.headers['sec-websocket-protocol'] ?? '',
      heard,
      send,
      welcome: (seq, expiresInMs = 900_000) =>
        send({
          type: 'connected',
          data: {
            connection_id: CONNECTION,
            tenant_id: seq === null ? null : TENANT,
            seq,
            epoch: EPOCH,
            heartbeat_interval: 30,
            expires_at: new Date(Date.now() + expiresInMs).toISOString(),
          },
        }),
      event: (seq) =>
        send({
          type: 'lab_result',
          id: EPOCH,
          seq,
          tenant_id: TENANT,
          timestamp: new Date().toISOString(),
          data: {},
        }),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
    connections.push(connection);
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const text = String(data);
      heard.push(text);
      if (text === 'ping') socket.send('pong');
      onMessage(connection, text);
    });
    script(connection);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `ws://127.0.0.1:${address.port}/ws`,
    connections,
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
};
