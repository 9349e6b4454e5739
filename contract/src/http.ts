import { z } from 'zod';
import {
  Appointment,
  AppointmentCreate,
  AppointmentStatus,
  AppointmentStatusChange,
  AppointmentUpdate,
} from './appointment.js';
import { EventFrame, EventTypeName, NotificationCreate } from './event.js';
import { Patient, PatientCreate, PatientUpdate } from './patient.js';
import { ADMINS, CARE_TEAM, EVERYONE, type Role, Role as RoleSchema } from './roles.js';
import {
  Limits,
  LimitsChange,
  LimitsOutcome,
  MAX_HISTORY_MINUTES,
  Tenant,
  TenantCreate,
  TenantUpdate,
  TenantUsage,
  UsageHistory,
} from './tenant.js';
import { Seq, Timestamp, Uuid } from './text.js';
import { Login, TokenAnswer, User, UserCreate, UserStatus, UserUpdate } from './user.js';
import type { ViewedObject } from './views.js';

/**
 * Every route of the API, once: the server mounts its controllers from this table, guards and validates by
 * it, and OpenAPI is made from it, so the three cannot drift apart.
 */

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Endpoint {
  readonly method: HttpMethod;
  /** Below `/api/v1`, with `:id` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Roles that may call it, or `public` for those who carry no access token. */
  readonly access: readonly Role[] | 'public';
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Status of success and the schema of its body (none: empty). */
  readonly status: number;
  readonly answer?: z.ZodType;
  /** Answers with `ETag`; `PATCH` and `DELETE` then take `If-Match`. */
  readonly versioned?: boolean;
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** The object whose fields the body carries, so that `FORBIDDEN_WRITES` applies (403 before all else). */
  readonly writes?: ViewedObject;
  /** Stable codes of `application/problem+json` that this route adds to the common ones. */
  readonly problems?: readonly string[];
}

const endpoint = <const E extends Endpoint>(definition: E): E => definition;

/** Rows in one page of a list. */
export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

const Page = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  after: z.string().max(4_000).optional().meta({ description: '`next` of the page before' }),
};

const page = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row), next: z.string().nullable() });

/** A page with the position of its own snapshot: connect with `since=<seq>&epoch=<epoch>`. */
const livePage = <T extends z.ZodType>(row: T) => page(row).extend({ seq: Seq, epoch: Uuid });

/** A date, or an instant with offset (a `+` that a URL turned into a blank is forgiven). */
const DateOrTime = z
  .string()
  .transform((value) => value.replace(' ', '+'))
  .pipe(z.union([z.iso.date(), Timestamp]))
  .meta({ description: 'RFC 3339 instant, or a date: its start in the time zone of the clinic' });

export const PatientQuery = z.object({
  ...Page,
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ description: 'Words that first name, last name, MRN or phone must contain' }),
});
export const AppointmentQuery = z.object({
  ...Page,
  from: DateOrTime.optional().meta({ description: 'Inclusive' }),
  to: DateOrTime.optional().meta({ description: 'Exclusive' }),
  patient_id: Uuid.optional(),
  status: AppointmentStatus.optional(),
});
export const UserQuery = z.object({
  ...Page,
  tenant_id: Uuid.optional(),
  role: RoleSchema.optional(),
  status: UserStatus.optional(),
});
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
export const EventQuery = z.object({
  since: z.coerce
    .number()
    .pipe(Seq)
    .optional()
    .meta({ description: 'Exclusive; the oldest event that is kept, unless said' }),
  type: EventTypeName.optional(),
  limit: Page.limit,
});
export const AuditQuery = z.object({
  ...Page,
  tenant_id: Uuid.optional(),
  actor_id: z.string().max(200).optional(),
  patient_id: Uuid.optional(),
  action: z.string().max(100).optional(),
  from: DateOrTime.optional(),
  to: DateOrTime.optional(),
});

/** A live socket as the registry knows it. */
export const ConnectionRow = z
  .object({
    id: Uuid,
    tenant_id: Uuid.nullable(),
    user_id: z.string(),
    role: RoleSchema,
    instance_id: Uuid,
    address: z.string().nullable(),
    client: z.string().nullable(),
    topics: z.array(z.string()),
    connected_at: Timestamp,
    position: Seq.nullable().meta({
      description:
        'Events up to this number were given to it, seen in the last seconds; null for super admins',
    }),
    lag: z.int().nullable().meta({ description: 'Events of the tenant after its position; 0: it is live' }),
    pending_bytes: z.int().meta({ description: 'Bytes that wait in the server because it does not read' }),
  })
  .meta({ id: 'Connection' });

/** A row of the audit log. `changed` names fields, never their values. */
export const AuditRow = z
  .object({
    id: Uuid,
    tenant_id: Uuid.nullable(),
    seq: z.int(),
    at: Timestamp,
    actor_id: z.string().nullable(),
    actor_role: z.string().nullable(),
    action: z.string(),
    object_type: z.string().nullable(),
    object_id: z.string().nullable(),
    patient_id: Uuid.nullable(),
    address: z.string().nullable(),
    changed: z.array(z.string()),
  })
  .meta({ id: 'AuditRow' });

export const AuditVerification = z.object({
  ok: z.boolean(),
  checked: z.int(),
  first_bad: z.int().nullable(),
});

export const api = {
  auth: {
    login: endpoint({
      method: 'POST',
      path: '/auth/login',
      tag: 'auth',
      summary: 'Sign in; sets the refresh cookie',
      access: 'public',
      body: Login,
      status: 200,
      answer: TokenAnswer,
      problems: ['invalid_credentials', 'too_many_attempts'],
    }),
    refresh: endpoint({
      method: 'POST',
      path: '/auth/refresh',
      tag: 'auth',
      summary: 'New access token for the refresh cookie, which is rotated',
      access: 'public',
      status: 200,
      answer: TokenAnswer,
      problems: ['invalid_refresh_token'],
    }),
    logout: endpoint({
      method: 'POST',
      path: '/auth/logout',
      tag: 'auth',
      summary: 'End this session everywhere',
      access: 'public',
      status: 204,
    }),
    me: endpoint({
      method: 'GET',
      path: '/auth/me',
      tag: 'auth',
      summary: 'Who the token speaks for',
      access: EVERYONE,
      status: 200,
      answer: z.object({
        id: z.string(),
        tenant_id: Uuid.nullable(),
        role: RoleSchema,
        email: z.string().nullable(),
        name: z.string().nullable(),
        tenant: z.object({ id: Uuid, name: z.string(), slug: z.string(), time_zone: z.string() }).nullable(),
      }),
    }),
  },
  patients: {
    list: endpoint({
      method: 'GET',
      path: '/patients',
      tag: 'patients',
      summary: 'Patients by name, with the stream position of this snapshot',
      access: CARE_TEAM,
      query: PatientQuery,
      status: 200,
      answer: livePage(Patient),
    }),
    get: endpoint({
      method: 'GET',
      path: '/patients/:id',
      tag: 'patients',
      summary: 'One patient',
      access: CARE_TEAM,
      status: 200,
      answer: Patient,
      versioned: true,
    }),
    create: endpoint({
      method: 'POST',
      path: '/patients',
      tag: 'patients',
      summary: 'Register a patient',
      access: CARE_TEAM,
      body: PatientCreate,
      writes: 'patient',
      status: 201,
      answer: Patient,
      versioned: true,
      idempotent: true,
      problems: ['mrn_taken', 'field_not_allowed'],
    }),
    update: endpoint({
      method: 'PATCH',
      path: '/patients/:id',
      tag: 'patients',
      summary: 'Change a patient',
      access: CARE_TEAM,
      body: PatientUpdate,
      writes: 'patient',
      status: 200,
      answer: Patient,
      versioned: true,
      problems: ['mrn_taken', 'field_not_allowed'],
    }),
    remove: endpoint({
      method: 'DELETE',
      path: '/patients/:id',
      tag: 'patients',
      summary: 'Delete a patient who has no appointments',
      access: CARE_TEAM,
      status: 204,
      versioned: true,
      problems: ['patient_has_appointments'],
    }),
  },
  appointments: {
    list: endpoint({
      method: 'GET',
      path: '/appointments',
      tag: 'appointments',
      summary: 'Appointments by time, with the stream position of this snapshot',
      access: CARE_TEAM,
      query: AppointmentQuery,
      status: 200,
      answer: livePage(Appointment),
    }),
    get: endpoint({
      method: 'GET',
      path: '/appointments/:id',
      tag: 'appointments',
      summary: 'One appointment',
      access: CARE_TEAM,
      status: 200,
      answer: Appointment,
      versioned: true,
    }),
    create: endpoint({
      method: 'POST',
      path: '/appointments',
      tag: 'appointments',
      summary: 'Book an appointment',
      access: CARE_TEAM,
      body: AppointmentCreate,
      writes: 'appointment',
      status: 201,
      answer: Appointment,
      versioned: true,
      idempotent: true,
      problems: ['unknown_patient', 'field_not_allowed'],
    }),
    update: endpoint({
      method: 'PATCH',
      path: '/appointments/:id',
      tag: 'appointments',
      summary: 'Change or move an appointment',
      access: CARE_TEAM,
      body: AppointmentUpdate,
      writes: 'appointment',
      status: 200,
      answer: Appointment,
      versioned: true,
      problems: ['invalid_transition', 'field_not_allowed'],
    }),
    setStatus: endpoint({
      method: 'POST',
      path: '/appointments/:id/status',
      tag: 'appointments',
      summary: 'Move an appointment to its next status',
      access: CARE_TEAM,
      body: AppointmentStatusChange,
      status: 200,
      answer: Appointment,
      versioned: true,
      idempotent: true,
      problems: ['invalid_transition'],
    }),
    remove: endpoint({
      method: 'DELETE',
      path: '/appointments/:id',
      tag: 'appointments',
      summary: 'Delete an appointment',
      access: CARE_TEAM,
      status: 204,
      versioned: true,
    }),
  },
  events: {
    list: endpoint({
      method: 'GET',
      path: '/events',
      tag: 'events',
      summary: "The tenant's log of events, oldest first",
      access: ['tenant_admin'],
      query: EventQuery,
      status: 200,
      answer: page(EventFrame),
      problems: ['events_expired'],
    }),
  },
  notifications: {
    create: endpoint({
      method: 'POST',
      path: '/notifications',
      tag: 'notifications',
      summary: 'Send a system_notification to the tenant (super admin: to one or all)',
      access: ADMINS,
      body: NotificationCreate,
      status: 202,
      answer: z.object({ tenants: z.int() }),
      idempotent: true,
    }),
  },
  users: {
    list: endpoint({
      method: 'GET',
      path: '/users',
      tag: 'users',
      summary: 'Users by e-mail address',
      access: ADMINS,
      query: UserQuery,
      status: 200,
      answer: page(User),
    }),
    get: endpoint({
      method: 'GET',
      path: '/users/:id',
      tag: 'users',
      summary: 'One user',
      access: ADMINS,
      status: 200,
      answer: User,
      versioned: true,
    }),
    create: endpoint({
      method: 'POST',
      path: '/users',
      tag: 'users',
      summary: 'Add a user',
      access: ADMINS,
      body: UserCreate,
      status: 201,
      answer: User,
      versioned: true,
      idempotent: true,
      problems: ['email_taken', 'unknown_tenant', 'role_not_allowed'],
    }),
    update: endpoint({
      method: 'PATCH',
      path: '/users/:id',
      tag: 'users',
      summary: 'Change a user; a new role, status or password ends their sessions',
      access: ADMINS,
      body: UserUpdate,
      status: 200,
      answer: User,
      versioned: true,
      problems: ['email_taken', 'role_not_allowed', 'own_account'],
    }),
    remove: endpoint({
      method: 'DELETE',
      path: '/users/:id',
      tag: 'users',
      summary: 'Delete a user and end their sessions',
      access: ADMINS,
      status: 204,
      versioned: true,
      problems: ['own_account'],
    }),
  },
  tenants: {
    list: endpoint({
      method: 'GET',
      path: '/tenants',
      tag: 'tenants',
      summary: 'Tenants by name (a tenant admin: its own)',
      access: ADMINS,
      query: PageQuery,
      status: 200,
      answer: page(Tenant),
    }),
    get: endpoint({
      method: 'GET',
      path: '/tenants/:id',
      tag: 'tenants',
      summary: 'One tenant',
      access: ADMINS,
      status: 200,
      answer: Tenant,
      versioned: true,
    }),
    create: endpoint({
      method: 'POST',
      path: '/tenants',
      tag: 'tenants',
      summary: 'Add a tenant',
      access: ['super_admin'],
      body: TenantCreate,
      status: 201,
      answer: Tenant,
      versioned: true,
      idempotent: true,
      problems: ['slug_taken', 'limit_above_ceiling'],
    }),
    update: endpoint({
      method: 'PATCH',
      path: '/tenants/:id',
      tag: 'tenants',
      summary: 'Change, suspend or reactivate a tenant',
      access: ['super_admin'],
      body: TenantUpdate,
      status: 200,
      answer: Tenant,
      versioned: true,
      problems: ['slug_taken', 'limit_above_ceiling'],
    }),
    remove: endpoint({
      method: 'DELETE',
      path: '/tenants/:id',
      tag: 'tenants',
      summary: 'Delete a tenant with all it has; suspend it first if it has patients',
      access: ['super_admin'],
      status: 204,
      versioned: true,
      problems: ['tenant_not_empty'],
    }),
    limits: endpoint({
      method: 'GET',
      path: '/tenants/:id/limits',
      tag: 'tenants',
      summary: "A tenant's limits",
      access: ADMINS,
      status: 200,
      answer: z.object(Limits.shape),
    }),
    setLimits: endpoint({
      method: 'PUT',
      path: '/tenants/:id/limits',
      tag: 'tenants',
      summary: 'Set the limits, a tenant admin up to the ceilings; says what happens to open sockets',
      access: ADMINS,
      body: LimitsChange,
      status: 200,
      answer: LimitsOutcome,
      problems: ['limit_above_ceiling'],
    }),
    usage: endpoint({
      method: 'GET',
      path: '/tenants/:id/usage',
      tag: 'tenants',
      summary: 'Connections, messages and delivery latency',
      access: ADMINS,
      status: 200,
      answer: TenantUsage,
    }),
    usageHistory: endpoint({
      method: 'GET',
      path: '/tenants/:id/usage/history',
      tag: 'tenants',
      summary: 'The same minute by minute, up to a day back, oldest first; the last minute is still running',
      access: ADMINS,
      query: UsageHistoryQuery,
      status: 200,
      answer: UsageHistory,
    }),
  },
  connections: {
    list: endpoint({
      method: 'GET',
      path: '/connections',
      tag: 'connections',
      summary: 'Open sockets on all instances',
      access: ADMINS,
      query: TenantScopedQuery,
      status: 200,
      answer: page(ConnectionRow),
    }),
    get: endpoint({
      method: 'GET',
      path: '/connections/:id',
      tag: 'connections',
      summary: 'One open socket',
      access: ADMINS,
      status: 200,
      answer: ConnectionRow,
    }),
    close: endpoint({
      method: 'DELETE',
      path: '/connections/:id',
      tag: 'connections',
      summary: 'Close a socket, on whichever instance (4409)',
      access: ADMINS,
      status: 204,
    }),
  },
  audit: {
    list: endpoint({
      method: 'GET',
      path: '/audit',
      tag: 'audit',
      summary: 'Who changed what, newest first',
      access: ADMINS,
      query: AuditQuery,
      status: 200,
      answer: page(AuditRow),
    }),
    verify: endpoint({
      method: 'GET',
      path: '/audit/verify',
      tag: 'audit',
      summary: 'Check the hash chain of the audit log',
      access: ADMINS,
      query: z.object({ tenant_id: Uuid.optional() }),
      status: 200,
      answer: AuditVerification,
    }),
  },
} as const;

/** All endpoints in one list. */
export const endpoints: readonly Endpoint[] = Object.values(api).flatMap((group) => Object.values(group));
