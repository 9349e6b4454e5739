import type { Endpoint } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../database/principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard; null on public routes. */
    principal: Principal | null;
  }
}

type Output<E, Part extends 'query' | 'body'> = E extends { readonly [P in Part]: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : undefined
  : undefined;

/** What a handler gets of a request: everything already checked by the definition of its endpoint. */
export interface Call<E extends Endpoint = Endpoint> {
  readonly principal: E['access'] extends 'public' ? null : Principal;
  /** `:id` of the path, a UUID in lower case. */
  readonly id: E['path'] extends `${string}/:id${string}` ? string : undefined;
  readonly query: Output<E, 'query'>;
  readonly body: Output<E, 'body'>;
  /** Versions that `If-Match` names; null: any. Empty: none that we ever gave out. */
  readonly ifMatch: readonly number[] | null;
  /** Present when the endpoint takes one and the client sent it. */
  readonly idempotency: { readonly key: string; readonly route: string; readonly request: unknown } | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
