import type { FastifyReply } from 'fastify';
import type { Problem } from '../../platform/errors/problem.js';

/** Sends a problem (RFC 9457) with the headers that its status requires. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS));
  if (problem.status === 401) {
    // RFC 6750, 3.1: no error attribute when there were no credentials
    const error = problem.code === 'authentication_required' ? '' : ', error="invalid_token"';
    reply.header('www-authenticate', `Bearer realm="wardbell"${error}`);
  }
  // Fastify would close the connection. The rest of the body would reset it, and a client that is still sending would lose
  // the answer. So the rest is read and discarded, for as long as a request may take.
  if (problem.status === 413) reply.removeHeader('connection');
  reply.status(problem.status).type('application/problem+json; charset=utf-8').send(problem.toJSON());
}
