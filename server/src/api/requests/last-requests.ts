import { type Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';
import { sendProblem } from '../problems/send-problem.js';

/** A request that is on its way over a connection that was just accepted arrives within this time. */
const ARRIVAL_MS = 300;
const LOOK_MS = 20;

/** The requests that a server which stops still has to answer. */
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
      // else the connection is kept alive, and the server waits for its end
      if (this.#isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
  }

  /** From here on clients are told not to send a further request over the same connection. */
  stop(): void {
    this.#isStopping = true;
  }

  /**
   * Stops listening and waits until every request is answered; those that are not by the deadline get 503.
   * @param deadlineMs of the monotonic clock
   * @param isQuiet are the sockets of other protocols closed as well?
   */
  async finish(server: HttpServer, deadlineMs: number, isQuiet: () => boolean): Promise<void> {
    this.stop();
    // Right after a poll every connection that waited has been accepted; the kernel resets those that come between.
    await nextTurn();
    // Node's own close() of an HTTP server resets a connection whose request has not been read yet.
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
