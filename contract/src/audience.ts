import { z } from 'zod';
import { Role } from './roles.js';

/** Recipients of an event; if absent, all users of the tenant. */
export const Audience = z.union([
  z.strictObject({ user_ids: z.array(z.string().min(1).max(200)).min(1).max(1_000) }),
  z.strictObject({ roles: z.array(Role).min(1).max(4) }),
]);
export type Audience = z.infer<typeof Audience>;

export const NotificationLevel = z.enum(['info', 'warning', 'error']);
export type NotificationLevel = z.infer<typeof NotificationLevel>;
