import { z } from 'zod';
import { EventTypeName } from './event.js';
import { GatewayStatusChange } from './gateway.js';
import { MAX_WORKING_ON, ObjectPresence, WorkingOn } from './object-presence.js';
import { LogLevel } from './system.js';
import { Seq, Timestamp, Uuid } from './text.js';
import { Topic } from './topic.js';

/** Maximum size of a client frame in bytes. A larger one is a protocol error (1009). */
export const MAX_CLIENT_FRAME_BYTES = 64 * 1024;
/** Maximum number of tenants in one `positions` frame. */
export const MAX_POSITIONS = 1_000;
/** Time in which a connection with `resume=inband` must send its `resume`. */
export const RESUME_TIMEOUT_MS = 10_000;
/** `token_expiring` is sent this long before the token expires. */
export const TOKEN_EXPIRING_MS = 60_000;
/** The first subprotocol that a browser offers. The second one carries the token: `bearer.<jwt>`. */
export const SUBPROTOCOL = 'wardbell.v1';

const TenantScoped = { tenant_id: Uuid.optional() };

/** Frames from the server that are not events, by type: the schema of their `data`. */
export const CONTROL_DATA = {
  connected: z.object({
    connection_id: Uuid,
    tenant_id: Uuid.nullable(),
    seq: Seq.nullable(),
    epoch: Uuid,
    heartbeat_interval: z.number(),
    expires_at: Timestamp,
  }),
  resumed: z.object({ from: Seq, to: Seq, count: z.int(), ...TenantScoped }),
  /** `seq` is null for a super admin when no stream has advanced since the last `position`. */
  position: z.object({ seq: Seq.nullable(), count: z.int().nonnegative(), ...TenantScoped }),
  stale: z.object({ since: Timestamp }),
  positions: z.object({ seq: z.record(Uuid, Seq), more: z.boolean() }),
  resync_required: z.object({
    reason: z.enum(['retention', 'epoch', 'ahead']),
    seq: Seq,
    epoch: Uuid,
    ...TenantScoped,
  }),
  token_expiring: z.object({ expires_at: Timestamp }),
  refreshed: z.object({ expires_at: Timestamp }),
  server_restarting: z.object({ reconnect_after_ms: z.int() }),
  error: z.object({ code: z.string(), message: z.string() }),
  user_status: z.object({ user_id: z.string(), status: z.enum(['online', 'offline']) }),
  object_presence: ObjectPresence,
  system_health: z.object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    checks: z.record(z.string(), z.unknown()),
  }),
  gateway_status_change: GatewayStatusChange.extend({
    gateway_type: z.enum(['instance', 'database', 'redis']),
  }),
  system_log: z.object({
    level: LogLevel,
    message: z.string(),
    source: z.string().meta({ description: 'Id of the instance' }),
    dropped: z.int().optional().meta({ description: 'Lines that were left out before this one' }),
  }),
} as const;
export type ControlType = keyof typeof CONTROL_DATA;
export type ControlFrame = {
  [Type in ControlType]: { type: Type; message?: string; data: z.infer<(typeof CONTROL_DATA)[Type]> };
}[ControlType];

/** Position of a super admin: the last sequence number of each tenant. */
export const TenantPositions = z.record(Uuid, Seq);

/** Messages that a client may send. The server answers any other message with an `error` frame. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping') }),
  /** A person has acted: keeps the login session from ending for idleness. */
  z.object({ type: z.literal('active') }),
  z.object({ type: z.literal('refresh'), token: z.string().min(1).max(16_384) }),
  z.object({
    type: z.literal('subscribe'),
    topics: z.array(Topic).max(10).optional(),
    types: z.array(EventTypeName).max(100).optional(),
    log_level: LogLevel.optional().meta({
      description: 'Of `system_log` frames, for super admins; `warn` until chosen',
    }),
  }),
  z.object({
    type: z.literal('resume'),
    epoch: z.string().max(100).optional(),
    since: z.union([Seq, TenantPositions]),
  }),
  /** What a person works on in a tab: all of it, replacing what that tab said before. */
  z.object({
    type: z.literal('working_on'),
    objects: z.array(WorkingOn).max(MAX_WORKING_ON),
    tab: z.string().max(36).optional().meta({
      description: 'Tells the tabs of a browser apart that share the connection',
    }),
  }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;
