import type { Topic } from './topic.js';
import { pick, type View, type ViewedObject, viewObject } from './views.js';

/**
 * Everything about an event type besides the schema of its data (`EVENT_DATA`, which the compiler compares with this
 * table). Topic and views follow from the entry. The names that `wardbell.emit()` refuses and the SDK's live lists are
 * compared with it by tests.
 */
export interface EventTypeDefinition {
  /** Topic of the stream on which it is sent. */
  readonly topic: Topic;
  /** Its data: an object in the receiver's view, or the fields for users of a tenant and for super admins. */
  readonly shows: ViewedObject | { readonly tenant: readonly string[]; readonly super: readonly string[] };
  /** Its effect on a live list of these objects. */
  readonly list?: { readonly of: ViewedObject; readonly change: 'put' | 'delete' };
}

const PATIENT_ROW = { topic: 'patients', shows: 'patient', list: { of: 'patient', change: 'put' } } as const;
const APPOINTMENT_ROW = {
  topic: 'appointments',
  shows: 'appointment',
  list: { of: 'appointment', change: 'put' },
} as const;

/** Types of events in the log that the server writes. */
export const EVENT_TYPES = {
  patient_created: PATIENT_ROW,
  patient_updated: PATIENT_ROW,
  patient_deleted: {
    topic: 'patients',
    shows: {
      tenant: ['patient_id', 'merged_into', 'purged'],
      super: ['patient_id', 'tenant_id', 'version', 'merged_into'],
    },
    list: { of: 'patient', change: 'delete' },
  },
  appointment_created: APPOINTMENT_ROW,
  appointment_updated: APPOINTMENT_ROW,
  appointment_cancelled: APPOINTMENT_ROW,
  appointment_deleted: {
    topic: 'appointments',
    shows: { tenant: ['appointment_id'], super: ['appointment_id', 'tenant_id', 'version'] },
    list: { of: 'appointment', change: 'delete' },
  },
  clinic_setup_changed: {
    topic: 'appointments',
    shows: { tenant: ['kind', 'id'], super: [] },
  },
  user_changed: {
    topic: 'notifications',
    shows: { tenant: ['user_id'], super: [] },
  },
  gateway_status_change: {
    topic: 'gateways',
    shows: {
      tenant: ['gateway_id', 'gateway_type', 'previous_status', 'current_status', 'metadata'],
      super: ['gateway_id', 'tenant_id'],
    },
  },
  system_notification: {
    topic: 'notifications',
    shows: {
      tenant: [
        'id',
        'message',
        'level',
        'title',
        'link',
        'requires_ack',
        'step',
        'expires_at',
        'test',
        'break_glass_id',
        'approval_id',
      ],
      super: ['level'],
    },
  },
  inbox_changed: {
    topic: 'notifications',
    shows: { tenant: ['id', 'unread', 'unseen', 'changed'], super: [] },
  },
  notification_progress: {
    topic: 'notifications',
    shows: {
      tenant: ['id', 'state', 'step', 'recipients', 'delivered', 'seen', 'acknowledged'],
      super: [],
    },
  },
  notification_state: {
    topic: 'notifications',
    shows: { tenant: ['id', 'state', 'step'], super: [] },
  },
} as const satisfies Record<string, EventTypeDefinition>;
export type EventType = keyof typeof EVENT_TYPES;

/**
 * Types of events with a topic that are not stored in the log. `gateway_status_change` of an instance, the database or
 * Redis is another one, on topic `system`.
 */
export const LIVE_TYPES = {
  user_status: 'presence',
  object_presence: 'presence',
  system_health: 'system',
  system_log: 'system',
} as const satisfies Record<string, Topic>;

/** Types of frames that are not events. */
const FRAME_TYPES = [
  'connected',
  'resumed',
  'positions',
  'position',
  'stale',
  'resync_required',
  'token_expiring',
  'refreshed',
  'server_restarting',
  'closed',
  'error',
  'ping',
  'pong',
  'refresh',
  'subscribe',
  'resume',
  'working_on',
] as const;

/** Types that the server sends. Applications cannot publish events of these types. */
export const RESERVED_TYPES: ReadonlySet<string> = new Set([
  ...Object.keys(EVENT_TYPES),
  ...Object.keys(LIVE_TYPES),
  ...FRAME_TYPES,
]);

const DEFINITIONS: ReadonlyMap<string, EventTypeDefinition> = new Map(Object.entries(EVENT_TYPES));
const LIVE_TOPICS: ReadonlyMap<string, Topic> = new Map(Object.entries(LIVE_TYPES));

/** Types whose events can be about a restricted patient. */
export const RESTRICTABLE_TYPES: ReadonlySet<string> = new Set(
  Object.entries(EVENT_TYPES).flatMap(([type, { shows }]) => (typeof shows === 'string' ? [type] : [])),
);

/** Topic of an event type. Application-defined types belong to `events`. */
export const topicOf = (type: string): Topic =>
  DEFINITIONS.get(type)?.topic ?? LIVE_TOPICS.get(type) ?? 'events';

/** Reduces the data of an event to a view. */
export const viewEventData = (
  type: string,
  data: Readonly<Record<string, unknown>>,
  view: View,
): Readonly<Record<string, unknown>> => {
  const shows = DEFINITIONS.get(type)?.shows;
  if (shows === undefined) return view === 'super' ? {} : data;
  if (typeof shows === 'string') return viewObject(shows, data, view);
  return pick(data, view === 'super' ? shows.super : shows.tenant);
};
