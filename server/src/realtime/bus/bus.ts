import type { LogEvent } from '../../database/log-event.js';

/**
 * An announcement of an instance to the others: heads of tenants, and whether there are new disconnect orders or changes
 * of presence.
 */
export interface HeadNotice {
  readonly heads: ReadonlyMap<string, number>;
  readonly orders: boolean;
  /** True when users went online or offline. */
  readonly presence: boolean;
  /** True when users turned to other objects. */
  readonly objects: boolean;
  /** True when the events have most likely arrived, or are about to arrive, over a faster bus. */
  readonly isSafetyNet: boolean;
  /** Events in the notice, in order: all, some or none of those up to the tenant's head. Decrypted on demand. */
  events(tenantId: string): readonly LogEvent[];
}

/** Traffic of a bus since the start, for metrics. */
export interface Traffic {
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  bytesReceived: number;
  /** Messages that were not sealed by an instance of this installation. */
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
 * Carries head notices between instances. It may lose, repeat and reorder them, because every instance also sweeps. An
 * instance does not receive its own notices.
 */
export abstract class Bus {
  /** Kind of the transport, for metrics and health. */
  abstract readonly kind: 'postgres' | 'redis';
  /** True while the bus is connected. */
  abstract readonly connected: boolean;
  abstract readonly traffic: Readonly<Traffic>;
  /** Sets the epoch of the events. Notices of other epochs are dropped. */
  abstract open(epoch: string): void;
  /** Calls `listener` for each head notice of another instance. */
  abstract onNotice(listener: NoticeListener): void;
  /** Announces committed events of one tenant, in order. Never blocks or throws. */
  abstract announce(tenantId: string, events: readonly LogEvent[]): void;
  /** Makes the other instances read the disconnect orders. Never blocks or throws. */
  abstract announceDisconnects(): void;
  /** Makes the other instances read the changes of presence. Never blocks or throws. */
  abstract announcePresence(): void;
  /** Makes the other instances read who is at which object. Never blocks or throws. */
  abstract announceObjects(): void;
}
