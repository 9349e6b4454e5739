import type { Close } from '@wardbell/contract';
import type { Principal } from '../../database/principal.js';
import type { ControlMessage } from './framing.js';
import type { Subscription } from './subscription.js';

/** The transport of one client, as the hub uses it. */
export interface Sink {
  /** Hands bytes to the socket; shared bytes must not be changed. Nothing after a close. */
  write(bytes: Buffer): void;
  /** Writes what belongs to no order of the stream: it passes what is held back. */
  writeNow(bytes: Buffer): void;
  /** Keeps what is written from here on until `release`; a close drops it. */
  hold(): void;
  release(): void;
  /** Bytes that the peer has not taken: they wait in this process, or came too late for a connection that ends. */
  readonly pendingBytes: number;
  /** Grows as the peer takes bytes; a slow client is told from a dead one by it. */
  readonly takenBytes: number;
  /** Resolves when little waits, or when the socket is closed. */
  drained(): Promise<void>;
  close(close: Close): void;
}

/** The position of a session in a tenant's stream while it is not live. */
export interface Cursor {
  /** Everything up to this number was sent or skipped. */
  seq: number;
  /** The position that the client asked for; set until `resumed` was sent. */
  from: number | undefined;
  /** Events sent since `from`. */
  count: number;
}

/** Counts the event frames of many sessions at once: one addition a flush, not one for each session. */
export interface EventCounter {
  readonly sentEvents: number;
}

/**
 * `waiting`: connected, its `resume` has not come. `replaying`: reads pages from the ring or the log.
 * `live`: the hub writes to it. `closed`: nothing is sent any more.
 *
 *     waiting → replaying ⇄ live, and from each of them → closed
 */
export type SessionState = 'waiting' | 'replaying' | 'live' | 'closed';

/** A session with more unsent bytes stops being live until its socket has drained. */
export const MAX_PENDING_BYTES = 512 * 1024;
/** A session that is not live and whose socket takes no bytes for this long is closed. */
const STALL_MS = 30_000;

/** Control frames that say how far the events before them go. */
const TELLS_POSITION: ReadonlySet<string> = new Set(['position', 'positions', 'resumed', 'resync_required']);

const NO_CURSORS: ReadonlyMap<string, Cursor> = new Map();

/** What surrounds a session: the hub pauses it, metrics count its control frames. */
export interface SessionHost {
  /** The socket has not taken all of what was written to a live session. */
  unsent(session: Session): void;
  /** The socket has more than `MAX_PENDING_BYTES` unsent. */
  overflowed(session: Session): void;
  /** Control frames of a type were sent. */
  sent(type: string, frames?: number): void;
}

/** One client's connection to the streams of its tenant, or of all tenants for a super admin. */
export class Session {
  #state: SessionState = 'waiting';
  /** Undefined while live: ten thousand empty maps would weigh 3 MB. */
  #cursors: Map<string, Cursor> | undefined;
  /** Event frames sent, less those that the group has counted since this session joined it. */
  #sentEvents = 0;
  /** The group that counts for this session while it is live. */
  #counter: EventCounter | undefined;
  /** Was sent `stale`, and no `position` since. */
  isStale = false;
  /** While not live: when the socket last took bytes (monotonic clock), and how many it had taken by then. */
  #progressMs = 0;
  #progressBytes = 0;

  constructor(
    readonly id: string,
    /** Renewed with the token; user, tenant and role stay. */
    public principal: Principal,
    readonly sink: Sink,
    public subscription: Subscription,
    private readonly host: SessionHost,
  ) {}

  get state(): SessionState {
    return this.#state;
  }

  /** From `waiting` to `replaying`; false in any other state. */
  startReplay(): boolean {
    if (this.#state !== 'waiting') return false;
    this.#state = 'replaying';
    this.#progressMs = performance.now();
    return true;
  }

  /** From `replaying` to `live`: the cursors are level with their channels and are dropped. */
  goLive(): void {
    if (this.#state !== 'replaying') return;
    this.#state = 'live';
    this.#cursors = undefined;
  }

  /** From `live` to `replaying`; the caller sets the cursors. */
  pause(): void {
    if (this.#state !== 'live') return;
    this.#state = 'replaying';
    this.#progressMs = performance.now();
    this.#progressBytes = this.sink.takenBytes;
  }

  /** From any state to `closed`. */
  end(): void {
    this.#state = 'closed';
  }

  /** True when bytes wait and the socket has taken none for 30 s; call it every second or so while not live. */
  isStalled(nowMs: number): boolean {
    const { takenBytes, pendingBytes } = this.sink;
    if (takenBytes !== this.#progressBytes || pendingBytes === 0) {
      this.#progressBytes = takenBytes;
      this.#progressMs = nowMs;
    }
    return nowMs - this.#progressMs > STALL_MS;
  }

  /** By tenant; a super admin has one for each tenant, others have one. Empty while live. */
  get cursors(): ReadonlyMap<string, Cursor> {
    return this.#cursors ?? NO_CURSORS;
  }

  /** Sets the position in a tenant's stream; nothing was asked for. */
  setCursor(tenantId: string, seq: number): void {
    this.#cursors ??= new Map();
    this.#cursors.set(tenantId, { seq, from: undefined, count: 0 });
  }

  /** The tenant was deleted. */
  removeCursor(tenantId: string): void {
    this.#cursors?.delete(tenantId);
  }

  /** Event frames sent on this connection since it was opened. */
  get sentEvents(): number {
    return this.#sentEvents + (this.#counter?.sentEvents ?? 0);
  }

  /** Counts event frames that were sent to this session alone. */
  countEvents(count: number): void {
    this.#sentEvents += count;
  }

  /** From here on this counter counts for the session as well; undefined: none does. */
  countWith(counter: EventCounter | undefined): void {
    this.#sentEvents = this.sentEvents - (counter?.sentEvents ?? 0);
    this.#counter = counter;
  }

  get userId(): string {
    return this.principal.userId;
  }

  get tenantId(): string | null {
    return this.principal.tenantId;
  }

  /** Writes a run of frames to a live session. */
  write(run: Buffer): void {
    this.sink.write(run);
    const { pendingBytes } = this.sink;
    if (pendingBytes === 0) return;
    this.host.unsent(this);
    if (pendingBytes > MAX_PENDING_BYTES) this.host.overflowed(this);
  }

  /** Sends a control frame, whatever the state. */
  send(message: ControlMessage): void {
    const frame = this.subscription.framing.control(message);
    if (TELLS_POSITION.has(message.type)) this.sink.write(frame);
    else this.sink.writeNow(frame);
    this.host.sent(message.type);
  }

  /** Writes a run of control frames of one type whose bytes other sessions share. Held back like events. */
  sendRun(run: Buffer, type: string, frames: number): void {
    this.sink.write(run);
    this.host.sent(type, frames);
  }

  /** Sends control frames in one write. */
  sendAll(messages: readonly ControlMessage[]): void {
    if (messages.length === 0) return;
    const { framing } = this.subscription;
    this.sink.write(Buffer.concat(messages.map((message) => framing.control(message))));
    for (const { type } of messages) this.host.sent(type);
  }
}
