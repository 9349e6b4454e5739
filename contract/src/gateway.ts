import { z } from 'zod';
import { line, Timestamp } from './text.js';

/** Gateways of one tenant. */
export const MAX_GATEWAYS = 1_000;
/** `metadata` as JSON, in characters. */
export const MAX_GATEWAY_METADATA_LENGTH = 4_096;
/** Longest `expect_every_s`: a week. */
const MAX_EXPECT_EVERY_S = 7 * 86_400;

export const GatewayStatus = z.enum(['HEALTHY', 'DEGRADED', 'UNHEALTHY', 'UNKNOWN']);
export type GatewayStatus = z.infer<typeof GatewayStatus>;

/** Chosen by the tenant; part of the path. */
export const GatewayId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/, 'must be a name');

/** PostgreSQL stores neither U+0000 nor lone surrogates. */
const UNSTORABLE = /\\u(0000|d[89a-f][0-9a-f]{2})/i;

const isSmallJson = (value: object): boolean => {
  try {
    const text = JSON.stringify(value);
    return text.length <= MAX_GATEWAY_METADATA_LENGTH && !UNSTORABLE.test(text);
  } catch {
    return false; // nested too deeply
  }
};

const Metadata = z
  .record(z.string(), z.unknown())
  .refine(isSmallJson, `must be at most ${MAX_GATEWAY_METADATA_LENGTH} characters of JSON that can be stored`)
  .meta({ description: 'Shown to tenant admins only' });

/** Body of `PUT /gateways/{gateway_id}`. */
export const GatewayPut = z.strictObject({
  gateway_type: line(1, 100),
  status: GatewayStatus,
  metadata: Metadata.optional(),
  expect_every_s: z.int().min(5).max(MAX_EXPECT_EVERY_S).optional().meta({
    description: 'Without another report for this long it becomes UNHEALTHY',
  }),
});
export type GatewayPut = z.infer<typeof GatewayPut>;

/** A system of a clinic that reports its status: an interface engine, a lab feed, a label printer. */
export const Gateway = z
  .object({
    gateway_id: z.string(),
    gateway_type: z.string(),
    status: GatewayStatus,
    metadata: z.record(z.string(), z.unknown()),
    expect_every_s: z.int().nullable(),
    changed_at: Timestamp.meta({ description: 'Time of the last change of the status' }),
    reported_at: Timestamp.meta({ description: 'Time of the last report' }),
  })
  .meta({ id: 'Gateway' });
export type Gateway = z.infer<typeof Gateway>;

/** Data of `gateway_status_change` in a tenant's log. */
export const GatewayStatusChange = z.object({
  gateway_id: z.string(),
  gateway_type: z.string(),
  previous_status: GatewayStatus,
  current_status: GatewayStatus,
  metadata: z.record(z.string(), z.unknown()),
});
