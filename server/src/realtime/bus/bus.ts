import type { LogEvent } from '../../database/log-event.js';

/** What an instance announces to the others: the newest numbers of tenants, and that there are disconnect orders. */
export interface HeadNotice {
  readonly heads: ReadonlyMap<string, number>;
  readonly orders: boolean;
  /** The events have most likely arrived on a faster way, or are about to. */
  readonly isSafetyNet: boolean;
  /** Events that came along, in order: all, some or none of those up to the tenant's head. Opened when asked for. */
  events(tenantId: string): readonly LogEvent[];
}

/** What went over a bus since the start, for metrics. */
export interface Traffic {
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  bytesReceived: number;
  /** Messages that no instance of this installation had sealed. */
  refused: number;
}

export const noTraffic = (): Traffic => ({
  messagesSent: 0,
  bytesSent: 0,
  messagesReceived: 0,
  bytesReceived: 0,
  refused: 0,
});

export type NoticeListener = (notice: HeadNotice) => void;

/**
 * Carries head notices between instances. It may lose, repeat and reorder them: every instance also sweeps.
 * An instance does not receive its own.
 */
export abstract class Bus {
  /** What carries them, for metrics and health. */
  abstract readonly kind: 'postgres' | 'redis';
  /** Is it connected now? */
  abstract readonly connected: boolean;
  abstract readonly traffic: Readonly<Traffic>;
  /** Sets the history that events belong to from now on; notices of another history are dropped. */
  abstract open(epoch: string): void;
  /** Calls `listener` for each head notice of another instance. */
  abstract onNotice(listener: NoticeListener): void;
  /** Announces events of one tenant that have committed, in order. Never waits, never throws. */
  abstract announce(tenantId: string, events: readonly LogEvent[]): void;
  /** Tells the others to look for disconnect orders. Never waits, never throws. */
  abstract announceDisconnects(): void;
}
