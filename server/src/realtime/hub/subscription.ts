import { type StreamRole, seesRestricted, Topic, topicsOf, type View, viewOf } from '@wardbell/contract';
import type { Entry } from './entry.js';
import { type Framing, WEBSOCKET } from './framing.js';

/** Which topics these are, as bits in the order of the contract: the same whatever their order. */
const bitsOf = (topics: Iterable<Topic>): number => {
  let bits = 0;
  for (const topic of topics) bits |= 1 << Topic.options.indexOf(topic);
  return bits;
};

/** Those without a filter by type: few, and nearly every session has one of them. */
const shared = new WeakMap<Framing, Map<string, Subscription>>();

/** What a session wants of a stream and may have of it. */
export class Subscription {
  readonly view: View;
  /** Sessions with the same key get the same bytes, except for events that are for chosen users. */
  readonly key: string;
  /** Subscriptions with the same one are sent the same bytes of an event. */
  readonly wire: string;
  readonly topics: ReadonlySet<Topic>;
  readonly types: ReadonlySet<string> | null;

  /** The subscription of a session, shared with all that want and may have the same. */
  static of(
    role: StreamRole,
    topics: readonly Topic[] | ReadonlySet<Topic>,
    types: Iterable<string> | null,
    framing: Framing,
  ): Subscription {
    if (types !== null) return new Subscription(role, topics, types, framing);
    const sharing = shared.get(framing) ?? new Map<string, Subscription>();
    shared.set(framing, sharing);
    const key = `${role} ${bitsOf(topics)}`;
    let subscription = sharing.get(key);
    if (!subscription) {
      subscription = new Subscription(role, topics, types, framing);
      sharing.set(key, subscription);
    }
    return subscription;
  }

  constructor(
    readonly role: StreamRole,
    topics: Iterable<Topic>,
    types: Iterable<string> | null,
    /** Of the session's transport. */
    readonly framing = WEBSOCKET,
  ) {
    this.view = viewOf(role);
    this.wire = `${framing.name} ${this.view}`;
    const allowed = new Set(topicsOf(role));
    this.topics = new Set([...topics].filter((topic) => allowed.has(topic)));
    this.types = types ? new Set(types) : null;
    this.key = JSON.stringify([
      role,
      [...this.topics].sort(),
      this.types ? [...this.types].sort() : null,
      framing.name,
    ]);
  }

  /** The bytes of an event for this stream, unless it is about a restricted patient. */
  frame(entry: Entry): Buffer {
    return this.framing.event(entry, this.view);
  }

  /** The bytes of any event for the stream of this very user. */
  frameFor(entry: Entry, userId: string): Buffer {
    return this.framing.event(entry, this.viewFor(entry, userId));
  }

  /** What this very user may see of an event. */
  viewFor({ readers }: Entry, userId: string): View {
    const isOpen =
      readers === null || readers.has(userId) || seesRestricted(this.role) || this.view === 'super';
    return isOpen ? this.view : 'restricted';
  }

  /** Does this event belong to the stream, as far as its users do not matter? */
  accepts(entry: Entry): boolean {
    if (!this.topics.has(entry.topic)) return false;
    if (this.types !== null && !this.types.has(entry.type)) return false;
    if (this.view === 'super') return entry.roles === null && entry.userIds === null;
    return entry.roles === null || entry.roles.has(this.role);
  }

  /** Does this event belong to the stream of this very user? */
  acceptsFor(entry: Entry, userId: string): boolean {
    return this.accepts(entry) && (entry.userIds === null || entry.userIds.has(userId));
  }
}
