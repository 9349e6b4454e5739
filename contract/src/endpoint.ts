import type { z } from 'zod';
import type { Role } from './roles.js';
import type { Scope } from './scope.js';
import type { ViewedObject } from './views.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What the server mounts and the documentation describes. */
export interface Endpoint {
  readonly method: HttpMethod;
  /** Below `/api/v1`, with `:id` (a UUID) or `:type` (the name of an event type) for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /**
   * Roles that may call it, and scopes of which an integration key needs one; or `public` for those who carry no access
   * token.
   */
  readonly access: readonly (Role | Scope)[] | 'public';
  /** Also callable with `?ticket=` instead of an access token: its handler authenticates by itself. */
  readonly ticket?: boolean;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /**
   * The handler reads the text of the body itself: bodies of these media types and sizes reach it unparsed, once the
   * caller is known. `body` then only describes `application/json`.
   */
  readonly raw?: { readonly maxBytes: number; readonly bodies: Readonly<Record<string, z.ZodType>> };
  /** Status of success and the schema of its body (none: empty). */
  readonly status: number;
  readonly answer?: z.ZodType;
  /** A media type that it answers with as well, for as long as the caller listens. */
  readonly streams?: string;
  /** Status when all of it had been done before. */
  readonly repeatedStatus?: number;
  /** Answers with `ETag`; `PATCH` and `DELETE` then take `If-Match`. */
  readonly versioned?: boolean;
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** The object whose fields the body carries, so that `FORBIDDEN_WRITES` applies (403 before all else). */
  readonly writes?: ViewedObject;
  /** The object that it answers, alone or in `data` of a page: a role gets the fields of its view. */
  readonly shows?: ViewedObject;
  /** Stable codes of `application/problem+json` that this route adds to the common ones. */
  readonly problems?: readonly string[];
}

/** An endpoint with its literal types kept. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
