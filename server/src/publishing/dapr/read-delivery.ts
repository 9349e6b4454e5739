import type { DaprSubscription } from '../../platform/config/dapr-subscription.js';
import { Problem } from '../../platform/errors/problem.js';
import { UUID } from '../../platform/uuid.js';
import { readStructured } from '../cloud-event.js';
import { memberText } from '../json-slices.js';
import type { Publication } from '../publication.js';
import { textAt } from './json-pointer.js';

const MAX_USER_CHARACTERS = 200;

/** What a delivery is to be published as; or why that is impossible, and for which tenant as far as that is known. */
export type Reading =
  | { readonly tenantId: string; readonly publication: Publication }
  | { readonly tenantId: string | null; readonly reason: string };

/** Reason of a delivery that is no JSON object. */
export const NOT_JSON = 'malformed_request';

/** A delivery that cannot be published, whatever is tried. */
class Unusable extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** Reads a CloudEvent that a broker delivered, by the pointers of its subscription. */
export function readDelivery(subscription: DaprSubscription, text: string): Reading {
  let tenantId: string | null = null;
  try {
    const event = parseObject(text);
    tenantId = tenantOf(subscription, text);
    const type = subscription.type.startsWith('/') ? valueAt(text, subscription.type) : subscription.type;
    const data =
      subscription.data === undefined ? memberText(text, 'data') : requireTextAt(text, subscription.data);
    const audience = audienceOf(subscription, text);
    const parsed: unknown = data === undefined ? undefined : JSON.parse(data);
    const publication = readStructured({ ...withoutBlanks(event), type, data: parsed }, data, '');
    return { tenantId, publication: audience === null ? publication : { ...publication, audience } };
  } catch (error) {
    if (error instanceof Unusable) return { tenantId, reason: error.reason };
    if (error instanceof Problem) return { tenantId, reason: error.code };
    throw error;
  }
}

function parseObject(text: string): object {
  try {
    const event: unknown = JSON.parse(text);
    if (event instanceof Object && !Array.isArray(event)) return event;
  } catch {
    // the same as JSON of another kind
  }
  throw new Unusable(NOT_JSON);
}

function tenantOf({ tenant_id, tenant }: DaprSubscription, text: string): string {
  const id = tenant_id ?? valueAt(text, tenant ?? '');
  if (typeof id !== 'string' || !UUID.test(id.toLowerCase())) throw new Unusable('unknown_tenant');
  return id.toLowerCase();
}

function audienceOf({ user, roles }: DaprSubscription, text: string): Publication['audience'] {
  if (roles !== undefined) return { roles };
  if (user === undefined) return null;
  const value = valueAt(text, user);
  const id = typeof value === 'number' ? requireTextAt(text, user).trim() : value;
  if (typeof id !== 'string' || id === '' || id.length > MAX_USER_CHARACTERS)
    throw new Unusable('unknown_user');
  return { user_ids: [id] };
}

/** @throws Unusable when the pointer finds nothing, or null */
function requireTextAt(text: string, pointer: string): string {
  const at = textAt(text, pointer)?.trim();
  if (at === undefined || at === 'null') throw new Unusable('pointer_not_found');
  return at;
}

const valueAt = (text: string, pointer: string): unknown => JSON.parse(requireTextAt(text, pointer));

/** A sidecar without tracing adds `traceid`, `traceparent` and `tracestate` with empty values. */
const withoutBlanks = (event: object): object =>
  Object.fromEntries(
    Object.entries(event).filter(([name, value]) => value !== '' || name === 'id' || name === 'source'),
  );
