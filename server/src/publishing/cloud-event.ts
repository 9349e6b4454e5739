import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Audience, CloudEventAttributes, EventTypeName } from '@wardbell/contract';
import { errorsOf } from '../api/parsing/validation.js';
import { checkData, invalid, type Publication, refuseReserved } from './publication.js';

/**
 * CloudEvents 1.0. Not by the JavaScript SDK, which takes events that the specification refuses (an empty id) and does
 * not decode the headers of binary mode.
 */

const HEADER = 'ce-';
const EXTENSION_NAME = /^[a-z0-9]{1,64}$/;
const MAX_EXTENSIONS = 32;
/** JSON of what a frame carries besides data. Characters. */
const MAX_CONTEXT_CHARACTERS = 8_192;
/** Attributes that say what the event's own fields say, or that are not passed on. */
const NOT_IN_CONTEXT: ReadonlySet<string> = new Set([
  'specversion',
  'type',
  'datacontenttype',
  'dataschema',
  'audienceusers',
  'audienceroles',
]);
const JSON_TYPE = /^[a-z]+\/(?:json|[^;\s]+\+json)\s*(?:;|$)/i;

type Attributes = Readonly<Record<string, unknown>>;

/**
 * A CloudEvent in structured mode.
 * @param text of the member `data`, as it was sent
 * @param prefix of the names of attributes in errors: `''`, or `3.` in a batch
 */
export function readStructured(event: unknown, text: string | undefined, prefix: string): Publication {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw invalid([{ path: prefix.slice(0, -1), message: 'must be a CloudEvent' }]);
  }
  const { data, ...attributes }: Attributes & { data?: unknown } = { ...event };
  if (Object.hasOwn(attributes, 'data_base64')) {
    throw invalid([{ path: `${prefix}data_base64`, message: 'is not taken; send a JSON object as data' }]);
  }
  const contentType = attributes['datacontenttype'];
  if (typeof contentType === 'string' && !JSON_TYPE.test(contentType)) {
    throw invalid([{ path: `${prefix}datacontenttype`, message: 'must be a JSON type' }]);
  }
  return toPublication(attributes, text, data, prefix);
}

/** A CloudEvent in binary mode: the body is its data. */
export function readBinary(headers: IncomingHttpHeaders, text: string, data: unknown): Publication {
  const attributes: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(HEADER)) continue;
    const name = header.slice(HEADER.length);
    if (name === 'datacontenttype' || name === 'data' || name === 'data_base64') {
      throw invalid([
        { path: name, message: 'is not allowed as a header in binary mode; use Content-Type and the body' },
      ]);
    }
    attributes[name] = decodeHeader(Array.isArray(value) ? value.join(', ') : (value ?? ''), name);
  }
  return toPublication(attributes, text, data, '');
}

function toPublication(
  sent: Attributes,
  text: string | undefined,
  data: unknown,
  prefix: string,
): Publication {
  // in JSON an attribute that is not set may be null
  const attributes = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null));
  const wrongNames = Object.keys(attributes).filter((name) => !EXTENSION_NAME.test(name));
  if (wrongNames.length > 0) {
    // an invalid name may contain personal data, so the error does not repeat it
    throw invalid([
      { path: prefix.slice(0, -1), message: 'names of attributes are lower-case letters and digits' },
    ]);
  }
  const parsed = CloudEventAttributes.safeParse(attributes);
  if (!parsed.success) throw invalid(errorsOf(parsed.error.issues, prefix));
  const { id, source, type } = parsed.data;
  refuseReserved(type, `${prefix}type`);
  const checked = checkData(text, data, `${prefix}data`);
  const context = { id, source, ...rest(parsed.data) };
  if (
    Object.keys(context).length > MAX_EXTENSIONS ||
    JSON.stringify(context).length > MAX_CONTEXT_CHARACTERS
  ) {
    throw invalid([{ path: prefix.slice(0, -1), message: 'has too many or too long extensions' }]);
  }
  const key = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('hex');
  return {
    type: EventTypeName.parse(type),
    data: checked,
    audience: readAudience(parsed.data, prefix),
    cloudEvent: { context, key },
  };
}

const rest = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !NOT_IN_CONTEXT.has(name)));

/** Of the extensions `audienceusers` and `audienceroles`. */
function readAudience(
  { audienceusers, audienceroles }: CloudEventAttributes,
  prefix: string,
): Publication['audience'] {
  if (audienceusers !== undefined && audienceroles !== undefined) {
    throw invalid([{ path: `${prefix}audienceroles`, message: 'cannot be combined with audienceusers' }]);
  }
  if (audienceusers !== undefined)
    return parseAudience({ user_ids: listOf(audienceusers) }, `${prefix}audienceusers`);
  if (audienceroles !== undefined)
    return parseAudience({ roles: listOf(audienceroles) }, `${prefix}audienceroles`);
  return null;
}

const listOf = (text: string): string[] => text.split(',').map((item) => item.trim());

function parseAudience(audience: object, path: string): Audience {
  const parsed = Audience.safeParse(audience);
  if (!parsed.success) throw invalid([{ path, message: 'is not a list of users or of roles' }]);
  return parsed.data;
}

const fatalUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value of a `ce-` header (CloudEvents 1.0.2, HTTP binding, 3.1.3.2): first unquoted, then percent-decoded as UTF-8,
 * once. Node gives headers as Latin-1, so what was sent as bare UTF-8 is decoded as well.
 */
export function decodeHeader(value: string, name: string): string {
  const trimmed = value.trim();
  const unquoted =
    /^".*"$/s.test(trimmed) && trimmed.length > 1 ? trimmed.slice(1, -1).replace(/\\(.)/gs, '$1') : trimmed;
  const bytes = Buffer.from(
    unquoted.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    return fatalUtf8.decode(bytes);
  } catch {
    throw invalid([{ path: name, message: 'must be percent-encoded UTF-8' }]);
  }
}
