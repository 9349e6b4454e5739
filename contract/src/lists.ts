import { z } from 'zod';
import { AppointmentStatus } from './appointment.js';
import { EventTypeName } from './event.js';
import { DateOrTime, MAX_PAGE, Page } from './paging.js';
import { Role as RoleSchema } from './roles.js';
import { LogLevel } from './system.js';
import { MAX_HISTORY_MINUTES, MAX_OVERVIEW_MINUTES } from './tenant.js';
import { Seq, Timestamp, Uuid } from './text.js';
import { UserStatus } from './user.js';

/** Queries and pages of lists. */

/** A page of rows. `next` is the cursor of the next page, null on the last one. */
export const page = <T extends z.ZodType>(row: T) =>
  z.object({ data: z.array(row), next: z.string().nullable() });

/** A page with the stream position of its snapshot: connect with `since=<seq>&epoch=<epoch>`. */
export const livePage = <T extends z.ZodType>(row: T) => page(row).extend({ seq: Seq, epoch: Uuid });

/** The number of rows on all pages, when it was asked for. */
export const counted = { total: z.int().optional() };

/** Ids in one parameter, `ids=<id>,<id>`. */
const Ids = z
  .string()
  .max(MAX_PAGE * 40)
  .transform((value) => value.split(','))
  .pipe(z.array(Uuid).max(MAX_PAGE))
  .meta({
    description: `At most ${MAX_PAGE} ids, separated by commas; unknown ids are ignored`,
  });

/** Answers `total` as well, the exact number of rows on all pages. It costs more than a page, so ask for it once. */
const Total = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional()
  .meta({
    description: '`true`: the answer has `total`, the number of rows on all pages in the same snapshot',
  });

/** Orders of the list of patients. Each has an index. */
export const PATIENT_ORDERS = ['name', 'birth_date', 'updated'] as const;
export type PatientOrder = (typeof PATIENT_ORDERS)[number];

export const PatientQuery = z
  .object({
    ...Page,
    sort: z.enum(PATIENT_ORDERS).default('name').meta({
      description:
        '`birth_date`: those without one come last; `updated`: by last change, to the millisecond. Patients whose birth date or last change is hidden from the caller come last',
    }),
    order: z.enum(['asc', 'desc']).default('asc'),
    total: Total,
    search: z.string().trim().max(200).optional().meta({
      description:
        'Words that first name, last name, MRN or phone must contain, with or without accents and punctuation; of one or two letters: that they begin with; or a birth date. All of them, in any order',
    }),
    ids: Ids.optional(),
    archived: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional()
      .meta({ description: '`true`: archived patients, too. Those of `ids` are answered in any case' }),
    deleted: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional()
      .meta({ description: '`true`: only deleted patients that can be restored, for tenant admins' }),
  })
  .refine((query) => query.ids === undefined || (query.search === undefined && !query.deleted), {
    path: ['ids'],
    message: 'cannot be combined with search or deleted',
  })
  .refine(
    ({ ids, deleted, sort, order, total }) =>
      (ids === undefined && !deleted) || (sort === 'name' && order === 'asc' && !total),
    { path: ['sort'], message: 'sort, order and total cannot be combined with ids or deleted' },
  );
export const AppointmentQuery = z.object({
  ...Page,
  from: DateOrTime.optional().meta({ description: 'Inclusive' }),
  to: DateOrTime.optional().meta({ description: 'Exclusive' }),
  patient_id: Uuid.optional(),
  status: AppointmentStatus.optional(),
  untimed: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ description: '`true`: only appointments without a time' }),
});
export const UserQuery = z.object({
  ...Page,
  tenant_id: Uuid.optional(),
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ description: 'Words that name or e-mail address must contain' }),
  role: RoleSchema.optional(),
  status: UserStatus.optional(),
  total: Total,
});
/** `tenant_id` is for super admins. */
export const ExternalUserQuery = z.object({ ...Page, tenant_id: Uuid.optional() });
export const PageQuery = z.object(Page);
export const TenantScopedQuery = z.object({ ...Page, tenant_id: Uuid.optional() });
export const UsageHistoryQuery = z.object({
  minutes: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_HISTORY_MINUTES)
    .default(60)
    .meta({ description: 'How far back; 1440 is a day' }),
});
export const UsageQuery = z.object({
  ...Page,
  minutes: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_OVERVIEW_MINUTES)
    .default(30)
    .meta({ description: 'Number of minutes, including the current one' }),
});
export const EventQuery = z.object({
  since: z.coerce
    .number()
    .pipe(Seq)
    .optional()
    .meta({ description: 'Exclusive; defaults to the oldest event that is kept' }),
  before: z.coerce.number().pipe(Seq).optional().meta({
    description:
      'Exclusive. If given, the page is in reverse order: newest first, and `next` is the next `before`',
  }),
  type: EventTypeName.optional(),
  limit: Page.limit,
});
export const SystemLogQuery = z.object({
  ...Page,
  level: LogLevel.default('info').meta({ description: 'At least this severe' }),
  since: z
    .union([
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
      DateOrTime,
    ])
    .optional()
    .meta({ description: 'Lines after this `id`, or from this time on' }),
});

/** How a connection is carried; a long poll is a connection only while it waits. */
export const Transport = z.enum(['websocket', 'sse', 'long_poll']);
export type Transport = z.infer<typeof Transport>;

/** An open socket in the table of connections. */
export const ConnectionRow = z
  .object({
    id: Uuid,
    tenant_id: Uuid.nullable(),
    user_id: z.string(),
    role: RoleSchema,
    instance_id: Uuid,
    address: z.string().nullable(),
    client: z.string().nullable(),
    transport: Transport,
    topics: z.array(z.string()),
    connected_at: Timestamp,
    position: Seq.nullable().meta({
      description:
        'Events up to this number were given to it, seen in the last seconds; null for super admins',
    }),
    lag: z
      .int()
      .nullable()
      .meta({ description: 'Number of events of the tenant after its position; 0: live' }),
    pending_bytes: z.int().meta({ description: 'Unsent bytes, because the client does not read' }),
  })
  .meta({ id: 'Connection' });

/** Whether a user of the tenant has an open connection. */
export const PresenceRow = z
  .object({
    user_id: z.string(),
    status: z
      .enum(['online', 'offline'])
      .meta({ description: 'offline: 10 s after the last connection has gone; listed for a day' }),
    since: Timestamp.meta({ description: 'Time of the last change of the status' }),
    connections: z.int(),
  })
  .meta({ id: 'Presence' });
