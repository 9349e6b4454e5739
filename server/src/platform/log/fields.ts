import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import { CLOSE } from '@wardbell/contract/close-code';
import { UUID } from '../uuid.js';

/**
 * The closed table of log fields. Every field has a shape that a patient's name, phone number or note does not match,
 * so that PHI that is passed to the log by mistake is dropped.
 */

type Shape = (value: unknown) => unknown;
const DROPPED = undefined;

const matches =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : DROPPED;

const either =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    shapes.map((shape) => shape(value)).find((kept) => kept !== DROPPED);

const number: Shape = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : DROPPED);
const flag: Shape = (value) => (typeof value === 'boolean' ? value : DROPPED);
const uuid = matches(UUID);
/** An identifier of the code. Lower case only, because names of people are capitalised. */
const word = matches(/^[a-z]+([_.:-][a-z0-9]+){0,9}$/);
const constant = matches(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+){0,9}$/);
/** The pattern of a route (`/patients/:id`), never the URL that matched it. */
const route = matches(/^\/[a-z0-9_./:{}*-]{0,199}$/);
const sqlstate = matches(/^[0-9A-Z]{5}$/);
const errorClass = matches(/^([A-Z][A-Za-z0-9]{0,80})?(Error|Exception|Object)$/);
/** A class of this server or of Nest, recognised by the last word of its name. */
const component = matches(
  /^[A-Z][A-Za-z]{0,60}(Application|Controller|Explorer|Factory|Gateway|Handler|Injector|Loader|Module|Resolver|Service)$/,
);
const location = matches(
  /^((node_modules|server|contract|client|test|node:|\/)[A-Za-z0-9_@./:+-]*:\d+:\d+ ?){1,20}$/,
);

/** 32 or 64 bytes as base64url: hashes, ids of keys, Ed25519 signatures. */
const digest = matches(/^([\w-]{43}|[\w-]{86})$/);
const instant = matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const host: Shape = (value) =>
  typeof value === 'string' && (isIP(value) !== 0 || /^[a-z][a-z0-9._-]{0,254}$/.test(value))
    ? value
    : DROPPED;

const KEY_ACTOR = /^key:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Our user ids are UUIDs. Another issuer's `sub` can be an e-mail address, so it is logged as a pseudonym. */
const user: Shape = (value) => {
  if (typeof value === 'string' && KEY_ACTOR.test(value)) return value;
  if (uuid(value) !== DROPPED || typeof value !== 'string') return uuid(value);
  return `sub:${hash('sha256', value, 'hex').slice(0, 16)}`;
};

const CLOSE_REASONS: ReadonlySet<string> = new Set(Object.values(CLOSE).map((close) => close.reason));
const closeReason: Shape = (value) =>
  typeof value === 'string' && CLOSE_REASONS.has(value) ? value : DROPPED;

/** A request id: a UUID, or the 16 to 64 hexadecimal digits that proxies generate (nginx: 32). */
export const REQUEST_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64})$/i;

const SHAPES = {
  anchor: word,
  application: matches(/^[a-z][a-z0-9]*([_.:-][a-z0-9]+){0,9}$/i),
  at: instant,
  attempt: number,
  bus: word,
  bytes: number,
  claim: matches(/^(aud|exp|iat|iss|nbf|role|sid|sub|tenant_id)$/),
  code: either(number, word, constant),
  component: either(word, component),
  connection_id: uuid,
  connections: number,
  count: number,
  delay_ms: number,
  duration_ms: number,
  epoch: uuid,
  error_at: location,
  error_class: either(word, errorClass),
  error_code: either(word, constant, sqlstate),
  event_id: uuid,
  event_type: word,
  from: number,
  hash: digest,
  head: number,
  host,
  instance_id: uuid,
  job: word,
  key_id: digest,
  lag_ms: number,
  likely: constant,
  limit: number,
  max_connections: number,
  method: matches(/^[A-Z]{3,7}$/),
  migration: matches(/^\d{8,14}_[a-z0-9_]{1,80}$/),
  mode: word,
  partition: matches(/^[a-z_]+_[0-9_]{6,12}$/),
  pid: number,
  port: number,
  ready: flag,
  reason: either(closeReason, word),
  request_id: matches(REQUEST_ID),
  role: word,
  route,
  scope: uuid,
  seq: number,
  session_id: uuid,
  signal: constant,
  signature: digest,
  sqlstate,
  status: either(number, word),
  tenant_id: uuid,
  tenants: number,
  to: number,
  topic: word,
  transport: word,
  user_id: user,
  variable: constant,
  version: matches(/^v?\d{1,3}(\.\d{1,5}){1,3}(-[a-z0-9.]{1,20})?$/),
} as const satisfies Record<string, Shape>;

export type LogFieldName = keyof typeof SHAPES;
/** Fields of a log line. Values that are missing or do not match the shape of their field are dropped. */
export type LogFields = { readonly [Name in LogFieldName]?: string | number | boolean | null | undefined };

const TABLE: ReadonlyMap<string, Shape> = new Map(Object.entries(SHAPES));

/** Keeps the known fields whose value matches their shape. */
export function allowed(fields: unknown): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  if (typeof fields !== 'object' || fields === null) return kept;
  for (const [name, value] of Object.entries(fields)) {
    const shaped = TABLE.get(name)?.(value);
    if (shaped !== DROPPED) kept[name] = shaped;
  }
  return kept;
}
