import { type Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';
import { sendProblem } from '../problems/send-problem.js';

/** Time for the request on a connection that was just accepted to arrive. */
const ARRIVAL_MS = 300;
const LOOK_MS = 20;

/** Tracks the requests that must still be answered while the server stops. */
export class LastRequests {
  readonly #unanswered = new Set<FastifyReply>();
  #isStopping = false;

  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRequest', (_request, reply, done) => {
      this.#unanswered.add(reply);
      // an event stream ends with its connection, and so does a request whose client has gone
      reply.raw.once('close', () => this.#unanswered.delete(reply));
      done();
    });
    fastify.addHook('onSend', (_request, reply, payload, done) => {
      // otherwise keep-alive holds the connection open and delays the end of the server
      if (this.#isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
  }

  /** Sends `connection: close` from now on, so that clients send no further request over the same connection. */
  stop(): void {
    this.#isStopping = true;
  }

  /**
   * Stops listening and waits until every request is answered; at the deadline the remaining ones get 503.
   * @param deadlineMs of the monotonic clock
   * @param isQuiet returns true when the sockets of other protocols are closed as well
   */
  async finish(server: HttpServer, deadlineMs: number, isQuiet: () => boolean): Promise<void> {
    this.stop();
    // Directly after a poll all waiting connections have been accepted; the kernel resets those that come later.
    await nextTurn();
    // close() of Node's HTTP server would reset a connection whose request has not been read yet.
    Server.prototype.close.call(server);
    const arrivedMs = performance.now() + ARRIVAL_MS;
    while (performance.now() < deadlineMs) {
      if (performance.now() > arrivedMs && this.#unanswered.size === 0 && isQuiet()) break;
      await delay(LOOK_MS);
    }
    for (const reply of this.#unanswered) if (!reply.sent) sendProblem(reply, new Problem('unavailable'));
    await nextTurn();
    server.closeIdleConnections();
  }
}
