import type { Session } from './session.js';

/**
 * Is told what the hub sends to the sessions of tenants, so that it can be looked up later. Nothing here is called for a
 * session and an event: a flush is reported once for all live sessions of its tenant.
 */
export interface DeliveryWatcher {
  /** A session was admitted; nothing was sent to it yet. */
  attached(session: Session): void;
  /** All events of the tenant from one number to another are about to be written to its live sessions. */
  writing(tenantId: string, from: number, to: number): void;
  /** The session is live: it gets what is written after this number. */
  joined(session: Session, seq: number): void;
  /** It is live no more: it got what was written up to this number. */
  left(session: Session, seq: number): void;
  /** Its socket has not taken all of what was written to it just now. */
  unsent(session: Session): void;
  /** The session was sent the events after one number up to another by itself; its socket may not have taken them yet. */
  replayed(session: Session, after: number, to: number): void;
  /** Nothing is sent to it any more; its socket still knows what it has not taken. */
  detached(session: Session): void;
  /** Numbers of events begin anew: what was reported is about other events. */
  historyReplaced(): void;
}

/** Before the server has started. */
export const NO_WATCHER: DeliveryWatcher = {
  attached: () => undefined,
  writing: () => undefined,
  joined: () => undefined,
  left: () => undefined,
  unsent: () => undefined,
  replayed: () => undefined,
  detached: () => undefined,
  historyReplaced: () => undefined,
};
