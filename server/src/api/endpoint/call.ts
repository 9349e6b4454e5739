import type { Endpoint } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `AccessGuard`; null on public routes. */
    principal: Principal | null;
    /** The parameter of an endpoint's handler; null for other routes. */
    call: Call | BareCall | null;
    /** Status of a success, where it is not the endpoint's first one. */
    answerStatus: number | null;
  }
}

type Output<E, Part extends 'query' | 'body'> = E extends { readonly [P in Part]: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : undefined
  : undefined;

/** A request that was validated against the definition of its endpoint. */
export interface BareCall<E extends Endpoint = Endpoint> {
  /** Null where the handler authenticates by itself. */
  readonly principal: E['access'] extends 'public'
    ? null
    : E extends { readonly ownCredential: true }
      ? null
      : Principal;
  /** `:id` of the path, a UUID in lower case. */
  readonly id: E['path'] extends `${string}/:id${string}` ? string : undefined;
  /** `:type` of the path, as it was sent. */
  readonly type: E['path'] extends `${string}/:type${string}` ? string : undefined;
  /** `:gateway_id` of the path, as it was sent. */
  readonly gatewayId: E['path'] extends `${string}/:gateway_id${string}` ? string : undefined;
  /** `:sub` of the path, as it was sent. */
  readonly sub: E['path'] extends `${string}/:sub${string}` ? string : undefined;
  /** `:slug` of the path, as it was sent. */
  readonly slug: E['path'] extends `${string}/:slug${string}` ? string : undefined;
  readonly query: Output<E, 'query'>;
  /** The text itself where the endpoint is `raw`. */
  readonly body: E extends { readonly raw: object } ? string : Output<E, 'body'>;
  /** Versions in `If-Match`; null: any version. An empty list matches no version. */
  readonly ifMatch: readonly number[] | null;
  /** Present when the endpoint accepts an `Idempotency-Key` and the client sent one. */
  readonly idempotency: { readonly key: string; readonly route: string; readonly request: unknown } | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The parameter of a handler: the validated request and its unit of work. */
export interface Call<E extends Endpoint = Endpoint> extends BareCall<E> {
  readonly tx: Tx;
}
