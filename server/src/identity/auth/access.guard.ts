import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Endpoint } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import { ENDPOINT } from '../../api/endpoint/endpoint.js';
import { PUBLIC } from '../../api/endpoint/public.js';
import { AccessLog } from '../../database/access-log.js';
import type { Principal } from '../../database/principal.js';
import { Problem, type ProblemCode } from '../../platform/errors/problem.js';
import { Enrolment, isEnrolToken } from '../sessions/enrolment.js';
import { isBackground, SessionActivity } from '../sessions/session-activity.js';
import { bearerOf } from './bearer.js';
import { TokenService } from './token.service.js';
import { TokenError, type TokenFailure } from './token-error.js';

const PROBLEM_OF = {
  expired: 'token_expired',
  invalid: 'invalid_token',
  unavailable: 'identity_provider_unavailable',
  revoked: 'access_revoked',
} as const satisfies Record<TokenFailure, ProblemCode>;

/** Authenticates each request and checks that its role may call the endpoint. Refuses routes without a declaration. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
    private readonly enrolment: Enrolment,
    private readonly activity: SessionActivity,
    private readonly accesses: AccessLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    const endpoint = this.reflector.getAllAndOverride<Endpoint | undefined>(ENDPOINT, targets);
    if (!endpoint) {
      if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets)) return true;
      throw new Problem('not_found');
    }
    if (endpoint.access === 'public' || endpoint.ownCredential) return true;
    await this.admit(endpoint, context.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }

  /**
   * Sets the principal of a request, unless that was done before its body was read.
   * @throws Problem when nobody is signed in, or may not call this endpoint
   */
  async admit(endpoint: Endpoint, request: FastifyRequest): Promise<void> {
    const { access } = endpoint;
    if (access === 'public' || request.principal !== null) return;
    const principal = await this.#authenticate(endpoint, request);
    if (!mayCall(access, principal)) {
      this.accesses.refused(principal, { code: 'forbidden', status: 403 });
      throw new Problem('forbidden');
    }
    request.principal = principal;
    if (!isBackground(request)) this.activity.touch(principal.sessionId);
  }

  async #authenticate({ enrolment }: Endpoint, request: FastifyRequest): Promise<Principal> {
    const token = bearerOf(request);
    if (token === undefined) throw new Problem('authentication_required');
    if (enrolment && isEnrolToken(token)) return this.enrolment.verify(token, request.ip);
    try {
      return await this.tokens.verify(token, request.ip);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      if (error.kind === 'invalid') this.accesses.failedToAuthenticate(request.ip, { code: 'invalid_token' });
      throw new Problem(PROBLEM_OF[error.kind], {
        cause: error,
        ...(error.kind === 'unavailable' ? { retryAfterS: 5 } : {}),
      });
    }
  }
}

/** A key goes by its scopes alone, a person by the role. */
const mayCall = (access: readonly string[], { role, key }: Principal): boolean =>
  key === undefined ? access.includes(role) : [...key.scopes].some((scope) => access.includes(scope));
