import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AccessAction, Endpoint } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { z } from 'zod';
import { type Access, AccessLog } from '../../database/access-log.js';
import type { Principal } from '../../database/principal.js';
import type { BareCall } from './call.js';
import { ENDPOINT } from './endpoint.js';

const Filter = z.object({ search: z.string().optional(), patient_id: z.string().optional() });
const Rows = z.object({ data: z.array(z.unknown()) });

/** Records each successful call of an endpoint that is `audited`. */
@Injectable()
export class AccessLogInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly accesses: AccessLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const action = this.reflector.get<Endpoint | undefined>(ENDPOINT, context.getHandler())?.audited;
    if (action === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    return next.handle().pipe(
      tap((answer: unknown) => {
        const { principal, call } = request;
        if (principal && call) this.accesses.read(principal, this.#accessOf(action, principal, call, answer));
      }),
    );
  }

  #accessOf(action: AccessAction, { tenantId }: Principal, call: BareCall, answer: unknown): Access {
    const { search: words, patient_id } = Filter.safeParse(call.query).data ?? {};
    // what a body of a call that only reads looks for is a search too
    const search = words ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    const patientId = call.id ?? patient_id;
    const count = Rows.safeParse(answer).data?.data.length;
    const details = {
      ...(count === undefined ? {} : { count }),
      ...(search ? { search: this.accesses.searchHash(tenantId, search) } : {}),
    };
    return {
      action,
      ...(patientId === undefined ? {} : { objectType: 'patient', objectId: patientId, patientId }),
      ...(Object.keys(details).length > 0 ? { details } : {}),
    };
  }
}
