import { z } from 'zod';
import { line, Timestamp, Uuid, Version } from './text.js';

/** What one connection may send to the server in a minute unless its tenant has a limit of its own. */
export const DEFAULT_MESSAGES_PER_MINUTE = 120;

/** Bounds on a tenant's use. `null`: the installation's default (connections) or none (per user). */
export const Limits = z.strictObject({
  max_connections: z
    .int()
    .min(0)
    .max(1_000_000)
    .nullable()
    .meta({ description: 'Open sockets of the tenant, over all instances' }),
  max_connections_per_user: z.int().min(1).max(100_000).nullable(),
  max_messages_per_minute: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .meta({
      description: `Messages that one connection may send to the server; ${DEFAULT_MESSAGES_PER_MINUTE} unless set`,
    }),
});
export type Limits = z.infer<typeof Limits>;
export const NO_LIMITS: Limits = {
  max_connections: null,
  max_connections_per_user: null,
  max_messages_per_minute: null,
};

/** Body of `PUT /tenants/{id}/limits`; what is absent stays as it is. */
export const LimitsChange = Limits.partial().extend({
  enforce: z
    .boolean()
    .default(false)
    .meta({ description: 'Close the newest sockets above the new limits (4429)' }),
});
export type LimitsChange = z.infer<typeof LimitsChange>;

/**
 * Answer of `PUT /tenants/{id}/limits`: the limits, and what happens to the sockets that are open now. A change
 * holds for new connections at once; nobody is cut unless `enforce` asks for it, so a count above the limit can
 * only fall.
 */
export const LimitsOutcome = z
  .object({
    ...Limits.shape,
    outcome: z.object({
      connections: z.int().meta({ description: 'Open sockets of the tenant, over all instances' }),
      above_limit: z.int().meta({ description: 'How many of them, the newest, are above the new limits' }),
      action: z.enum(['none', 'refuse_new', 'close_newest']).meta({
        description:
          'none: all are within the limits. refuse_new: those above stay, new ones are refused until enough have ' +
          'left. close_newest: those above are being closed with 4429',
      }),
    }),
  })
  .meta({ id: 'LimitsOutcome' });
export type LimitsOutcome = z.infer<typeof LimitsOutcome>;

export const TenantStatus = z.enum(['active', 'suspended']);
export type TenantStatus = z.infer<typeof TenantStatus>;

/** Offsets are refused: PostgreSQL reads "+05:00" as POSIX does, with the sign turned round. */
const isTimeZone = (value: string): boolean => {
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
};

const writable = {
  name: line(1, 200),
  slug: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens'),
  status: TenantStatus,
  time_zone: z.string().max(64).refine(isTimeZone, 'must be an IANA time zone'),
  limits: Limits.partial(),
  ceilings: Limits.partial(),
};

/** Body of `POST /tenants`. */
export const TenantCreate = z.strictObject({
  name: writable.name,
  slug: writable.slug,
  status: writable.status.default('active'),
  time_zone: writable.time_zone.default('UTC'),
  limits: writable.limits.optional(),
  ceilings: writable.ceilings.optional(),
});
export type TenantCreate = z.infer<typeof TenantCreate>;

/** Body of `PATCH /tenants/{id}`. */
export const TenantUpdate = z
  .strictObject(writable)
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'must change at least one field');
export type TenantUpdate = z.infer<typeof TenantUpdate>;

export const Tenant = z
  .object({
    id: Uuid,
    name: z.string(),
    slug: z.string(),
    status: TenantStatus,
    time_zone: z.string(),
    limits: z.object(Limits.shape),
    ceilings: z.object(Limits.shape),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Tenant' });
export type Tenant = z.infer<typeof Tenant>;

/** Handshakes that were refused, by the name of their close: `{"tenant_limit": 3}`. */
const RejectedBy = z.record(z.string(), z.int()).meta({
  description: 'Refused handshakes by the name of their close, as `tenant_limit`; absent names are none',
});
const DeliveryMs = z.object({ p50: z.number().nullable(), p99: z.number().nullable() });

/** Answer of `GET /tenants/{id}/usage`; counts since the start of today in UTC, latency of the last 5 minutes. */
export const TenantUsage = z
  .object({
    connections: z.int(),
    max_connections: z.int(),
    default_max_connections: z
      .int()
      .meta({ description: 'What the installation gives a tenant without a limit of its own' }),
    peak_connections: z.int(),
    rejected: z.int(),
    rejected_by: RejectedBy,
    messages_sent: z.int(),
    delivery_ms: DeliveryMs,
  })
  .meta({ id: 'TenantUsage' });
export type TenantUsage = z.infer<typeof TenantUsage>;

/** History that is kept of a tenant's usage: a day. */
export const MAX_HISTORY_MINUTES = 1_440;

/** One minute of a tenant's usage, over all instances. */
export const UsageMinute = z.object({
  minute: Timestamp.meta({ description: 'Its start' }),
  peak_connections: z.int(),
  rejected: z.int(),
  rejected_by: RejectedBy,
  messages_sent: z.int(),
  delivery_ms: DeliveryMs,
});
export type UsageMinute = z.infer<typeof UsageMinute>;

/** Answer of `GET /tenants/{id}/usage/history`: every minute, those without traffic too. */
export const UsageHistory = z.object({ data: z.array(UsageMinute) }).meta({ id: 'UsageHistory' });
export type UsageHistory = z.infer<typeof UsageHistory>;

/** Minutes that `GET /usage` looks back at most: it answers them for a page of tenants at once. */
export const MAX_OVERVIEW_MINUTES = 60;

/** A row of `GET /usage`: one tenant among all of them. Counts are of the minutes that were asked for. */
export const UsageRow = z
  .object({
    tenant_id: Uuid,
    name: z.string(),
    slug: z.string(),
    status: TenantStatus,
    connections: z.int(),
    max_connections: z.int(),
    peak_connections: z.int(),
    rejected: z.int(),
    messages_sent: z.int(),
    messages_per_minute: z.array(z.int()).meta({ description: 'Oldest first; the last minute still runs' }),
  })
  .meta({ id: 'UsageRow' });
export type UsageRow = z.infer<typeof UsageRow>;
