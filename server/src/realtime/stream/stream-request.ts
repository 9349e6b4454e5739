import type { StreamQuery } from '@wardbell/contract';
import { Seq, Uuid } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { bearerOf } from '../../identity/auth/bearer.js';
import type { Handshake } from '../gateway/handshake.js';
import { clientOf } from '../gateway/handshake.js';

type Query = z.output<typeof StreamQuery>;

/** What a client asks for in a request to `/stream`, in the form that WebSockets are opened with. */
export const readStreamRequest = (request: FastifyRequest, query: Query): Handshake => {
  const { headers } = request;
  return {
    token: bearerOf(request),
    topics: query.topics?.length ? query.topics : undefined,
    types: query.types?.length ? query.types : null,
    resume: resumePoint(request, query),
    inband: false,
    previous: Uuid.safeParse(query.previous).data ?? null,
    origin: headers.origin,
    host: headers.host,
    client: clientOf(headers),
    errors: [],
  };
};

/** A browser that comes back sends what it read last; its URL still says where it began. */
const resumePoint = ({ headers }: FastifyRequest, query: Query): Handshake['resume'] => {
  const header = headers['last-event-id'];
  const lastId = (typeof header === 'string' ? header : undefined) ?? query.lastEventID;
  if (lastId !== undefined && lastId !== '') return fromEventId(lastId);
  return query.since === undefined ? undefined : { epoch: query.epoch, since: query.since };
};

/** `<epoch>:<seq>`; what is none is a position of another history. */
const fromEventId = (id: string): NonNullable<Handshake['resume']> => {
  const [, epoch, seq] = /^([0-9a-f-]{1,100}):(\d{1,16})$/i.exec(id) ?? [];
  return { epoch, since: seq === undefined ? undefined : Seq.safeParse(Number(seq)).data };
};

export type StreamForm = 'event-stream' | 'poll';

/**
 * Which form of the stream a request accepts best (RFC 9110, 12.5.1); undefined: neither. Clients that accept anything
 * get the one that ends.
 */
export const chooseForm = (accept: string | undefined): StreamForm | undefined => {
  const ranges = (accept ?? '*/*').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: q === undefined ? 1 : Number(q) || 0 };
  });
  const qualityOf = (...types: readonly string[]): number =>
    types.map((type) => ranges.find((range) => range.type === type)?.quality).find((q) => q !== undefined) ??
    0;
  const eventStream = qualityOf('text/event-stream', 'text/*');
  const poll = qualityOf('application/json', 'application/*', '*/*');
  if (eventStream === 0 && poll === 0) return undefined;
  return eventStream > poll || (eventStream === poll && qualityOf('text/event-stream') > 0)
    ? 'event-stream'
    : 'poll';
};
