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
  reply.status(problem.status).type('application/problem+json; charset=utf-8').send(problem.toJSON());
}
