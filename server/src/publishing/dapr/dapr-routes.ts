import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendProblem } from '../../api/problems/send-problem.js';
import type { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { elementTexts, memberText } from '../json-slices.js';
import type { DaprSubscriber } from './dapr-subscriber.js';

const MAX_BULK = 100;
/** `MAX_BULK` events of 64 KiB with their envelopes; Dapr redelivers a refused request without end. */
const MAX_DELIVERY_BYTES = 40 * 1024 * 1024;
const MAX_BULK_WAIT_MS = 40;

/**
 * The routes that a Dapr sidecar calls, at the root. They take any media type, because what is answered with an error is
 * delivered again and again. In a scope of Fastify of their own: bodies stay text.
 */
export async function mountDapr(
  fastify: FastifyInstance,
  { daprSubscriptions, appApiToken }: Config,
  subscriber: () => DaprSubscriber,
): Promise<void> {
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
    scope.addHook('onRequest', async ({ headers }, reply) => {
      if (isFromSidecar(headers['dapr-api-token'], appApiToken)) return;
      sendProblem(reply, new Problem('authentication_required'));
      return reply;
    });
    scope.setErrorHandler((error: { statusCode?: number }, _, reply) => {
      sendProblem(reply, new Problem(error.statusCode === 413 ? 'payload_too_large' : 'internal_error'));
    });
    scope.get('/dapr/subscribe', async () =>
      daprSubscriptions.map(({ pubsubname, topic }, index) => ({
        pubsubname,
        topic,
        route: `/dapr/events/${index}`,
        bulkSubscribe: { enabled: true, maxMessagesCount: MAX_BULK, maxAwaitDurationMs: MAX_BULK_WAIT_MS },
      })),
    );
    scope.post<{ Params: { n: string } }>(
      '/dapr/events/:n',
      { bodyLimit: MAX_DELIVERY_BYTES },
      async (request, reply) => {
        const { n } = request.params;
        const subscription = /^\d{1,4}$/.test(n) ? daprSubscriptions[Number(n)] : undefined;
        if (subscription === undefined) {
          sendProblem(reply, new Problem('not_found'));
          return reply;
        }
        const text = bodyOf(request);
        const entries = entriesOf(text);
        if (entries === null) {
          const [status] = await subscriber().deliver(subscription, [text]);
          return { status };
        }
        const statuses = await subscriber().deliver(
          subscription,
          entries.map(({ event }) => event),
        );
        return { statuses: entries.map(({ entryId }, index) => ({ entryId, status: statuses[index] })) };
      },
    );
  });
}

/** Compares hashes, so that neither the length nor a common beginning can be measured. */
function isFromSidecar(given: string | string[] | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(token));
}

const bodyOf = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

interface BulkEntry {
  readonly entryId: string;
  /** JSON text. */
  readonly event: string;
}

/** The entries of a bulk delivery; null for a single one. */
function entriesOf(text: string): readonly BulkEntry[] | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  const entries: unknown = body instanceof Object ? Reflect.get(body, 'entries') : undefined;
  if (!Array.isArray(entries) || Object.hasOwn(Object(body), 'specversion')) return null;
  const texts = elementTexts(memberText(text, 'entries') ?? '[]');
  return entries.map((entry: unknown, index) => ({
    entryId: String(entry instanceof Object ? Reflect.get(entry, 'entryId') : ''),
    event:
      entry instanceof Object && !Array.isArray(entry)
        ? (memberText(texts[index] ?? '{}', 'event') ?? 'null')
        : 'null',
  }));
}
