import { z } from 'zod';
import { line, Timestamp, Uuid, Version } from './text.js';

/** Default limit of client messages per connection and minute. */
export const DEFAULT_MESSAGES_PER_MINUTE = 120;

/** Limits of a tenant. `null` means the default of the installation. */
export const Limits = z.strictObject({
  max_connections: z
    .int()
    .min(0)
    .max(1_000_000)
    .nullable()
    .meta({ description: 'Open sockets of the tenant, over all instances' }),
  max_connections_per_user: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .meta({ description: 'Open sockets of one user, over all instances' }),
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

/** Body of `PUT /tenants/{id}/limits`. Absent limits are not changed. */
export const LimitsChange = Limits.partial().extend({
  enforce: z
    .boolean()
    .default(false)
    .meta({ description: 'Close the newest sockets above the new limits (4429)' }),
});
export type LimitsChange = z.infer<typeof LimitsChange>;

/**
 * Response of `PUT /tenants/{id}/limits`: the limits and their effect on open sockets. A change applies to new
 * connections at once. Open sockets above a limit are closed only with `enforce`; without it their number can only
 * fall.
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

/** Refuses offsets, because PostgreSQL reads "+05:00" as POSIX does, with the opposite sign. */
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
    bounds: z
      .object({
        max_connections: z.int(),
        max_connections_per_user: z.int(),
        max_messages_per_minute: z.int(),
      })
      .meta({
        description:
          'How far a tenant admin may set each limit: the ceiling; without one, what a super admin has set last, or the ' +
          'default of the installation where that is more',
      }),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Tenant' });
export type Tenant = z.infer<typeof Tenant>;

/** Refused handshakes by name of the close reason: `{"tenant_limit": 3}`. */
const RejectedBy = z.record(z.string(), z.int()).meta({
  description: 'Refused handshakes by name of the close reason, such as `tenant_limit`; absent names count 0',
});
const DeliveryMs = z.object({ p50: z.number().nullable(), p99: z.number().nullable() });

/** Response of `GET /tenants/{id}/usage`: counts since the start of the day in UTC, latency of the last 5 minutes. */
export const TenantUsage = z
  .object({
    connections: z.int(),
    max_connections: z.int(),
    default_max_connections: z
      .int()
      .meta({ description: 'Default of the installation for tenants without their own limit' }),
    default_max_connections_per_user: z.int().meta({ description: 'The same for each user' }),
    peak_connections: z.int(),
    rejected: z.int(),
    rejected_by: RejectedBy,
    messages_sent: z.int(),
    delivery_ms: DeliveryMs,
  })
  .meta({ id: 'TenantUsage' });
export type TenantUsage = z.infer<typeof TenantUsage>;

/** Length of the usage history: one day. */
export const MAX_HISTORY_MINUTES = 1_440;

/** One minute of a tenant's usage, over all instances. */
export const UsageMinute = z.object({
  minute: Timestamp.meta({ description: 'Start of the minute' }),
  peak_connections: z.int(),
  rejected: z.int(),
  rejected_by: RejectedBy,
  messages_sent: z.int(),
  delivery_ms: DeliveryMs,
});
export type UsageMinute = z.infer<typeof UsageMinute>;

/** Response of `GET /tenants/{id}/usage/history`: all minutes, including those without traffic. */
export const UsageHistory = z.object({ data: z.array(UsageMinute) }).meta({ id: 'UsageHistory' });
export type UsageHistory = z.infer<typeof UsageHistory>;

/** Maximum minutes of `GET /usage`, which returns them for a page of tenants. */
export const MAX_OVERVIEW_MINUTES = 60;

/** A row of `GET /usage`: the usage of one tenant in the requested minutes. */
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
    messages_per_minute: z
      .array(z.int())
      .meta({ description: 'Oldest first; the last minute is the current one' }),
  })
  .meta({ id: 'UsageRow' });
export type UsageRow = z.infer<typeof UsageRow>;
