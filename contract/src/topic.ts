import { z } from 'zod';
import type { Role } from './roles.js';

/** Channels of a tenant's stream, `/ws/{topic}`. `system` is for super admins. */
export const Topic = z.enum(['patients', 'appointments', 'notifications', 'presence', 'events', 'system']);
export type Topic = z.infer<typeof Topic>;

const TENANT_TOPICS: readonly Topic[] = ['patients', 'appointments', 'notifications', 'presence', 'events'];

/** The topics that a role may see; `/ws` subscribes to all of them. */
export const topicsOf = (role: Role): readonly Topic[] =>
  role === 'super_admin' ? Topic.options : TENANT_TOPICS;

const TOPIC_OF_TYPE: ReadonlyMap<string, Topic> = new Map([
  ['patient_created', 'patients'],
  ['patient_updated', 'patients'],
  ['patient_deleted', 'patients'],
  ['appointment_created', 'appointments'],
  ['appointment_updated', 'appointments'],
  ['appointment_cancelled', 'appointments'],
  ['appointment_deleted', 'appointments'],
  ['system_notification', 'notifications'],
  ['user_status', 'presence'],
  ['system_health', 'system'],
  ['gateway_status_change', 'system'],
  ['system_log', 'system'],
]);

/** Topic of an event type; what is not ours is application-defined and goes to `events`. */
export const topicOf = (type: string): Topic => TOPIC_OF_TYPE.get(type) ?? 'events';
