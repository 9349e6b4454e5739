import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { EventTypeName, Seq, SUBPROTOCOL, Uuid } from '@wardbell/contract';

const BEARER = 'bearer.';
const MAX_TYPES = 100;
const MAX_CLIENT_CHARACTERS = 200;

/** A part of the request that was not understood; also the code of its `error` frame. */
export type HandshakeError = 'invalid_types' | 'invalid_since';

/** What a client asks for in its upgrade request; nothing in it is trusted yet. */
export interface Handshake {
  readonly token: string | undefined;
  /** Undefined: all that the role may see. */
  readonly topics: readonly string[] | undefined;
  readonly types: readonly string[] | null;
  /** Position to resume from; `since` is undefined when what was sent is not a number of an event. */
  readonly resume: { readonly epoch: string | undefined; readonly since: number | undefined } | undefined;
  /** `?resume=inband`: the position comes in a message. */
  readonly inband: boolean;
  /** `?previous=`: the connection that this client had before. */
  readonly previous: string | null;
  readonly origin: string | undefined;
  readonly host: string | undefined;
  readonly client: string | null;
  /** Parts that were not understood, to be told once connected. */
  readonly errors: readonly HandshakeError[];
}

/** Is this path ours? `/ws`, `/ws/` and `/ws/{topic}`. */
export const isSocketPath = (url: string | undefined): boolean => /^\/ws(?:[/?]|$)/.test(url ?? '');

const tokenOf = (request: IncomingMessage, query: URLSearchParams): string | undefined => {
  const fromQuery = query.get('token');
  if (fromQuery) return fromQuery;
  const { authorization } = request.headers;
  if (authorization !== undefined && /^bearer /i.test(authorization)) {
    return authorization.slice('bearer '.length).trim() || undefined;
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith(BEARER))?.slice(BEARER.length) || undefined;
};

/** What a client calls itself. */
export const clientOf = (headers: IncomingHttpHeaders): string | null =>
  headers['user-agent']?.slice(0, MAX_CLIENT_CHARACTERS) ?? null;

/** Reads an upgrade request. Never throws: what is wrong becomes a error or a missing part. */
export const readHandshake = (request: IncomingMessage): Handshake => {
  const [path = '', search = ''] = (request.url ?? '').split('?', 2);
  const query = new URLSearchParams(search);
  const errors: HandshakeError[] = [];

  const named = (query.get('types') ?? '').split(',').filter((type) => type !== '');
  const types = named.filter((type) => EventTypeName.safeParse(type).success).slice(0, MAX_TYPES);
  if (types.length < named.length) errors.push('invalid_types');

  const since = query.get('since');
  const parsed = since === null || !/^\d+$/.test(since) ? undefined : Seq.safeParse(Number(since)).data;
  if (since !== null && parsed === undefined) errors.push('invalid_since');

  const previous = query.get('previous');
  const topic = path.slice('/ws'.length).replace(/^\/|\/$/g, '');
  return {
    token: tokenOf(request, query),
    topics: topic === '' ? undefined : [topic],
    types: named.length > 0 ? types : null,
    resume: since === null ? undefined : { epoch: query.get('epoch') ?? undefined, since: parsed },
    inband: query.get('resume') === 'inband',
    previous: previous === null ? null : (Uuid.safeParse(previous).data ?? null),
    origin: request.headers.origin,
    host: request.headers.host,
    client: clientOf(request.headers),
    errors,
  };
};

/** Which of the offered subprotocols is answered: ours, never the one that holds the token. */
export const chooseProtocol = (offered: Set<string>): string | false =>
  offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false;

/** May a page of this origin connect? Programs send none; a browser always does (RFC 6455, 10.2). */
export const isOriginAllowed = (
  { origin, host }: Pick<Handshake, 'origin' | 'host'>,
  allowedOrigins: readonly string[] | null,
): boolean => {
  if (origin === undefined) return true;
  if (allowedOrigins?.includes(origin)) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false; // `null` of sandboxed pages
  }
};
