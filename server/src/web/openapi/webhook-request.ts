import { EventFrame } from '@wardbell/contract';
import type { JsonSchema, Schemas } from './schemas.js';

const HEADERS: Readonly<Record<string, string>> = {
  'webhook-id': 'Id of the event, the same at each attempt',
  'webhook-timestamp': 'Time of this attempt, in seconds since 1970',
  'webhook-signature':
    '`v1,` and the HMAC-SHA256 (base64) of `<id>.<timestamp>.<body>`; one for each valid secret, separated by spaces',
};

/** The request that a webhook gets for each event. */
export const webhookRequest = (schemas: Schemas): JsonSchema => ({
  post: {
    operationId: 'webhookEvent',
    tags: ['webhooks'],
    summary: 'One event, in the view of `payload`; also `ping` and `resync_required`, which have no `seq`',
    security: [],
    parameters: Object.entries(HEADERS).map(([name, description]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema: schemas.output(EventFrame) } } },
    responses: {
      '2XX': { description: 'Received' },
      '410': { description: 'The endpoint is gone: the webhook is disabled' },
      default: { description: 'The event is sent again later; `Retry-After` is honoured' },
    },
  },
});
