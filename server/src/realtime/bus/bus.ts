import type { LogEvent } from '../../database/log-event.js';

/** What an instance tells the others: how far logs of tenants reach, and that there are disconnect orders. */
export interface Doorbell {
  readonly heads: ReadonlyMap<string, number>;
  readonly orders: boolean;
  /** The events have most likely come already, on a faster way, or are about to. */
  readonly isSafetyNet: boolean;
  /** Events that came along, in order: all, some or none of those up to the tenant's head. Opened when asked for. */
  events(tenantId: string): readonly LogEvent[];
}

/** What has gone over a bus since the start, for those who watch. */
export interface Traffic {
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  bytesReceived: number;
  /** Messages that no instance of ours had said. */
  refused: number;
}

export const noTraffic = (): Traffic => ({
  messagesSent: 0,
  bytesSent: 0,
  messagesReceived: 0,
  bytesReceived: 0,
  refused: 0,
});

export type DoorbellListener = (doorbell: Doorbell) => void;

/**
 * Carries doorbells between instances. It may lose, repeat and reorder them: whoever listens also sweeps.
 * An instance does not hear itself.
 */
export abstract class Bus {
  /** What carries them, for those who watch. */
  abstract readonly kind: 'postgres' | 'redis';
  /** Is it connected now? */
  abstract readonly connected: boolean;
  abstract readonly traffic: Readonly<Traffic>;
  /** Names the history that events belong to from now on; what is said in another one is not heard. */
  abstract open(epoch: string): void;
  /** Calls `listener` for each doorbell of another instance. */
  abstract onDoorbell(listener: DoorbellListener): void;
  /** Tells the others of events of one tenant that have committed, in order. Never waits, never throws. */
  abstract announce(tenantId: string, events: readonly LogEvent[]): void;
  /** Tells the others to look for disconnect orders. Never waits, never throws. */
  abstract announceDisconnects(): void;
}
