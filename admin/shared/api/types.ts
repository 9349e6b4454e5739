import type { api } from '@wardbell/contract';
import type { z } from 'zod';

/**
 * Requests and answers of the API, derived from the contract's table of routes. Types only: the table itself
 * is made of zod schemas, and those stay out of what a page loads first.
 */

type Groups = typeof api;
export type AnyEndpoint = { [Group in keyof Groups]: Groups[Group][keyof Groups[Group]] }[keyof Groups];
export type Method = AnyEndpoint['method'];
export type PathOf<M extends Method> = Extract<AnyEndpoint, { method: M }>['path'];
export type EndpointOf<M extends Method, P extends string> = Extract<AnyEndpoint, { method: M; path: P }>;

/** What the endpoint answers with on success; `undefined` when it answers with an empty body. */
export type Answer<E> = E extends { answer: infer A extends z.ZodType } ? z.output<A> : undefined;
/** What the endpoint takes as JSON body. */
export type Body<E> = E extends { body: infer B extends z.ZodType } ? z.input<B> : undefined;
type QueryInput<Q extends z.ZodType> = {
  [Name in keyof z.input<Q>]?: string | number | undefined;
};
/** Query parameters of the endpoint. */
export type Query<E> = E extends { query: infer Q extends z.ZodType } ? QueryInput<Q> : undefined;

type ParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<`/${Rest}`>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;
/** Values for the `:name` parts of a path. */
export type Params<P extends string> = { [Name in ParamNames<P>]: string };

type AuthGroup = Groups['auth'];
/** Who is signed in, as `/auth/me` says it. */
export type Me = Answer<AuthGroup['me']>;
export type TokenAnswer = Answer<AuthGroup['login']>;
