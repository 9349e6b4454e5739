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

/** Key of the one tenant of an ordinary stream; a super admin's tenants go by their ids. */
const OWN = '';

const tenantOf = (frame: IncomingEvent): string | undefined => {
  const { tenant_id }: { readonly tenant_id?: unknown } = 'seq' in frame ? frame : frame.data;
  return typeof tenant_id === 'string' ? tenant_id : undefined;
};

const numbersOf = ({ seq }: Position): Map<string, number> =>
  new Map(Object.entries(typeof seq === 'object' ? seq : { [OWN]: seq }));

/** Events after the complete part that are remembered; a list is loaded again when there are more. */
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

/** What the stream tells its client. */
export interface StreamListener {
  event(event: IncomingEvent): void;
  fault(kind: Fault['kind'], text: string): void;
  /** Runs code of the application, whose exceptions must not end the stream. */
  guard(run: () => void): void;
  /** The server has said that the stream is complete up to now, and it is. */
  confirmed(): void;
  /** What came on this connection is not what was sent. Nothing more of it may be taken in. */
  broken(text: string): void;
}

/**
 * The bookkeeping of one stream over all of its connections: how far it is complete, what came twice, what is
 * missing, and who follows it from which position.
 *
 * A filter skips numbers, so a gap proves nothing. An event is taken for complete when its number follows the last
 * complete one, or when `position` or `resumed` names as many events as came. A mismatch breaks the connection; the
 * next one asks from the last complete number, and what was delivered after it is not delivered again.
 */
export interface Stream {
  /** How far the stream is known to be complete; null before the first connection. */
  readonly position: Position | null;
  /** True while events that were asked for are still to come. */
  readonly replaying: boolean;
  /** Begins at this position; null: with the next connection. */
  reset(position: Position | null): void;
  /** Begins at this position if there is none yet. */
  adopt(position: Position): void;
  /** A connection was made; `asked` when it owes what came after the position. `seq` null: a super admin's. */
  connected(epoch: string, seq: number | null, asked: boolean): void;
  /**
   * Takes in where all tenants stand at the start of a super admin's connection. Answers what to ask for: the
   * tenants that moved on or came into being meanwhile, from where this stream has them.
   */
  place(epoch: string, standing: ReadonlyMap<string, number>): Record<string, number>;
  /** Takes in a frame. `quiet`: from another tab, which has compared the counts; what comes twice is no fault. */
  accept(frame: IncomingEvent, quiet?: boolean): void;
  /** Every event after the position, or undefined when that cannot be said. */
  after(position: Position): readonly NumberedEvent[] | undefined;
  /** Tells the follower each event after the position. Returns how to stop. */
  follow(position: TenantPosition, follower: Follower): () => void;
}

export const createStream = (listener: StreamListener, recentEvents: number): Stream => {
  const { event: tellEvent, fault, guard, confirmed, broken } = listener;
  const recent = createRecent(recentEvents);
  const followings = new Set<Following>();
  /** What each tenant still owes on this connection: from where it was asked for, how many events came since. */
  const replays = new Map<string, { readonly from: number; count: number }>();
  let epoch: string | null = null;
  /** The last complete number of each tenant. */
  let seqs = new Map<string, number>();
  /** Delivered after it, by tenant: the number and the connection that brought it last. */
  const early = new Map<string, Map<number, number>>();
  let connection = 0;
  /** Events that this connection has brought, and how many of them a `position` has named. */
  let received = 0;
  let named = 0;
  /** Numbers by tenant instead of one: a super admin's stream. */
  let wide = false;
  /** A super admin's connection whose positions are still to come. */
  let placing = false;

  const keyOf = (tenantId: string | undefined): string => (wide ? (tenantId ?? OWN) : OWN);

  const tell = (following: Following, event: NumberedEvent) => {
    if (event.seq <= following.afterSeq || !followings.has(following)) return;
    following.afterSeq = event.seq;
    guard(() => following.follower.event(event));
  };

  const resyncFollower = (following: Following) => {
    if (followings.delete(following)) guard(() => following.follower.resync());
  };

  const tellPosition = ({ afterSeq, follower }: Following, seq: number) => {
    if (seq >= afterSeq) guard(() => follower.position?.(seq));
  };

  const after = (position: Position) =>
    position.epoch === epoch && (typeof position.seq === 'object') === wide
      ? recent.after(numbersOf(position))
      : undefined;

  const join = (following: Following) => {
    // A super admin's stream has no one number; nothing that it could list carries a position.
    if (wide) return;
    const events = after({ epoch: following.epoch, seq: following.afterSeq });
    if (events) {
      for (const event of [...events].sort((a, b) => a.seq - b.seq)) tell(following, event);
      tellPosition(following, seqOf(OWN));
    } else resyncFollower(following);
  };

  const reset = (position: Position | null) => {
    epoch = position?.epoch ?? null;
    wide = typeof position?.seq === 'object';
    seqs = position ? numbersOf(position) : new Map();
    early.clear();
    replays.clear();
    recent.reset(seqs);
  };

  const adopt = (position: Position) => {
    if (epoch !== null) return;
    reset(position);
    for (const following of [...followings]) join(following);
  };

  const resync = (frame: ResyncRequired) => {
    const { tenant_id, seq } = frame.data;
    const key = keyOf(tenant_id);
    ({ epoch } = frame.data);
    seqs.set(key, seq);
    early.delete(key);
    replays.delete(key);
    recent.restart(key, seq);
    tellEvent(frame);
    for (const following of [...followings]) resyncFollower(following);
  };

  /** Says a hole that cannot be repaired. */
  const lost = (reason: 'incomplete' | 'epoch', seq: number, key: string) => {
    const data = { reason, seq, epoch: epoch ?? '' };
    resync({ type: 'resync_required', data: key === OWN ? data : { ...data, tenant_id: key } });
  };

  const seqOf = (key: string): number => seqs.get(key) ?? 0;

  /**
   * Counts an event. `new`: to be delivered. `again`: delivered on an earlier connection, and sent again. Undefined:
   * this connection has brought it before.
   */
  const take = (key: string, seq: number): 'new' | 'again' | undefined => {
    const complete = seqOf(key);
    const ahead = early.get(key) ?? new Map<number, number>();
    const by = ahead.get(seq);
    if (seq <= complete || by === connection) return undefined;
    received += 1;
    const replay = replays.get(key);
    if (replay) replay.count += 1;
    early.set(key, ahead.set(seq, connection));
    let next = complete + 1;
    // Not past what an earlier connection brought: this one brings it again, and that has to be counted.
    while (ahead.get(next) === connection && ahead.delete(next)) next += 1;
    seqs.set(key, next - 1);
    return by === undefined ? 'new' : 'again';
  };

  /** True when this connection has brought a number after this one, though it was said to be its last. */
  const isExceeded = (key: string, seq: number): boolean =>
    [...(early.get(key) ?? [])].some(([number, by]) => number > seq && by === connection);

  /** The stream is complete up to this number. */
  const settle = (key: string, seq: number) => {
    if (seq > seqOf(key)) seqs.set(key, seq);
    const ahead = early.get(key);
    for (const number of ahead?.keys() ?? []) if (number <= seq) ahead?.delete(number);
    if (!wide) for (const following of followings) tellPosition(following, seq);
  };

  /** True when the replay is over and as much came as the server says it has sent. */
  const isWhole = (key: string, { from, to, count }: Resumed): boolean => {
    const replay = replays.get(key);
    if (!replay) fault('backwards', 'resumed');
    else if (replay.from !== from || replay.count !== count || to < from || isExceeded(key, to))
      broken(`${replay.count} of ${count} after ${replay.from}`);
    else return replays.delete(key);
    return false;
  };

  /** True when this connection has brought as many events as the server says it has sent up to the number. */
  const isConfirmed = (key: string, { seq, count }: Sent): boolean => {
    const complete = seqOf(key);
    const isLevel = seq === null || (seq >= complete && !isExceeded(key, seq));
    if (replays.size === 0 && (count ?? received) === received && isLevel) {
      named = received;
      return true;
    }
    // An older one that comes again or late says nothing new.
    if ((seq ?? 0) <= complete && (count ?? 0) <= named) fault('backwards', 'position');
    else broken(`${received} of ${count} after ${seq}`);
    return false;
  };

  return {
    get position() {
      if (epoch === null) return null;
      return wide ? { epoch, seq: Object.fromEntries(seqs) } : { epoch, seq: seqOf(OWN) };
    },
    get replaying() {
      return placing || replays.size > 0;
    },
    reset,
    adopt,
    connected: (current, seq, asked) => {
      placing = seq === null;
      if (placing !== wide) reset(null);
      adopt(seq === null ? { epoch: current, seq: {} } : { epoch: current, seq });
      replays.clear();
      connection += 1;
      received = 0;
      named = 0;
      // It comes again, in order this time.
      if (asked) recent.rewind(seqs);
      if (asked && seq !== null) replays.set(OWN, { from: seqOf(OWN), count: 0 });
    },
    place: (current, standing) => {
      const known = seqs;
      const isOtherHistory = current !== epoch;
      const since: [string, number][] = [];
      placing = false;
      epoch = current;
      seqs = new Map(standing);
      for (const [tenant, seq] of standing) {
        const from = known.get(tenant) ?? 0;
        // The first positions of all are where the stream begins.
        if (known.size === 0 || (from === seq && !isOtherHistory)) continue;
        if (isOtherHistory) lost('epoch', seq, tenant);
        // A client's message is bounded, so what it can ask for is, too.
        else if (since.length >= MAX_TENANTS_BEHIND) lost('incomplete', seq, tenant);
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
      if (placing && (isNumbered(frame) || isEvent(frame, 'resumed', 'position', 'resync_required')))
        return broken('positions');
      if (isNumbered(frame)) {
        const { seq } = frame;
        const taken = take(key, seq);
        if (!taken || (quiet && taken === 'again')) {
          if (!quiet) fault('duplicate', `${seq}`);
          return;
        }
        recent.push(key, frame);
        if (!wide)
          for (const following of [...followings]) {
            if (seq > following.afterSeq) tell(following, frame);
            // It was missing, and what was told since may stand in its place: nothing brings that in order again.
            else if (taken === 'new' && seq > following.fromSeq) resyncFollower(following);
          }
        if ((early.get(key)?.size ?? 0) > MAX_EARLY) return lost('incomplete', seq, key);
        if (taken === 'again') return;
      } else if (isEvent(frame, 'resync_required')) {
        const { data } = frame;
        if (!quiet && data.epoch === epoch && data.seq <= seqOf(key) && !replays.has(key))
          fault('backwards', 'resync');
        else resync(frame);
        return;
      } else if (isEvent(frame, 'resumed')) {
        if (!quiet && !isWhole(key, frame.data)) return;
        settle(key, frame.data.to);
      } else if (isEvent(frame, 'position')) {
        if (!quiet && !isConfirmed(key, frame.data)) return;
        if (frame.data.seq !== null) settle(key, frame.data.seq);
        confirmed();
      }
      tellEvent(frame);
    },
    after,
    follow: ({ seq, epoch: of }, follower) => {
      const following = { fromSeq: seq, afterSeq: seq, epoch: of, follower };
      followings.add(following);
      if (epoch !== null) join(following);
      return () => void followings.delete(following);
    },
  };
};
