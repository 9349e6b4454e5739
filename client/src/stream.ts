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

const numbersOf = ({ seq }: Position): Map<string, number> =>
  new Map(Object.entries(typeof seq === 'object' ? seq : { [OWN]: seq }));

interface Following {
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
}

/**
 * The bookkeeping of one stream over all of its connections: how far it is complete, what came twice, what is
 * missing, and who follows it from which position.
 */
export interface Stream {
  /** How far the stream is complete; null before the first connection. */
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
  /** Takes in a frame. `quiet`: what comes twice or late is no fault, another tab has seen it. */
  accept(frame: IncomingEvent, quiet?: boolean): void;
  /** Every event after the position, or undefined when that cannot be said. */
  after(position: Position): readonly NumberedEvent[] | undefined;
  /** Tells the follower each event after the position. Returns how to stop. */
  follow(position: TenantPosition, follower: Follower): () => void;
}

export const createStream = (listener: StreamListener, recentEvents: number): Stream => {
  const { event: tellEvent, fault, guard } = listener;
  const recent = createRecent(recentEvents);
  const followings = new Set<Following>();
  /** What each tenant still owes on this connection: from where it was asked for, how many events came since. */
  const replays = new Map<string, { readonly from: number; count: number }>();
  let epoch: string | null = null;
  let seqs = new Map<string, number>();
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
      for (const event of events) tell(following, event);
      tellPosition(following, seqs.get(OWN) ?? 0);
    } else {
      followings.delete(following);
      guard(() => following.follower.resync());
    }
  };

  const reset = (position: Position | null) => {
    epoch = position?.epoch ?? null;
    wide = typeof position?.seq === 'object';
    seqs = position ? numbersOf(position) : new Map();
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
    replays.delete(key);
    recent.restart(key, seq);
    const followed = [...followings];
    followings.clear();
    tellEvent(frame);
    for (const { follower } of followed) guard(() => follower.resync());
  };

  /** Says a hole that cannot be repaired. */
  const lost = (reason: 'incomplete' | 'epoch', seq: number, key: string) => {
    const data = { reason, seq, epoch: epoch ?? '' };
    resync({ type: 'resync_required', data: key === OWN ? data : { ...data, tenant_id: key } });
  };

  /** Goes forward to the number. False, and a fault unless that is to be expected, when it is not ahead. */
  const moves = (key: string, seq: number, kind: Fault['kind'] | true): boolean => {
    const last = seqs.get(key) ?? -1;
    if (seq > last) seqs.set(key, seq);
    else if (kind !== true) fault(kind, `${seq} after ${last}`);
    return seq > last;
  };

  /** The replay is over. True when as much came as the server says it has sent. */
  const isWhole = (
    key: string,
    { from, count }: { readonly from: number; readonly count: number },
  ): boolean => {
    const replay = replays.get(key);
    replays.delete(key);
    if (!replay || (replay.from === from && replay.count === count)) return true;
    fault('incomplete', `${replay.count} of ${count} after ${replay.from}`);
    return false;
  };

  return {
    get position() {
      if (epoch === null) return null;
      return wide ? { epoch, seq: Object.fromEntries(seqs) } : { epoch, seq: seqs.get(OWN) ?? 0 };
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
      if (asked && seq !== null) replays.set(OWN, { from: seqs.get(OWN) ?? 0, count: 0 });
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
      if (isNumbered(frame)) {
        const key = keyOf(frame.tenant_id);
        const replay = replays.get(key);
        if (replay) replay.count += 1;
        if (!moves(key, frame.seq, quiet || 'duplicate')) return;
        recent.push(key, frame);
        if (!wide) for (const following of followings) tell(following, frame);
      } else if (isEvent(frame, 'resync_required')) {
        resync(frame);
        return;
      } else if (isEvent(frame, 'resumed', 'position')) {
        const key = keyOf(frame.data.tenant_id);
        const seq = 'to' in frame.data ? frame.data.to : frame.data.seq;
        if ('to' in frame.data && !isWhole(key, frame.data)) return lost('incomplete', frame.data.to, key);
        if (seq !== null && (seq === seqs.get(key) || moves(key, seq, quiet || 'backwards')) && !wide)
          for (const following of followings) tellPosition(following, seq);
      }
      tellEvent(frame);
    },
    after,
    follow: ({ seq, epoch: of }, follower) => {
      const following = { afterSeq: seq, epoch: of, follower };
      followings.add(following);
      if (epoch !== null) join(following);
      return () => void followings.delete(following);
    },
  };
};
