import { KeyRole, Webhook, WebhookAttempt } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { z } from 'zod';

const toNumber = z.bigint().transform(Number);
const toText = z.date().transform((date) => date.toISOString());

const Row = z.object({
  id: z.string(),
  tenant_id: z.string(),
  url: z.string(),
  types: z.array(z.string()).transform((types) => (types.length === 0 ? null : types)),
  payload: KeyRole,
  description: z.string().nullable(),
  status: Webhook.shape.status,
  disabled_reason: Webhook.shape.disabled_reason,
  position: toNumber,
  failed_attempts: z.number(),
  next_attempt_at: toText.nullable(),
  failing_since: toText.nullable(),
  last_success_at: toText.nullable(),
  version: z.number(),
  created_by: z.string(),
  created_at: toText,
  updated_at: toText,
});

/** Columns of `wardbell.webhook w` that the API shows, with the sort key of lists. */
export const COLUMNS = raw(
  `w.id::text, w.tenant_id::text, w.url, w.types, w.payload, w.description, w.status, w.disabled_reason, w.position,
   w.attempt AS failed_attempts, CASE WHEN w.status = 'active' AND w.attempt > 0 THEN w.next_attempt_at END AS next_attempt_at,
   w.failing_since, w.last_success_at, w.version, w.created_by, w.created_at, w.updated_at,
   w.created_at::text AS sort_key`,
);

export const toWebhook = (row: unknown): Webhook => Row.parse(row);

const AttemptRow = z.object({
  id: z.string(),
  message_id: z.string(),
  seq: toNumber.nullable(),
  type: z.string(),
  attempt: z.number(),
  outcome: WebhookAttempt.shape.outcome,
  status: z.number().nullable(),
  duration_ms: z.number(),
  at: toText,
  next_attempt_at: toText.nullable(),
});

export const toAttempt = (row: unknown): WebhookAttempt => AttemptRow.parse(row);
