import type { ControlFrame } from '@wardbell/contract';
import {
  type IncomingEvent,
  isEvent,
  isNumbered,
  type NumberedEvent,
  type ResyncRequired,
} from './events.js';
import type { Fault, Follower } from './options.js';
import type { Position, TenantPosition } from './position.js';
import { Recent } from './recent.js';

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
 * The bookkeeping of one stream, over all of its connections: how far it is complete, what came twice, what is
 * missing, and who follows it from which position.
 */
export class Stream {
  #epoch: string | null = null;
  /** Numbers by tenant instead of one: a super admin's stream. */
  #wide = false;
  #seqs = new Map<string, number>();
  /** The replay that each tenant still owes: what was asked for and how many events came since. */
  #replays = new Map<string, { from: number; count: number }>();
  /** This connection asked for what came after a position. */
  #resumes = false;
  readonly #recent: Recent;
  readonly #following = new Set<Following>();

  constructor(
    private readonly listener: StreamListener,
    recentEvents: number,
  ) {
    this.#recent = new Recent(recentEvents);
  }

  /** How far the stream is complete; null before the first connection. */
  get position(): Position | null {
    if (this.#epoch === null) return null;
    const epoch = this.#epoch;
    return this.#wide
      ? { epoch, seq: Object.fromEntries(this.#seqs) }
      : { epoch, seq: this.#seqs.get(OWN) ?? 0 };
  }

  /** True while events that were asked for are still to come. */
  get replaying(): boolean {
    return this.#replays.size > 0;
  }

  /** Begins at this position, or anew with the next connection. */
  reset(position: Position | null): void {
    this.#epoch = position?.epoch ?? null;
    this.#replays.clear();
    this.#wide = typeof position?.seq === 'object';
    this.#seqs = position === null ? new Map() : numbersOf(position);
    this.#recent.reset(this.#seqs);
  }

  /** Takes this position over if there is none yet. */
  adopt(position: Position): void {
    if (this.#epoch !== null) return;
    this.reset(position);
    for (const following of [...this.#following]) this.#join(following);
  }

  /** A connection was made; `resumes` when it asks for what came after the position. */
  connected(resumes: boolean): void {
    this.#replays.clear();
    this.#resumes = resumes;
    if (resumes) for (const [tenant, from] of this.#seqs) this.#replays.set(tenant, { from, count: 0 });
  }

  /** Takes in a frame. `quiet`: what comes twice or late is no fault, another tab has seen it. */
  accept(frame: IncomingEvent, quiet = false): void {
    if (isNumbered(frame)) this.#number(frame, quiet);
    else if (isEvent(frame, 'resync_required')) this.#resync(frame);
    else if (isEvent(frame, 'resumed')) this.#resumed(frame, quiet);
    else {
      if (isEvent(frame, 'position')) this.#advance(this.#key(frame.data.tenant_id), frame.data.seq, quiet);
      else if (isEvent(frame, 'positions'))
        for (const [tenant, seq] of Object.entries(frame.data.seq)) this.#stand(tenant, seq);
      this.listener.event(frame);
    }
  }

  /** Every event after the position, or undefined when that cannot be said. */
  after(position: Position): readonly NumberedEvent[] | undefined {
    if (position.epoch !== this.#epoch || (typeof position.seq === 'object') !== this.#wide) return undefined;
    return this.#recent.after(numbersOf(position));
  }

  /** Tells the follower each event after the position. Returns how to stop. */
  follow(position: TenantPosition, follower: Follower): () => void {
    const following = { afterSeq: position.seq, epoch: position.epoch, follower };
    this.#following.add(following);
    if (this.#epoch !== null) this.#join(following);
    return () => void this.#following.delete(following);
  }

  #join(following: Following): void {
    const { epoch, afterSeq, follower } = following;
    // A super admin's stream has no one number; nothing that it could list carries a position.
    if (this.#wide) return;
    const events = this.after({ epoch, seq: afterSeq });
    if (!events) {
      this.#following.delete(following);
      this.listener.guard(() => follower.resync());
      return;
    }
    for (const event of events) this.#tell(following, event);
    const seq = this.#seqs.get(OWN) ?? 0;
    if (seq >= afterSeq) this.listener.guard(() => follower.position?.(seq));
  }

  #tell(following: Following, event: NumberedEvent): void {
    if (event.seq <= following.afterSeq || !this.#following.has(following)) return;
    following.afterSeq = event.seq;
    this.listener.guard(() => following.follower.event(event));
  }

  #key(tenantId: string | undefined): string {
    return this.#wide ? (tenantId ?? OWN) : OWN;
  }

  #number(event: NumberedEvent, quiet: boolean): void {
    const key = this.#key(event.tenant_id);
    const last = this.#seqs.get(key);
    const replay = this.#replays.get(key);
    if (replay) replay.count += 1;
    if (last !== undefined && event.seq <= last) {
      if (!quiet) this.listener.fault('duplicate', `number ${event.seq} came again after ${last}`);
      return;
    }
    this.#seqs.set(key, event.seq);
    this.#recent.push(key, event);
    if (!this.#wide) for (const following of this.#following) this.#tell(following, event);
    this.listener.event(event);
  }

  /** Where a tenant stands that a super admin's stream may not know yet. */
  #stand(tenant: string, seq: number): void {
    if (this.#seqs.has(tenant)) return;
    // Created while the connection was away: its events until now were never asked for.
    if (this.#resumes && seq > 0) this.#incomplete(seq, { tenant_id: tenant });
    else this.#seqs.set(tenant, seq);
  }

  /** Says a hole that cannot be repaired. */
  #incomplete(seq: number, scope: { tenant_id?: string | undefined }): void {
    const data = { reason: 'incomplete', seq, epoch: this.#epoch ?? '' } as const;
    const { tenant_id } = scope;
    this.#resync({ type: 'resync_required', data: tenant_id === undefined ? data : { ...data, tenant_id } });
  }

  #resumed(frame: Extract<ControlFrame, { type: 'resumed' }>, quiet: boolean): void {
    const { from, to, count, ...scope } = frame.data;
    const key = this.#key(scope.tenant_id);
    const replay = this.#replays.get(key);
    this.#replays.delete(key);
    if (replay && (replay.from !== from || replay.count !== count)) {
      this.listener.fault('incomplete', `asked from ${replay.from}, got ${replay.count} of ${count} events`);
      this.#incomplete(to, scope);
      return;
    }
    this.#advance(key, to, quiet);
    this.listener.event(frame);
  }

  #advance(key: string, seq: number, quiet: boolean): void {
    const last = this.#seqs.get(key);
    if (last !== undefined && seq < last) {
      if (!quiet) this.listener.fault('backwards', `position ${seq} after ${last}`);
      return;
    }
    this.#seqs.set(key, seq);
    if (!this.#wide)
      for (const { afterSeq, follower } of this.#following)
        if (seq >= afterSeq) this.listener.guard(() => follower.position?.(seq));
  }

  #resync(frame: ResyncRequired): void {
    const key = this.#key(frame.data.tenant_id);
    this.#epoch = frame.data.epoch;
    this.#seqs.set(key, frame.data.seq);
    this.#replays.delete(key);
    this.#recent.restart(key, frame.data.seq);
    const followed = [...this.#following];
    this.#following.clear();
    this.listener.event(frame);
    for (const { follower } of followed) this.listener.guard(() => follower.resync());
  }
}
