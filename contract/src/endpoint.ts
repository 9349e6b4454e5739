import type { z } from 'zod';
import type { AccessAction } from './audit.js';
import type { Role } from './roles.js';
import type { Scope } from './scope.js';
import type { ViewedObject } from './views.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Parts of the API, as OpenAPI groups its routes. */
export const TAGS = {
  auth: 'Signing in and out',
  patients: 'Patients of the own tenant',
  appointments: 'Appointments of the own tenant',
  'clinic setup': 'Practitioners, rooms, types of appointments, office hours and absences',
  events: "The tenant's log, and events from outside",
  'event types': 'What data application-defined events carry',
  stream: 'Events as they happen, for networks without WebSockets',
  notifications: 'Messages to people',
  'escalation policies': 'Whom an unanswered message goes to, and when',
  push: 'Web Push to browsers',
  presence: 'Who is online',
  users: 'Accounts',
  'integration keys': 'Keys of services',
  webhooks: 'Receivers of the events of the tenant',
  gateways: "A clinic's own systems and their status",
  'dead letters': 'What could not be delivered or published',
  tenants: 'Clinics, their limits and their use',
  connections: 'Open sockets, on all instances',
  audit: 'Who changed what',
  system: 'How the installation does',
} as const;

/** The definition of a route, for the server and the documentation. */
export interface Endpoint {
  readonly method: HttpMethod;
  /** Path relative to `/api/v1`, with `:id` (a UUID), `:type` (the name of an event type), `:gateway_id`,
   * `:sub` (the subject of a token) or `:slug` (of an OpenID provider) for parameters. */
  readonly path: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /**
   * Roles that may call it, and scopes of which an integration key needs one; or `public` when it requires no access
   * token.
   */
  readonly access: readonly (Role | Scope)[] | 'public';
  /** Also callable with a credential of its own in the request instead of an access token: its handler authenticates. */
  readonly ownCredential?: boolean;
  /** Also callable with the `enrol_token` of a sign-in that demands a second factor. */
  readonly enrolment?: boolean;
  /** Requires that the caller has shown a password or factor within `FRESH_S`. */
  readonly fresh?: boolean;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The body is `application/x-www-form-urlencoded`, and nothing else is taken. */
  readonly form?: boolean;
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
  /** Media types of bodies of any length with one JSON text a line, and the schema of a line. In the place of `answer`. */
  readonly lines?: Readonly<Record<string, z.ZodType>>;
  /** Answers with a file of comma-separated values, in the place of `answer` or beside `lines`. */
  readonly csv?: true;
  /** Status when everything in the request had been done before. */
  readonly repeatedStatus?: number;
  /** The body when the request waits for somebody's approval instead: 202 then. */
  readonly deferredAnswer?: z.ZodType;
  /** The response has an `ETag`; `PATCH` and `DELETE` accept `If-Match`. */
  readonly versioned?: boolean;
  /** Accepts an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** The object whose fields the body contains, so that `FORBIDDEN_WRITES` applies (403 before other checks). */
  readonly writes?: ViewedObject;
  /** The object in the response, alone or in `data` of a page, reduced to the view of the role. */
  readonly shows?: ViewedObject;
  /** What a successful call leaves in the audit log, when it only reads. */
  readonly audited?: AccessAction;
  /** Codes of `application/problem+json` that this route can return besides the common ones. */
  readonly problems?: readonly string[];
}

/** Defines an endpoint and preserves its literal types. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
