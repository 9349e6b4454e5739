import type { Entry } from './entry.js';
import type { EventCounter, Session } from './session.js';
import type { Subscription } from './subscription.js';

/** Counts what was written, called once for a group and a flush, not for each socket. */
export interface DeliveryMeter {
  delivered(entry: Entry, sockets: number): void;
  /** An event of type `system_notification` is written to these sessions: few events, so each session may cost something. */
  notified(entry: Entry, sessions: Iterable<Session>): void;
}

const join = (frames: readonly Buffer[]): Buffer | undefined =>
  frames.length > 1 ? Buffer.concat(frames) : frames[0];

/** Do the users of a group not all get the same bytes of it? */
const isPersonal = ({ userIds, readers }: Entry): boolean => userIds !== null || readers !== null;

/** Live sessions that get the same bytes: same role, topics and filter. */
export class Group implements EventCounter {
  readonly sessions = new Set<Session>();
  /** Event frames that every session of the group was sent; those for chosen users each session counts itself. */
  sentEvents = 0;

  constructor(readonly subscription: Subscription) {}

  /** Writes a flush to every session: one run of shared bytes, one write for each socket. */
  deliver(entries: readonly Entry[], runs: Map<string, Buffer | undefined>, meter: DeliveryMeter): void {
    const accepted = entries.filter((entry) => this.subscription.accepts(entry));
    if (accepted.length === 0) return;
    if (accepted.some(isPersonal)) return this.#deliverPersonally(accepted, meter);

    const { subscription } = this;
    // groups of one view that accept everything share the bytes as well
    const key = accepted.length === entries.length ? subscription.wire : subscription.key;
    let run = runs.get(key);
    if (run === undefined) {
      run = join(accepted.map((entry) => subscription.frame(entry)));
      runs.set(key, run);
    }
    if (run === undefined) return;
    for (const entry of accepted) {
      meter.delivered(entry, this.sessions.size);
      if (entry.isNotice) meter.notified(entry, this.sessions);
    }
    // before the writes, because a session that overflows leaves the group in the middle of them
    this.sentEvents += accepted.length;
    for (const session of this.sessions) session.write(run);
  }

  /** A flush with events for chosen users or of restricted patients: rare, so each session has its own run. */
  #deliverPersonally(accepted: readonly Entry[], meter: DeliveryMeter): void {
    for (const session of this.sessions) {
      const own = accepted.filter((entry) => entry.userIds === null || entry.userIds.has(session.userId));
      const run = join(own.map((entry) => this.subscription.frameFor(entry, session.userId)));
      if (run === undefined) continue;
      for (const entry of own) {
        meter.delivered(entry, 1);
        if (entry.isNotice) meter.notified(entry, [session]);
      }
      session.countEvents(own.length);
      session.write(run);
    }
  }
}

/** Groups by the key of their subscription; empty ones are dropped. */
export class Groups {
  readonly #groups = new Map<string, Group>();

  add(session: Session): void {
    const { subscription } = session;
    let group = this.#groups.get(subscription.key);
    if (!group) {
      group = new Group(subscription);
      this.#groups.set(subscription.key, group);
    }
    group.sessions.add(session);
    session.countWith(group);
  }

  /** False if it was not there. */
  remove(session: Session): boolean {
    const group = this.#groups.get(session.subscription.key);
    if (!group?.sessions.delete(session)) return false;
    session.countWith(undefined);
    if (group.sessions.size === 0) this.#groups.delete(session.subscription.key);
    return true;
  }

  get size(): number {
    return this.#groups.size;
  }

  values(): IterableIterator<Group> {
    return this.#groups.values();
  }
}
