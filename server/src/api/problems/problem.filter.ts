import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessLog } from '../../database/access-log.js';
import { toProblem } from '../../database/failure.js';
import { Problem, type ProblemCode } from '../../platform/errors/problem.js';
import { sqlState } from '../../platform/errors/sqlstate.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { allowedMethods } from './allowed-methods.js';
import { sendProblem } from './send-problem.js';

/** Maps framework errors by status only, because their messages repeat parts of the request. */
const CODE_OF_STATUS: ReadonlyMap<number, ProblemCode> = new Map([
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
]);

/** SQLSTATE class of values that PostgreSQL rejects, such as a date in the year 0. */
const DATA_EXCEPTION = '22';

/** The client has hung up before its body was complete: no failure of the server, and nobody waits for an answer. */
const hasHungUp = ({ raw }: FastifyRequest): boolean => raw.destroyed && !raw.complete;

/** Sends every failure of a request as `application/problem+json`, and logs the failures of the server. */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly accesses: AccessLog,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.#problemOf(error, request, reply);
    if (problem.status >= 500) {
      const cause = problem.cause ?? error;
      this.log.error('request failed', { code: problem.code, request_id: request.id, ...errorFields(cause) });
    }
    if (problem.status === 403 || problem.status === 429) this.#recordRefusal(request, problem);
    sendProblem(reply, problem);
  }

  #recordRefusal({ principal, ip }: FastifyRequest, { code, status }: Problem): void {
    const details = { code, status };
    if (principal) this.accesses.refused(principal, details);
    else if (status === 429) this.accesses.refusedAnonymous(ip, details);
  }

  #problemOf(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
    if (error instanceof HttpException) {
      const status = error.getStatus();
      if (status === 404) {
        const methods = allowedMethods(request.url);
        if (methods.length > 0) {
          reply.header('allow', methods.join(', '));
          return new Problem('method_not_allowed');
        }
      }
      const code = CODE_OF_STATUS.get(status) ?? (status < 500 ? 'malformed_request' : 'internal_error');
      return new Problem(code, { cause: error });
    }
    if (hasHungUp(request)) return new Problem('malformed_request', { cause: error });
    const problem = toProblem(error);
    if (problem instanceof Problem) return problem;
    const unstorable = sqlState(error)?.startsWith(DATA_EXCEPTION) ?? false;
    return new Problem(unstorable ? 'validation_failed' : 'internal_error', { cause: error });
  }
}
