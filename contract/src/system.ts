import { z } from 'zod';
import { Timestamp, Uuid } from './text.js';

/**
 * The health checks of an instance: the database answers (`database`) and accepts writes (`writes`), events are
 * delivered (`pipeline`), the other instances are reachable (`bus`), and the identity provider answers
 * (`identity_provider`).
 */
export const CheckName = z.enum(['database', 'writes', 'pipeline', 'bus', 'identity_provider']);
export type CheckName = z.infer<typeof CheckName>;

export const HealthStatus = z.enum(['healthy', 'degraded', 'unhealthy']);
export type HealthStatus = z.infer<typeof HealthStatus>;

export const LogLevel = z.enum(['info', 'warn', 'error']);
export type LogLevel = z.infer<typeof LogLevel>;

/** A line of the log of an instance. */
export const SystemLogRow = z
  .object({
    id: z.int(),
    at: Timestamp.meta({ description: 'By the clock of the instance' }),
    level: LogLevel,
    message: z.string(),
    source: z.string().meta({ description: 'Id of the instance' }),
    dropped: z.int().nullable().meta({ description: 'Lines that were left out before this one' }),
  })
  .meta({ id: 'SystemLogLine' });
export type SystemLogRow = z.infer<typeof SystemLogRow>;

const SystemCheck = z.object({
  status: z.enum(['ok', 'degraded', 'failed']),
  since: Timestamp.meta({
    description: 'Time of the last change of the status, by the clock of the instance',
  }),
  reason: z.string().optional(),
});
export type SystemCheck = z.infer<typeof SystemCheck>;

/** The report of an instance, stored every few seconds and after each change. */
export const InstanceReport = z.object({
  version: z.string(),
  status: HealthStatus,
  since: Timestamp,
  draining: z.boolean(),
  bus: z.enum(['postgres', 'redis']),
  oldest_unannounced_ms: z
    .int()
    .meta({ description: 'Age of the oldest event that is known to be missing; 0: none' }),
  lagging: z.int().meta({ description: 'Sessions that are catching up' }),
  checks: z.record(CheckName, SystemCheck),
});
export type InstanceReport = z.infer<typeof InstanceReport>;

export const SystemInstance = z
  .object({
    id: Uuid,
    host: z.string(),
    started_at: Timestamp,
    heartbeat_at: Timestamp,
    alive: z.boolean().meta({
      description:
        'False without a heartbeat for 20 s: its connections no longer count. Forgotten after 60 s',
    }),
    answering: z.boolean().meta({ description: 'True for the instance that sent this response' }),
    connections: z.int(),
    report: InstanceReport.nullable().meta({ description: 'null until its first report' }),
  })
  .meta({ id: 'SystemInstance' });
export type SystemInstance = z.infer<typeof SystemInstance>;

/** Response of `GET /system`. */
export const SystemState = z
  .object({
    at: Timestamp.meta({ description: 'Time of this state, by the clock of the database' }),
    instances: z.array(SystemInstance),
    database: z.object({
      version: z.string(),
      started_at: Timestamp,
      size_bytes: z.int().meta({ description: 'Up to a minute old' }),
      disk_free_bytes: z
        .int()
        .nullable()
        .optional()
        .meta({ description: 'Up to a minute old; null unless the database is the embedded one' }),
      backup_at: Timestamp.nullable()
        .optional()
        .meta({ description: 'When `wardbell.note_backup()` was called last; null: never' }),
      connections: z.int(),
      max_connections: z.int(),
      answer_ms: z.number().meta({ description: 'Duration of the query for this state' }),
    }),
  })
  .meta({ id: 'SystemState' });
export type SystemState = z.infer<typeof SystemState>;

/** Hours that the history reaches back. */
export const MAX_SYSTEM_HOURS = 168;

export const SystemHistoryQuery = z.object({
  hours: z.coerce.number().int().min(1).max(MAX_SYSTEM_HOURS).default(24),
});

/** Response of `GET /system/history`, the oldest point first; a point in which no instance ran has no figures. */
export const SystemHistory = z
  .object({
    minutes: z.int().meta({ description: 'Length of a point' }),
    data: z.array(
      z.object({
        at: Timestamp.meta({ description: 'Beginning of the point' }),
        connections: z.int().nullable().meta({ description: 'Most at once' }),
        messages_per_s: z.number().nullable().meta({ description: 'Given to sockets, on the average' }),
        behind_ms: z.int().nullable().meta({ description: 'Greatest age of an event known to be missing' }),
        lagging: z.int().nullable().meta({ description: 'Most sessions at once that were catching up' }),
      }),
    ),
  })
  .meta({ id: 'SystemHistory' });
export type SystemHistory = z.infer<typeof SystemHistory>;
