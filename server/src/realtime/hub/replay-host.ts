import type { Channel, ResetReason } from './channel.js';
import type { Entry } from './entry.js';
import type { DeliveryMeter } from './group.js';
import type { Session } from './session.js';

/** What surrounds a session that replays: the channels it follows, and the groups of live sessions it joins. */
export interface ReplayHost extends DeliveryMeter {
  /** The name of the history that positions are valid in. */
  readonly epoch: string;
  channel(tenantId: string): Channel | undefined;
  /** Resolves when the channel has delivered further events, or is gone. */
  whenAdvanced(channel: Channel): Promise<void>;
  /** Asks the database for the newest number of each of these tenants and makes their channels catch up to it. */
  catchUpToHeads(tenantIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Must be called before events up to this one are written to a socket. */
  beforeDelivery(newest: Entry | undefined): void;
  /** The events after one number up to another, as far as they are for the session, were written to its socket, which may not have taken them yet. */
  replayed(session: Session, after: number, to: number): void;
  /** Tells the client to load its list again, and why. */
  sendResync(session: Session, tenantId: string, reason: ResetReason | 'ahead', seq: number): void;
  /** Adds the session to the group of live sessions that get the same bytes. */
  joinGroup(session: Session): void;
  /** False if the session was in no group. */
  leaveGroup(session: Session): boolean;
  failed(error: unknown): void;
}
