import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Endpoint } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import { ENDPOINT } from '../../api/endpoint/endpoint.js';
import { PUBLIC } from '../../api/endpoint/public.js';
import type { Principal } from '../../database/principal.js';
import { Problem, type ProblemCode } from '../../platform/errors/problem.js';
import { bearerOf } from './bearer.js';
import { TokenService } from './token.service.js';
import { TokenError, type TokenFailure } from './token-error.js';

const PROBLEM_OF = {
  expired: 'token_expired',
  invalid: 'invalid_token',
  unavailable: 'identity_provider_unavailable',
} as const satisfies Record<TokenFailure, ProblemCode>;

/** Authenticates each request and checks that its role may call the endpoint. Refuses routes without a declaration. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    const endpoint = this.reflector.getAllAndOverride<Endpoint | undefined>(ENDPOINT, targets);
    if (!endpoint) {
      if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets)) return true;
      throw new Problem('not_found');
    }
    if (endpoint.access === 'public' || endpoint.ticket) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.#authenticate(request);
    if (!endpoint.access.includes(principal.role)) throw new Problem('forbidden');
    request.principal = principal;
    return true;
  }

  async #authenticate(request: FastifyRequest): Promise<Principal> {
    const token = bearerOf(request);
    if (token === undefined) throw new Problem('authentication_required');
    try {
      return await this.tokens.verify(token, request.ip);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw new Problem(PROBLEM_OF[error.kind], {
        cause: error,
        ...(error.kind === 'unavailable' ? { retryAfterS: 5 } : {}),
      });
    }
  }
}
