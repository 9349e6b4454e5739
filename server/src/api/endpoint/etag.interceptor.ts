import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Endpoint } from '@wardbell/contract';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { ENDPOINT } from './endpoint.js';

/** Sends the version of a single object as `ETag`. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const endpoint = this.reflector.get<Endpoint | undefined>(ENDPOINT, context.getHandler());
    if (!endpoint?.versioned) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      tap((body: unknown) => {
        const version: unknown = body instanceof Object ? Reflect.get(body, 'version') : undefined;
        if (typeof version === 'number') reply.header('etag', `"${version}"`);
      }),
    );
  }
}
