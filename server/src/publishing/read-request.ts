import { EventBatchPublish, EventPublish, MAX_EVENTS_PER_REQUEST } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import { errorsOf } from '../api/parsing/validation.js';
import { Problem } from '../platform/errors/problem.js';
import { readBinary, readStructured } from './cloud-event.js';
import { elementTexts, memberText } from './json-slices.js';
import { checkData, invalid, type Publication, type PublishRequest, refuseReserved } from './publication.js';

const CLOUD_EVENT_BATCH = 'application/cloudevents-batch';
const CLOUD_EVENT = 'application/cloudevents';

/**
 * Reads the events of a request in whichever form they come.
 * @throws Problem 400 when the body is no JSON, 415, 422
 */
export function readPublishRequest(headers: FastifyRequest['headers'], text: string): PublishRequest {
  const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const body = parse(text);
  // "-batch" first: one is the beginning of the other
  if (mediaType.startsWith(CLOUD_EVENT_BATCH)) {
    refuseOther(mediaType, `${CLOUD_EVENT_BATCH}+json`);
    return { isBatch: true, publications: readCloudEventBatch(body, text) };
  }
  if (mediaType.startsWith(CLOUD_EVENT)) {
    refuseOther(mediaType, `${CLOUD_EVENT}+json`);
    return { isBatch: false, publications: [readStructured(body, dataOf(body, text), '')] };
  }
  if (headers['ce-specversion'] !== undefined) {
    return { isBatch: false, publications: [readBinary(headers, text.trim(), body)] };
  }
  refuseOther(mediaType, 'application/json');
  return body instanceof Object && Object.hasOwn(body, 'events')
    ? { isBatch: true, publications: readBatch(body, text) }
    : { isBatch: false, publications: [readSingle(body, text)] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_request', { cause: error });
  }
}

function refuseOther(mediaType: string, expected: string): void {
  if (mediaType !== expected) throw new Problem('unsupported_media_type');
}

const dataOf = (body: unknown, text: string): string | undefined =>
  body instanceof Object && !Array.isArray(body) ? memberText(text, 'data') : undefined;

function readSingle(body: unknown, text: string): Publication {
  const parsed = EventPublish.safeParse(body);
  if (!parsed.success) throw invalid(errorsOf(parsed.error.issues));
  return toPublication(parsed.data, dataOf(body, text), '');
}

function readBatch(body: unknown, text: string): Publication[] {
  const parsed = EventBatchPublish.safeParse(body);
  if (!parsed.success) throw invalid(errorsOf(parsed.error.issues));
  const texts = elementTexts(memberText(text, 'events') ?? '[]');
  return parsed.data.events.map((event, index) =>
    toPublication(event, memberText(texts[index] ?? '{}', 'data'), `events.${index}.`),
  );
}

function readCloudEventBatch(body: unknown, text: string): Publication[] {
  if (!Array.isArray(body)) throw invalid([{ path: '', message: 'must be an array of CloudEvents' }]);
  if (body.length < 1 || body.length > MAX_EVENTS_PER_REQUEST) {
    throw invalid([{ path: '', message: `must be 1 to ${MAX_EVENTS_PER_REQUEST} events` }]);
  }
  const texts = elementTexts(text);
  return body.map((event: unknown, index) =>
    readStructured(event, dataOf(event, texts[index] ?? '{}'), `${index}.`),
  );
}

function toPublication(
  { type, data, audience }: ReturnType<typeof EventPublish.parse>,
  text: string | undefined,
  prefix: string,
): Publication {
  refuseReserved(type, `${prefix}type`);
  return { type, data: checkData(text, data, `${prefix}data`), audience: audience ?? null, cloudEvent: null };
}
