import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Endpoint, ViewedObject } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { concatMap, from, lastValueFrom, type Observable } from 'rxjs';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { parseCall } from '../parsing/parse-call.js';
import type { BareCall } from './call.js';
import { ENDPOINT, UNIT, type Unit } from './endpoint.js';
import { requireFresh } from './freshness.js';
import { Idempotency } from './idempotency.js';
import { toViews } from './restriction.js';

/** Validates the request of an endpoint and runs its handler in the unit of work that the endpoint declares. */
@Injectable()
export class UnitOfWorkInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const endpoint = this.reflector.get<Endpoint | undefined>(ENDPOINT, context.getHandler());
    if (!endpoint) return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const call = parseCall(endpoint, request, http.getResponse<FastifyReply>());
    const unit = this.reflector.get<Unit>(UNIT, context.getHandler());
    const { principal } = call;
    if (unit === 'none') {
      request.call = call;
      if (!endpoint.fresh || principal === null) return next.handle();
      return from(this.database.asPrincipal(principal, requireFresh)).pipe(concatMap(() => next.handle()));
    }
    if (principal === null) throw new Problem('authentication_required');
    const work = (tx: Tx): Promise<unknown> => {
      request.call = { ...call, tx };
      return lastValueFrom(next.handle());
    };
    return from(
      this.#transact(principal, unit, async (tx) => {
        if (endpoint.fresh) await requireFresh(tx);
        const answer = await this.#once(tx, endpoint, call, () => work(tx));
        // A stored answer too: the role may have changed since.
        return endpoint.shows === undefined ? answer : toView(tx, endpoint.shows, answer);
      }),
    );
  }

  /** @throws Problem when the principal may no longer act */
  #transact(principal: Principal, unit: Unit, work: (tx: Tx) => Promise<unknown>): Promise<unknown> {
    switch (unit) {
      case 'accounts':
        return this.database.onAccounts(principal, work);
      case 'relay':
        return this.database.acrossTenants(principal, work);
      default:
        return this.database.asPrincipal(principal, work);
    }
  }

  #once(tx: Tx, endpoint: Endpoint, call: BareCall, work: () => Promise<unknown>): Promise<unknown> {
    return endpoint.idempotent ? this.idempotency.once(tx, call, work) : work();
  }
}

/** Reduces an object, or the `data` of a page, to the view of the caller's role. */
async function toView(tx: Tx, object: ViewedObject, answer: unknown): Promise<unknown> {
  if (!isRecord(answer)) return answer;
  const { data } = answer;
  if (Array.isArray(data)) return { ...answer, data: await toViews(tx, object, data.filter(isRecord)) };
  const [shown] = await toViews(tx, object, [answer]);
  return shown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
