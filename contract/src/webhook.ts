import { z } from 'zod';
import { EventTypeName } from './event.js';
import { KeyRole } from './scope.js';
import { line, Seq, Timestamp, Uuid, Version } from './text.js';

/** Webhooks of one tenant. */
export const MAX_WEBHOOKS = 100;
/** Secrets of one webhook that sign at the same time. */
export const MAX_WEBHOOK_SECRETS = 10;
/** How long a replaced secret goes on signing. */
export const OLD_SECRET_S = 24 * 3_600;
/** What every secret begins with (Standard Webhooks). */
export const WEBHOOK_SECRET_PREFIX = 'whsec_';
/** An endpoint has this long to answer. */
export const WEBHOOK_TIMEOUT_MS = 15_000;

const Url = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .regex(
    /^https?:\/\/[^\s/?#@\\]+(?:[/?][^\s#]*)?$/i,
    'must be an http or https URL without credentials and fragment',
  )
  .meta({ description: '`https` only in production' });
const Types = z
  .array(EventTypeName)
  .min(1)
  .max(100)
  .nullable()
  .meta({ description: 'Only these event types; null: all' });
const Payload = KeyRole.meta({ description: 'The view in which events are sent' });
const Description = line(0, 1_000).nullable();

/** Body of `POST /webhooks`. */
export const WebhookCreate = z
  .strictObject({
    url: Url,
    types: Types.optional(),
    payload: Payload,
    description: Description.optional(),
  })
  .meta({ id: 'WebhookCreate' });
export type WebhookCreate = z.infer<typeof WebhookCreate>;

export const WebhookStatus = z.enum(['active', 'disabled']);

/** Body of `PATCH /webhooks/{id}`. */
export const WebhookUpdate = z
  .strictObject({
    url: Url,
    types: Types,
    payload: Payload,
    description: Description,
    status: WebhookStatus,
  })
  .partial()
  .meta({ id: 'WebhookUpdate' });
export type WebhookUpdate = z.infer<typeof WebhookUpdate>;

/** Body of `POST /webhooks/{id}/rewind`. */
export const WebhookRewind = z
  .strictObject({ seq: Seq.min(1).meta({ description: 'The first event that is sent again' }) })
  .meta({ id: 'WebhookRewind' });
export type WebhookRewind = z.infer<typeof WebhookRewind>;

export const Webhook = z
  .object({
    id: Uuid,
    tenant_id: Uuid,
    url: z.string(),
    types: Types,
    payload: Payload,
    description: z.string().nullable(),
    status: WebhookStatus,
    disabled_reason: z
      .enum(['administrator', 'gone', 'failing'])
      .nullable()
      .meta({ description: '`gone`: the endpoint answered 410; `failing`: 5 days without any success' }),
    position: Seq.meta({ description: 'Events up to this number are done' }),
    failed_attempts: z.int().meta({ description: 'Of the event that follows the position' }),
    next_attempt_at: Timestamp.nullable().meta({ description: 'null: nothing waits for a repetition' }),
    failing_since: Timestamp.nullable().meta({
      description: 'null: no attempt has failed since the last success',
    }),
    last_success_at: Timestamp.nullable(),
    version: Version,
    created_by: z.string(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

const Secret = z
  .string()
  .meta({ description: 'Key of the signatures, `whsec_` and base64; shown this once' });

/** Answer of `POST /webhooks`. */
export const WebhookCreated = Webhook.extend({ secret: Secret }).meta({ id: 'WebhookCreated' });
export type WebhookCreated = z.infer<typeof WebhookCreated>;

/** Answer of `POST /webhooks/{id}/rotate-secret`. */
export const WebhookSecretAnswer = z.object({
  secret: Secret,
  old_secret_expires_at: Timestamp.meta({ description: 'Until then the old secret signs as well' }),
});
export type WebhookSecretAnswer = z.infer<typeof WebhookSecretAnswer>;

/** Answer of `POST /webhooks/{id}/test`. */
export const WebhookTestAnswer = z.object({
  id: Uuid.meta({ description: '`webhook-id` of the message `ping`; the outcome is one of the attempts' }),
});

/** Outcome of one attempt. */
export const WebhookOutcome = z.enum([
  'success',
  'http_error',
  'timeout',
  'address_refused',
  'name_not_resolved',
  'tls_failed',
  'connection_failed',
]);
export type WebhookOutcome = z.infer<typeof WebhookOutcome>;

export const WebhookAttempt = z
  .object({
    id: Uuid,
    message_id: z.string().meta({ description: '`webhook-id`' }),
    seq: Seq.nullable().meta({ description: 'null: not an event of the log' }),
    type: z.string(),
    attempt: z.int().meta({ description: 'Counts the attempts of this message from 1' }),
    outcome: WebhookOutcome,
    status: z.int().nullable().meta({ description: 'HTTP status of the answer' }),
    duration_ms: z.int(),
    at: Timestamp,
    next_attempt_at: Timestamp.nullable().meta({ description: 'null: this message is not sent again' }),
  })
  .meta({ id: 'WebhookAttempt' });
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

/** An event that could not be delivered to a webhook, or not be published for a broker. */
export const DeadLetter = z
  .object({
    id: Uuid,
    origin: z.enum(['dapr', 'webhook']),
    reason: z.string(),
    received_at: Timestamp,
    topic: z.string().optional(),
    webhook_id: Uuid.optional(),
    event: z.unknown().meta({ description: 'The frame that was to be sent, or the CloudEvent that came in' }),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof DeadLetter>;
