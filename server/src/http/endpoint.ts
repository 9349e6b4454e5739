import {
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { Endpoint as Definition } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from './call.js';
import { parseCall } from './parse-call.js';

export const API_PREFIX = '/api/v1';
export const ENDPOINT = 'wardbell:endpoint';

const CallOf = createParamDecorator((definition: Definition, context: ExecutionContext) => {
  const http = context.switchToHttp();
  return parseCall(definition, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

/**
 * Mounts a handler at an endpoint of the contract: path, method, status, who may call it, and the schemas of
 * what it takes. The handler has one parameter, the checked call; the compiler holds it to the contract.
 *
 * @example
 *   @Endpoint(api.patients.get)
 *   get(call: Call<typeof api.patients.get>) { return this.patients.get(call.principal, call.id); }
 */
export const Endpoint =
  <const E extends Definition>(definition: E) =>
  <Handler extends (call: Call<E>) => Promise<unknown>>(
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
    CallOf(definition)(target, key, 0);
  };
