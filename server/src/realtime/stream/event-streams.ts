import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE, type CloseName, STREAM_COMMENT_MS } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';
import { Client } from '../gateway/client.js';
import { Clients, type Opening } from '../gateway/clients.js';
import { eventStreamFraming, type Framing } from '../hub/framing.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { SessionRounds } from '../hub/session-rounds.js';
import { EventStreamSink } from './event-stream-sink.js';
import { problemOf } from './refusal-problem.js';

/** What a peer that left is counted as: it has no way to say a code. */
const GONE = 1001;
/** Refusals that are answered with a status, so that a browser does not come back with the same token or ticket. */
const UNAUTHORIZED: ReadonlySet<CloseName> = new Set([
  'missingToken',
  'authenticationFailed',
  'tokenExpired',
]);

const sendComment = ({ sink }: Session): void => {
  if (sink instanceof EventStreamSink) sink.comment();
};

/** Server-sent events: sessions of the hub like those of WebSockets, in another framing. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #framing: Framing;
  readonly #comments = new SessionRounds(STREAM_COMMENT_MS, sendComment);

  constructor(
    private readonly clients: Clients,
    hub: Hub,
  ) {
    this.#framing = eventStreamFraming(() => hub.epoch);
  }

  onApplicationBootstrap(): void {
    this.#comments.start();
  }

  onApplicationShutdown(): void {
    this.#comments.stop();
  }

  /**
   * Opens a stream, or ends it with the message that says why not.
   * @throws Problem 401 for a token or ticket that is missing or wrong
   */
  async open(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<Opening, 'handshake' | 'authenticate'>,
  ): Promise<void> {
    const { socket } = reply.raw;
    // pipelined behind a request whose answer is still due: nothing can be written to the connection now
    if (socket === null) throw new Problem('malformed_request');
    const sink = new EventStreamSink(reply, socket);
    const opening: Opening = {
      ...asked,
      address: request.ip,
      requestId: request.id,
      sink,
      framing: this.#framing,
    };
    let client: Client | undefined;
    let endCode: number | undefined;
    this.clients.transportOpened();
    reply.raw.once('close', () => {
      endCode = sink.closeCode ?? endCode ?? GONE;
      this.clients.transportClosed(endCode);
      if (client) this.#leave(client, endCode);
    });
    try {
      const opened = await this.clients.open(opening);
      const admitted = new Client(opened.session);
      client = admitted;
      sink.onClose = (code) => this.#leave(admitted, code);
      if (endCode === undefined) sink.start();
      this.clients.welcome(client, opened, opening);
      this.#comments.add(client.session);
    } catch (error) {
      const refusal = this.clients.refused(error, request.id);
      const close = CLOSE[refusal.close];
      if (UNAUTHORIZED.has(refusal.close)) {
        endCode ??= close.code;
        throw problemOf(refusal);
      }
      sink.close(close);
      if (endCode === undefined) sink.start();
    }
    sink.flush();
    // it left, or was closed by an order, while it was being received
    const code = sink.closeCode ?? endCode;
    if (client && code !== undefined) this.#leave(client, code);
  }

  #leave(client: Client, code: number): void {
    this.#comments.remove(client.session);
    this.clients.leave(client, code);
  }
}
