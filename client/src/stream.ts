import { MAX_TENANTS_BEHIND } from './endpoint.js';
import {
  type IncomingEvent,
  isEvent,
  isNumbered,
  type NumberedEvent,
  type ResyncRequired,
} from './events.js';
import type { Fault, Follower } from './options.js';
import type { Position, TenantPosition } from './position.js';
import { createRecent } from './recent.js';

/** Key of the single tenant of an ordinary stream. The keys of a super admin's stream are tenant ids. */
const OWN = '';

const tenantOf = (frame: IncomingEvent): string | undefined => {
  const { tenant_id }: { readonly tenant_id?: unknown } = 'seq' in frame ? frame : frame.data;
  return typeof tenant_id === 'string' ? tenant_id : undefined;
};

const numbersOf = ({ seq }: Position): Map<string, number> =>
  new Map(Object.entries(typeof seq === 'object' ? seq : { [OWN]: seq }));

/** Maximum number of remembered events after the complete part. Beyond it, lists are loaded again. */
const MAX_EARLY = 100_000;

interface Resumed {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A `position`; servers before 0.2 send no `count`. */
interface Sent {
  readonly seq: number | null;
  readonly count?: number;
}

interface Following {
  readonly fromSeq: number;
  afterSeq: number;
  readonly epoch: string;
  readonly follower: Follower;
}

/** Callbacks of the stream. */
export interface StreamListener {
  event(event: IncomingEvent): void;
  fault(kind: Fault['kind'], text: string): void;
  /** Runs code of the application, whose exceptions must not end the stream. */
  guard(run: () => void): void;
  /** The server has confirmed that the stream is complete up to now, and the counts agree. */
  confirmed(): void;
  /** The received events differ from those that were sent. No further frame of this connection may be accepted. */
  repair(text: string): void;
}

/**
 * The state of one stream over all of its connections: the complete position, duplicate and missing events, and the
 * followers with their positions.
 *
 * A filter skips numbers, so a gap does not prove a loss. The stream is complete up to an event when its number follows
 * the last complete one, or when `position` or `resumed` counts as many events as were received. A mismatch ends the
 * connection; the next one resumes from the last complete number, and events delivered after it are not delivered
 * again.
 */
export interface Stream {
  /** The position up to which the stream is complete; null before the first connection. */
  readonly position: Position | null;
  /** True while a requested replay is running. */
  readonly replaying: boolean;
  /** Starts again at this position; null: at that of the next connection. */
  reset(position: Position | null): void;
  /** Starts at this position if there is none yet. */
  adopt(position: Position): void;
  /** A connection was opened. `asked`: it must replay the events after the position. `seq` null: a super admin's. */
  connected(epoch: string, seq: number | null, asked: boolean): void;
  /**
   * Sets the heads of all tenants at the start of a super admin's connection. Returns the tenants to replay (new, or
   * with an advanced head), each with its last complete number.
   */
  resumeAt(epoch: string, heads: ReadonlyMap<string, number>): Record<string, number>;
  /** Processes a frame. `quiet`: from another tab, which has compared the counts; duplicates are no fault. */
  accept(frame: IncomingEvent, quiet?: boolean): void;
  /** Every event after the position, or undefined when some are unknown. */
  after(position: Position): readonly NumberedEvent[] | undefined;
  /** Passes each event after the position to the follower. Returns a function that stops it. */
  follow(position: TenantPosition, follower: Follower): () => void;
}

export const createStream = (listener: StreamListener, recentEvents: number): Stream => {
  const { event: deliverEvent, fault, guard, confirmed, repair } = listener;
  const recent = createRecent(recentEvents);
  const followings = new Set<Following>();
  /** Running replays by tenant: the number from which it was requested, and the events received since. */
  const replays = new Map<string, { readonly from: number; count: number }>();
  let epoch: string | null = null;
  /** The last complete sequence number of each tenant. */
  let seqs = new Map<string, number>();
  /** Events delivered after it, by tenant: the number and the connection that sent it last. */
  const early = new Map<string, Map<number, number>>();
  let connection = 0;
  /** Events received on this connection, and how many of them a `position` has counted. */
  let received = 0;
  let confirmedCount = 0;
  /** True for a super admin's stream, which has a number for each tenant. */
  let isSuperAdmin = false;
  /** A super admin's connection whose positions are still to come. */
  let isAwaitingPositions = false;

  const keyOf = (tenantId: string | undefined): string => (isSuperAdmin ? (tenantId ?? OWN) : OWN);

  const notifyEvent = (following: Following, event: NumberedEvent) => {
    if (event.seq <= following.afterSeq || !followings.has(following)) return;
    following.afterSeq = event.seq;
    guard(() => following.follower.event(event));
  };

  const resyncFollower = (following: Following) => {
    if (followings.delete(following)) guard(() => following.follower.resync());
  };

  const notifyPosition = ({ afterSeq, follower }: Following, seq: number) => {
    if (seq >= afterSeq) guard(() => follower.position?.(seq));
  };

  const after = (position: Position) =>
    position.epoch === epoch && (typeof position.seq === 'object') === isSuperAdmin
      ? recent.after(numbersOf(position))
      : undefined;

  const startFollower = (following: Following) => {
    // A super admin's stream has no single number, and no list of a super admin has a position.
    if (isSuperAdmin) return;
    const events = after({ epoch: following.epoch, seq: following.afterSeq });
    if (events) {
      for (const event of [...events].sort((a, b) => a.seq - b.seq)) notifyEvent(following, event);
      notifyPosition(following, seqOf(OWN));
    } else resyncFollower(following);
  };

  const reset = (position: Position | null) => {
    epoch = position?.epoch ?? null;
    isSuperAdmin = typeof position?.seq === 'object';
    seqs = position ? numbersOf(position) : new Map();
    early.clear();
    replays.clear();
    recent.reset(seqs);
  };

  const adopt = (position: Position) => {
    if (epoch !== null) return;
    reset(position);
    for (const following of [...followings]) startFollower(following);
  };

  const resync = (frame: ResyncRequired) => {
    const { tenant_id, seq } = frame.data;
    const key = keyOf(tenant_id);
    ({ epoch } = frame.data);
    seqs.set(key, seq);
    early.delete(key);
    replays.delete(key);
    recent.restart(key, seq);
    deliverEvent(frame);
    for (const following of [...followings]) resyncFollower(following);
  };

  /** Reports a gap that cannot be repaired. */
  const resyncAfterGap = (reason: 'incomplete' | 'epoch', seq: number, key: string) => {
    const data = { reason, seq, epoch: epoch ?? '' };
    resync({ type: 'resync_required', data: key === OWN ? data : { ...data, tenant_id: key } });
  };

  const seqOf = (key: string): number => seqs.get(key) ?? 0;

  /**
   * Counts an event. `new`: must be delivered. `again`: delivered on an earlier connection and sent again. Undefined: a
   * duplicate on this connection.
   */
  const countEvent = (key: string, seq: number): 'new' | 'again' | undefined => {
    const complete = seqOf(key);
    const ahead = early.get(key) ?? new Map<number, number>();
    const by = ahead.get(seq);
    if (seq <= complete || by === connection) return undefined;
    received += 1;
    const replay = replays.get(key);
    if (replay) replay.count += 1;
    early.set(key, ahead.set(seq, connection));
    let next = complete + 1;
    // Stops at events of an earlier connection: this connection sends them again, and they must be counted.
    while (ahead.get(next) === connection && ahead.delete(next)) next += 1;
    seqs.set(key, next - 1);
    return by === undefined ? 'new' : 'again';
  };

  /** True when this connection has sent an event after this number, although the number was declared its last. */
  const isExceeded = (key: string, seq: number): boolean =>
    [...(early.get(key) ?? [])].some(([number, by]) => number > seq && by === connection);

  /** The stream is complete up to this number. */
  const markComplete = (key: string, seq: number) => {
    if (seq > seqOf(key)) seqs.set(key, seq);
    const ahead = early.get(key);
    for (const number of ahead?.keys() ?? []) if (number <= seq) ahead?.delete(number);
    if (!isSuperAdmin) for (const following of followings) notifyPosition(following, seq);
  };

  /** True when the replay has ended and the number of received events equals the server's count; else repairs the stream. */
  const verifyReplay = (key: string, { from, to, count }: Resumed): boolean => {
    const replay = replays.get(key);
    if (!replay) fault('backwards', 'resumed');
    else if (replay.from !== from || replay.count !== count || to < from || isExceeded(key, to))
      repair(`replay ${replay.from}: ${replay.count} of ${count}`);
    else return replays.delete(key);
    return false;
  };

  /**
   * True when the number of events received on this connection equals the server's count up to the number; else repairs
   * the stream.
   */
  const verifyPosition = (key: string, { seq, count }: Sent): boolean => {
    const complete = seqOf(key);
    const isLevel = seq === null || (seq >= complete && !isExceeded(key, seq));
    if (replays.size === 0 && (count ?? received) === received && isLevel) {
      confirmedCount = received;
      return true;
    }
    // A duplicate or late `position` is a fault and contains nothing new.
    if ((seq ?? 0) <= complete && (count ?? 0) <= confirmedCount) fault('backwards', 'position');
    else repair(`position ${seq}: ${received} of ${count}`);
    return false;
  };

  return {
    get position() {
      if (epoch === null) return null;
      return isSuperAdmin ? { epoch, seq: Object.fromEntries(seqs) } : { epoch, seq: seqOf(OWN) };
    },
    get replaying() {
      return isAwaitingPositions || replays.size > 0;
    },
    reset,
    adopt,
    connected: (current, seq, asked) => {
      isAwaitingPositions = seq === null;
      if (isAwaitingPositions !== isSuperAdmin) reset(null);
      adopt(seq === null ? { epoch: current, seq: {} } : { epoch: current, seq });
      replays.clear();
      connection += 1;
      received = 0;
      confirmedCount = 0;
      // The events are sent again, in order.
      if (asked) recent.rewind(seqs);
      if (asked && seq !== null) replays.set(OWN, { from: seqOf(OWN), count: 0 });
    },
    resumeAt: (current, heads) => {
      const known = seqs;
      const isOtherHistory = current !== epoch;
      const since: [string, number][] = [];
      isAwaitingPositions = false;
      epoch = current;
      seqs = new Map(heads);
      for (const [tenant, seq] of heads) {
        const from = known.get(tenant) ?? 0;
        // The stream begins at the first positions.
        if (known.size === 0 || (from === seq && !isOtherHistory)) continue;
        if (isOtherHistory) resyncAfterGap('epoch', seq, tenant);
        // The size of a client message bounds the number of tenants in a request.
        else if (since.length >= MAX_TENANTS_BEHIND) resyncAfterGap('incomplete', seq, tenant);
        else {
          since.push([tenant, from]);
          seqs.set(tenant, from);
          replays.set(tenant, { from, count: 0 });
        }
      }
      return Object.fromEntries(since);
    },
    accept: (frame, quiet) => {
      const key = keyOf(tenantOf(frame));
      if (
        isAwaitingPositions &&
        (isNumbered(frame) || isEvent(frame, 'resumed', 'position', 'resync_required'))
      )
        return repair('before positions');
      if (isNumbered(frame)) {
        const { seq } = frame;
        const counted = countEvent(key, seq);
        if (!counted || (quiet && counted === 'again')) {
          if (!quiet) fault('duplicate', `${seq}`);
          return;
        }
        recent.push(key, frame);
        if (!isSuperAdmin)
          for (const following of [...followings]) {
            if (seq > following.afterSeq) notifyEvent(following, frame);
            // The follower has missed this event and got later ones, so their order cannot be restored.
            else if (counted === 'new' && seq > following.fromSeq) resyncFollower(following);
          }
        if ((early.get(key)?.size ?? 0) > MAX_EARLY) return resyncAfterGap('incomplete', seq, key);
        if (counted === 'again') return;
      } else if (isEvent(frame, 'resync_required')) {
        const { data } = frame;
        if (!quiet && data.epoch === epoch && data.seq <= seqOf(key) && !replays.has(key))
          fault('backwards', 'resync');
        else resync(frame);
        return;
      } else if (isEvent(frame, 'resumed')) {
        if (!quiet && !verifyReplay(key, frame.data)) return;
        markComplete(key, frame.data.to);
      } else if (isEvent(frame, 'position')) {
        if (!quiet && !verifyPosition(key, frame.data)) return;
        if (frame.data.seq !== null) markComplete(key, frame.data.seq);
        confirmed();
      }
      deliverEvent(frame);
    },
    after,
    follow: ({ seq, epoch: of }, follower) => {
      const following = { fromSeq: seq, afterSeq: seq, epoch: of, follower };
      followings.add(following);
      if (epoch !== null) startFollower(following);
      return () => void followings.delete(following);
    },
  };
};
