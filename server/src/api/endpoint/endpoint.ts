import {
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { Endpoint as Definition } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import type { BareCall, Call } from './call.js';

export const API_PREFIX = '/api/v1';
export const ENDPOINT = 'wardbell:endpoint';
export const UNIT = 'wardbell:unit-of-work';

/**
 * The database role of an endpoint's unit of work. `principal`: inside the principal's tenant, or across tenants for a
 * super admin. `accounts`: accounts, sessions, factors and keys, which no other role reads. `relay`: always across
 * tenants, for data that the tenant role cannot read; every statement must name the tenant. `none`: the handler opens its
 * own units of work or needs none.
 */
export type Unit = 'principal' | 'accounts' | 'relay' | 'none';

const CallOf = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().call,
);

const mount =
  <E extends Definition, C>(definition: E, unit: Unit) =>
  <Handler extends (call: C) => Promise<unknown>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    RequestMapping({ path: API_PREFIX + definition.path, method: RequestMethod[definition.method] })(
      target,
      key,
      descriptor,
    );
    HttpCode(definition.status)(target, key, descriptor);
    SetMetadata(ENDPOINT, definition)(target, key, descriptor);
    SetMetadata(UNIT, unit)(target, key, descriptor);
    CallOf()(target, key, 0);
  };

/**
 * Mounts a handler at an endpoint of the contract, which defines path, method, status, permitted roles, schemas of the
 * request, idempotency and the fields that each role sees. The handler has one parameter, the validated call with its
 * unit of work, which commits when the handler has returned. The compiler checks the types against the contract.
 *
 * @example
 *   @Endpoint(api.patients.get)
 *   get({ tx, id }: Call<typeof api.patients.get>) { return this.patients.get(tx, id); }
 */
export const Endpoint = <const E extends Definition>(
  definition: E,
  { unit = 'principal' }: { readonly unit?: Exclude<Unit, 'none'> } = {},
) => mount<E, Call<E>>(definition, unit);

/** An endpoint without a unit of work: for sign-in, and for handlers that need several transactions. */
export const BareEndpoint = <const E extends Definition>(definition: E) =>
  mount<E, BareCall<E>>(definition, 'none');
