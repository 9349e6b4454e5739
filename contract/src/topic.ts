import { z } from 'zod';
import type { StreamRole } from './scope.js';

/** Topics of a tenant's stream, `/ws/{topic}`. `gateways` is for admins, `system` for super admins. */
export const Topic = z.enum([
  'patients',
  'appointments',
  'notifications',
  'presence',
  'events',
  'gateways',
  'system',
]);
export type Topic = z.infer<typeof Topic>;

const TENANT_TOPICS: readonly Topic[] = ['patients', 'appointments', 'notifications', 'presence', 'events'];

/** The topics that a role may see; `/ws` subscribes to all of them. */
export const topicsOf = (role: StreamRole): readonly Topic[] =>
  role === 'super_admin' ? Topic.options : hasGateways(role) ? [...TENANT_TOPICS, 'gateways'] : TENANT_TOPICS;

const hasGateways = (role: StreamRole): boolean => role === 'tenant_admin' || role === 'ids';
