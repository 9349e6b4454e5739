import { z } from 'zod';
import { Identity } from '../token.js';

/** What the load client is told to do and what it answers, over the channel between the two processes. */

/** NaN when nothing was measured. */
const delay = z.number().or(z.nan());
const Delays = z.object({ count: z.number(), p50: delay, p99: delay, p999: delay, max: delay });

export const Group = z.object({
  path: z.string(),
  sockets: z.number(),
  /** Each socket is another user of it; null: the server asks for no token. */
  identity: Identity.nullable(),
});
export type Group = z.infer<typeof Group>;

export const Connect = z.object({
  host: z.string(),
  port: z.number(),
  readyOn: z.enum(['upgrade', 'connected', 'resumed', 'socket.io']),
  minEventBytes: z.number(),
  groups: z.array(Group),
  /** Handshakes at a time. */
  concurrency: z.number(),
  /** The first attempts of so many start evenly over this time; absent: at once. */
  spreadMs: z.number().optional(),
  sampleEvery: z.number(),
  /** Try again until then, as clients of a server that restarts do; 0: once. */
  retryForMs: z.number(),
});
export type Connect = z.infer<typeof Connect>;

export const ConnectReport = z.object({
  ready: z.number(),
  failed: z.number(),
  attempts: z.number(),
  /** Close codes of those that were refused; 0 without one. */
  refusals: z.record(z.string(), z.number()),
  tookS: z.number(),
  /** From the attempt that succeeded to readiness. Microseconds. */
  handshakeUs: Delays,
});
export type ConnectReport = z.infer<typeof ConnectReport>;

export const Await = z.object({ deliveries: z.number(), timeoutMs: z.number() });
/** The oldest sockets, so many of them. */
export const Disconnect = z.object({ sockets: z.number() });
export const Nothing = z.object({});

export const Report = z.object({
  deliveries: z.number(),
  bytes: z.number(),
  reads: z.number(),
  spanS: z.number(),
  delayUs: Delays,
  misordered: z.number(),
  closes: z.record(z.string(), z.number()),
});
export type Report = z.infer<typeof Report>;

export const Hammer = z.object({
  host: z.string(),
  port: z.number(),
  connections: z.number(),
  seconds: z.number(),
  /** What is asked of each patient: to change it, its details, or the first page of its tenant's list. */
  request: z.enum(['update', 'read', 'list']),
  /** One after the other, each by a user of its tenant. */
  patients: z.array(z.object({ id: z.string(), identity: Identity })),
});
export type Hammer = z.infer<typeof Hammer>;

export const HammerReport = z.object({
  answered: z.number(),
  /** Answers other than success, by status. */
  failed: z.record(z.string(), z.number()),
  tookS: z.number(),
  delayUs: Delays,
});
export type HammerReport = z.infer<typeof HammerReport>;

export const Echo = z.object({
  host: z.string(),
  port: z.number(),
  patientId: z.string(),
  identity: Identity,
  writes: z.number(),
  gapMs: z.number(),
});
export type Echo = z.infer<typeof Echo>;

export const EchoReport = z.object({
  /** From sending the request to the frame on a sampled socket. Microseconds. */
  requestToFrameUs: Delays,
  /** Number of the event, and when a sampled socket had it: microseconds since 1970. */
  receipts: z.array(z.tuple([z.number(), z.number()])),
});
export type EchoReport = z.infer<typeof EchoReport>;

export const Envelope = z.object({ id: z.number(), name: z.string(), command: z.unknown() });
export const Answer = z.union([
  z.object({ id: z.number(), error: z.string() }),
  z.object({ id: z.number(), result: z.unknown() }),
]);
