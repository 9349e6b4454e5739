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
 * As whom the unit of work of an endpoint runs. `principal`: inside the tenant of a person who has one, across tenants
 * for a super admin. `relay`: across tenants for both, for what no tenant may read by itself; such work names the
 * tenant in every statement. `none`: the handler opens its own, or needs none.
 */
export type Unit = 'principal' | 'relay' | 'none';

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
 * Mounts a handler at an endpoint of the contract: path, method, status, who may call it, the schemas of what it
 * takes, once for an `Idempotency-Key`, and the fields that the role sees. The handler has one parameter, the checked
 * call with its unit of work, which commits when the handler has answered; the compiler holds it to the contract.
 *
 * @example
 *   @Endpoint(api.patients.get)
 *   get({ tx, id }: Call<typeof api.patients.get>) { return this.patients.get(tx, id); }
 */
export const Endpoint = <const E extends Definition>(
  definition: E,
  { unit = 'principal' }: { readonly unit?: Exclude<Unit, 'none'> } = {},
) => mount<E, Call<E>>(definition, unit);

/** The same without a unit of work: for sign-in, and for what takes several transactions. */
export const BareEndpoint = <const E extends Definition>(definition: E) =>
  mount<E, BareCall<E>>(definition, 'none');
