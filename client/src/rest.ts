import type { Endpoint } from '@wardbell/contract';
import type { api } from '@wardbell/contract/http';
import type { z } from 'zod';
import type { GetToken } from './options.js';
import { problemOf, RestProblem } from './rest-problem.js';

export { RestProblem };

type Group = (typeof api)[keyof typeof api];
type EndpointOf<G> = G extends unknown ? G[keyof G] : never;
type Route = EndpointOf<Group> & Endpoint;

/** Every route of the API, such as `GET /patients/:id`. */
export type RouteName = Route extends infer E
  ? E extends Endpoint
    ? `${E['method']} ${E['path']}`
    : never
  : never;

type Named<Name extends RouteName> = Route extends infer E
  ? E extends Endpoint
    ? `${E['method']} ${E['path']}` extends Name
      ? E
      : never
    : never
  : never;

type InputOf<E, Part extends 'query' | 'body'> =
  E extends Readonly<Record<Part, infer Schema extends z.ZodType>> ? z.input<Schema> : undefined;

/** The body of a successful response. */
export type AnswerOf<Name extends RouteName> =
  Named<Name> extends { readonly answer: infer Schema extends z.ZodType } ? z.output<Schema> : undefined;

type IdOf<Name extends string> = Name extends `${string}:id${string}`
  ? { readonly id: string }
  : { readonly id?: never };
type TypeOf<Name extends string> = Name extends `${string}:type${string}`
  ? { readonly type: string }
  : { readonly type?: never };
type GatewayOf<Name extends string> = Name extends `${string}:gateway_id${string}`
  ? { readonly gatewayId: string }
  : { readonly gatewayId?: never };
type SubOf<Name extends string> = Name extends `${string}:sub${string}`
  ? { readonly sub: string }
  : { readonly sub?: never };
type SlugOf<Name extends string> = Name extends `${string}:slug${string}`
  ? { readonly slug: string }
  : { readonly slug?: never };
type QueryOf<E> = InputOf<E, 'query'> extends undefined ? object : { readonly query?: InputOf<E, 'query'> };
type BodyOf<E> = InputOf<E, 'body'> extends undefined ? object : { readonly body: InputOf<E, 'body'> };

export type RestRequest<Name extends RouteName> = IdOf<Name> &
  TypeOf<Name> &
  GatewayOf<Name> &
  SubOf<Name> &
  SlugOf<Name> &
  QueryOf<Named<Name>> &
  BodyOf<Named<Name>> & {
    /** The `etag` that was read. The server answers 412 when the object has changed since. */
    readonly ifMatch?: string | null | undefined;
    /** For 24 hours, the same key and body give the same response, and the work is done once. */
    readonly idempotencyKey?: string;
    /** True when no person asked for it, such as a poll: it does not keep the login session from ending for idleness. */
    readonly background?: boolean;
    readonly signal?: AbortSignal;
  };

export interface RestAnswer<Data> {
  readonly data: Data;
  readonly status: number;
  /** For `ifMatch`; null when the response has no version. */
  readonly etag: string | null;
}

export interface RestOptions {
  /** Origin of the server, such as `https://clinic.example`. Defaults to the origin of the page. */
  readonly url?: string | URL;
  /** The same function as for `createClient`. Called for each request. */
  readonly getToken: GetToken;
  readonly fetch?: typeof fetch;
}

export type Rest = <Name extends RouteName>(
  ...request: object extends RestRequest<Name>
    ? [route: Name, request?: RestRequest<Name>]
    : [route: Name, request: RestRequest<Name>]
) => Promise<RestAnswer<AnswerOf<Name>>>;

interface AnyRequest {
  readonly id?: string;
  readonly type?: string;
  readonly gatewayId?: string;
  readonly sub?: string;
  readonly slug?: string;
  readonly query?: object;
  readonly body?: unknown;
  readonly ifMatch?: string | null | undefined;
  readonly idempotencyKey?: string;
  readonly background?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Calls the HTTP API with the types of the contract: `const { data, etag } = await rest('GET /patients/:id', { id })`.
 * A refusal throws a `RestProblem`. After a refused token a new one is requested once, as `createClient` does.
 */
export const createRest = ({ url = '', getToken, fetch: send = globalThis.fetch }: RestOptions): Rest => {
  const base = String(url).replace(/\/$/, '');

  const call = async (name: string, request: AnyRequest = {}): Promise<RestAnswer<unknown>> => {
    const [method = '', path = ''] = name.split(' ');
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) query.set(key, String(value));
    const search = query.size > 0 ? `?${query}` : '';
    const { gatewayId: gateway_id, ...named } = request;
    const parameters: Readonly<Record<string, unknown>> = { ...named, gateway_id };
    const place = path.replace(/:(\w+)/g, (_, parameter: string) =>
      encodeURIComponent(String(parameters[parameter] ?? '')),
    );
    const address = `${base}/api/v1${place}${search}`;
    const { body, ifMatch, idempotencyKey, signal = new AbortController().signal } = request;

    const attempt = async (reason: 'connect' | 'rejected') => {
      const token = await getToken({ reason, signal });
      const headers: Record<string, string> = {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch ? { 'if-match': ifMatch } : {}),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(request.background ? { 'wardbell-background': '1' } : {}),
      };
      return send(address, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    };

    let response = await attempt('connect');
    if (response.status === 401 && !/^\/auth\/(login|refresh)$/.test(path))
      response = await attempt('rejected');
    if (!response.ok) throw await problemOf(response);
    const text = await response.text();
    return {
      data: text === '' ? undefined : JSON.parse(text),
      status: response.status,
      etag: response.headers.get('etag'),
    };
  };
  // The response is not validated, because that would bring zod into every page.
  return call as Rest;
};
