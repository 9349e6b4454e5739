import { z } from 'zod';
import { Appointment } from './appointment.js';
import { NotificationLevel } from './audience.js';
import { ClinicSetupChanged } from './clinic-setup.js';
import type { EventType } from './event-types.js';
import { GatewayStatusChange } from './gateway.js';
import { InboxChanged, NoticeProgressCounts, NoticeStateChanged } from './notice.js';
import { Patient } from './patient.js';
import { Purged, Seq, Timestamp, Uuid } from './text.js';

/** Data of each event type in the log. `Patient` and `Appointment` are reduced to the view of the receiver's role. */
export const EVENT_DATA = {
  patient_created: Patient,
  patient_updated: Patient,
  patient_deleted: z.object({
    patient_id: Uuid,
    merged_into: Uuid.optional().meta({
      description: 'It was merged into this patient, which got its appointments',
    }),
    purged: Purged,
  }),
  appointment_created: Appointment,
  appointment_updated: Appointment,
  appointment_cancelled: Appointment,
  appointment_deleted: z.object({ appointment_id: Uuid }),
  clinic_setup_changed: ClinicSetupChanged,
  user_changed: z.object({ user_id: Uuid }).meta({
    description: 'An account was added, changed or deleted: read it again. Sent to tenant admins alone',
  }),
  gateway_status_change: GatewayStatusChange,
  system_notification: z.object({
    id: Uuid.meta({ description: 'Of the notice, the same in all its steps and repeats' }),
    message: z.string(),
    level: NotificationLevel,
    title: z.string().optional(),
    link: z.string().optional(),
    requires_ack: z.boolean(),
    step: z.int().min(0).meta({ description: '0: to the audience of the notice; more: it was escalated' }),
    expires_at: Timestamp.optional(),
    test: z.literal(true).optional().meta({ description: 'A drill' }),
    break_glass_id: Uuid.optional().meta({ description: 'The emergency access that needs a review' }),
    approval_id: Uuid.optional().meta({ description: 'The change that a tenant admin approves or rejects' }),
  }),
  inbox_changed: InboxChanged,
  notification_progress: NoticeProgressCounts,
  notification_state: NoticeStateChanged,
} as const satisfies Record<EventType, z.ZodType>;
export type EventData = { [Type in EventType]: z.infer<(typeof EVENT_DATA)[Type]> };

/** Name of an event type, built-in or application-defined. */
export const EventTypeName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/, 'must be a name');

/** An event of a tenant's log in a frame. */
export const EventFrame = z
  .object({
    type: EventTypeName,
    id: Uuid,
    seq: Seq,
    tenant_id: Uuid,
    timestamp: Timestamp.meta({
      description: 'When it was written to the log, by the clock of the database',
    }),
    actor_id: z.string().optional().meta({
      description:
        "`sub` of whoever made the change; absent for what no person did through the API, and in a super admin's stream",
    }),
    data: z.record(z.string(), z.unknown()),
    cloud_event: z.looseObject({ id: z.string(), source: z.string() }).optional().meta({
      description:
        'Context attributes of the CloudEvent that it was published as: `id`, `source`, `subject`, `time` and extensions',
    }),
  })
  .meta({ id: 'EventFrame' });

/** An event as the log is read over HTTP. */
export const LoggedEvent = EventFrame.extend({
  actor_role: z.literal('super_admin').optional().meta({
    description: 'Present when a super admin made the change; super admins are no users of the tenant',
  }),
}).meta({ id: 'LoggedEvent' });

interface Envelope<Type extends string, Data> {
  type: Type;
  id: string;
  seq: number;
  tenant_id: string;
  timestamp: string;
  /** `sub` of the user who made the change; absent for changes that were not made through the API. */
  actor_id?: string;
  data: Data;
  /** Context attributes of the CloudEvent that it was published as. */
  cloud_event?: { id: string; source: string; [attribute: string]: unknown };
}
/** The union of all built-in events, which `switch (event.type)` narrows. */
export type WardbellEvent = { [Type in EventType]: Envelope<Type, EventData[Type]> }[EventType];
/** An event of an application-defined type. */
export type ApplicationEvent = Envelope<string & {}, Record<string, unknown>>;
