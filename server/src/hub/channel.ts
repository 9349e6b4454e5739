import type { LogEvent } from '../database/log-event.js';
import { Entry } from './entry.js';
import { Groups } from './group.js';
import { Ring } from './ring.js';
import type { Session } from './session.js';

/** Events kept for those who come back. */
const RING_ENTRIES = 1_024;
/** Events that came before their turn; more than this and they are read from the log instead. */
const MAX_EARLY = 1_024;
/** Two commits of this process may be announced in the wrong order; their turn comes within a tick or two. */
const GAP_GRACE_MS = 5;
export const PAGE = 512;
const RETRY_MS = 250;
/** The most that a burst may delay an event so that its frames share a write. */
export const MAX_FLUSH_DELAY_MS = 25;

/** Why a stream starts anew. */
export type ResetReason = 'retention' | 'epoch';

/** What a channel needs of the hub. */
export interface ChannelPorts {
  read(tenantId: string, since: number, limit: number): Promise<LogEvent[]>;
  /** Writes these to whoever is live; `channel.flushed` is already past them. */
  deliver(channel: Channel, entries: readonly Entry[]): void;
  /** Sessions that wait for the channel to reach a number may go on. */
  advanced(channel: Channel): void;
  /** History was replaced or dropped under the channel: whoever it serves must load the list again. */
  reset(channel: Channel, reason: ResetReason): void;
  /** A number was missing and is read from the log. */
  repairing(): void;
  failed(error: unknown): void;
  ringBytes(): number;
}

/**
 * The stream of one tenant in this process. Announcements may be late, lost, repeated and out of order; out
 * comes every number once and in order, because a number that does not follow sends it to the log.
 */
export class Channel {
  readonly groups = new Groups();
  /** Sessions of this tenant, live or not. */
  readonly members = new Set<Session>();
  /** Milliseconds since 1970 when the last member left. */
  idleSinceMs = Date.now();
  readonly #ring = new Ring(RING_ENTRIES);
  readonly #early = new Map<number, LogEvent>();
  #unflushed: Entry[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #gapTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #nextFlushMs = 0;
  #reading = false;
  #backfill: Promise<void> | undefined;
  #target: number;
  #behindSinceMs: number | undefined;
  #closed = false;
  /** Counts restarts, so that a read that began before one is not used after it. */
  #generation = 0;

  /**
   * @param seq newest number that is known and that no session needs from this channel
   */
  constructor(
    readonly tenantId: string,
    private seq: number,
    private readonly ports: ChannelPorts,
  ) {
    this.#target = seq;
    this.flushed = seq;
  }

  /** Live sessions have been written everything up to this number. */
  flushed: number;

  /** For how long the log is known to be ahead of this channel, in milliseconds; 0 when it is level. */
  behindMs(nowMs: number): number {
    return this.#behindSinceMs === undefined ? 0 : nowMs - this.#behindSinceMs;
  }

  /** Events that committed; any order, repeats allowed. */
  offer(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.seq === this.seq + 1) this.#append(event);
      else if (event.seq > this.seq && this.#early.size < MAX_EARLY) this.#early.set(event.seq, event);
      if (event.seq > this.#target) this.#target = event.seq;
    }
    this.#drainEarly();
    if (this.seq < this.#target) {
      this.#behindSinceMs ??= Date.now();
      this.#gapTimer ??= setTimeout(() => {
        this.#gapTimer = undefined;
        if (this.seq < this.#target) this.ports.repairing();
        void this.#catchUp();
      }, GAP_GRACE_MS);
    }
  }

  /** The log is known to reach `head`: reads what is missing. True if something was. */
  hear(head: number): boolean {
    if (head > this.#target) this.#target = head;
    if (this.seq >= this.#target) return false;
    this.#behindSinceMs ??= Date.now();
    void this.#catchUp();
    return true;
  }

  /** Up to `limit` events after `since` and not past `flushed`; from memory, else from the log. */
  async page(since: number, limit: number): Promise<readonly Entry[]> {
    const inMemory = this.#afterFlushed(since, limit);
    if (inMemory) return inMemory;
    if (since >= this.flushed - RING_ENTRIES) {
      // Everybody who comes back after a restart waits for one read, not for a thousand.
      this.#backfill ??= this.#readBack().finally(() => {
        this.#backfill = undefined;
      });
      await this.#backfill;
      const filled = this.#afterFlushed(since, limit);
      if (filled) return filled;
    }
    const upTo = this.flushed;
    const events = await this.ports.read(this.tenantId, since, limit);
    return events.filter((event) => event.seq <= upTo).map((event) => new Entry(event));
  }

  /** Starts anew at `seq`, without the events before it. */
  restart(seq: number, reason: ResetReason): void {
    this.#generation++;
    this.#ring.clear();
    this.#early.clear();
    this.#unflushed = [];
    this.seq = seq;
    this.flushed = seq;
    this.#target = seq;
    this.#behindSinceMs = undefined;
    this.ports.reset(this, reason);
    this.ports.advanced(this);
  }

  /** Writes what waits at once: the server is about to go. */
  flushNow(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flush();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#retryTimer);
  }

  #append(event: LogEvent): void {
    const entry = new Entry(event);
    this.seq = event.seq;
    this.#ring.push(entry, this.ports.ringBytes());
    this.#unflushed.push(entry);
    if (this.#unflushed.length === 1) this.#scheduleFlush();
  }

  #drainEarly(): void {
    if (this.#early.size > 0) {
      for (;;) {
        const next = this.#early.get(this.seq + 1);
        if (!next) break;
        this.#early.delete(next.seq);
        this.#append(next);
      }
      if (this.#early.size > 0) {
        for (const seq of this.#early.keys()) if (seq <= this.seq) this.#early.delete(seq);
      }
    }
    if (this.seq >= this.#target) this.#behindSinceMs = undefined;
  }

  async #catchUp(): Promise<void> {
    if (this.#reading || this.#closed || this.seq >= this.#target) return;
    this.#reading = true;
    try {
      while (this.seq < this.#target && !this.#closed) {
        const before = this.seq;
        const generation = this.#generation;
        const events = await this.ports.read(this.tenantId, this.seq, PAGE);
        if (generation !== this.#generation) continue;
        const [first] = events;
        // The part of the log that we needed was dropped: go on where it begins.
        if (first && first.seq > this.seq + 1) this.restart(first.seq - 1, 'retention');
        for (const event of events) if (event.seq === this.seq + 1) this.#append(event);
        this.#drainEarly();
        if (events.length === 0) {
          // Nothing after us although a head said so: all of it was dropped.
          if (this.seq === before) this.restart(this.#target, 'retention');
          break;
        }
      }
    } catch (error) {
      this.ports.failed(error);
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        void this.#catchUp();
      }, RETRY_MS);
    } finally {
      this.#reading = false;
    }
  }

  /** Idle: at once. In a burst: after as long again as the last flush took, so that writing never starves. */
  #scheduleFlush(): void {
    if (this.#flushTimer) return;
    const waitMs = this.#nextFlushMs - performance.now();
    if (waitMs <= 0) return this.#flush();
    this.#flushTimer = setTimeout(
      () => {
        this.#flushTimer = undefined;
        this.#flush();
      },
      Math.min(waitMs, MAX_FLUSH_DELAY_MS),
    );
  }

  #flush(): void {
    const entries = this.#unflushed;
    if (entries.length === 0) return;
    this.#unflushed = [];
    this.flushed = this.seq;
    const startMs = performance.now();
    this.ports.deliver(this, entries);
    const endMs = performance.now();
    this.#nextFlushMs = endMs + Math.min(endMs - startMs, MAX_FLUSH_DELAY_MS);
    this.ports.advanced(this);
  }

  #afterFlushed(since: number, limit: number): readonly Entry[] | undefined {
    return this.#ring.after(since, Math.min(limit, Math.max(0, this.flushed - since)));
  }

  async #readBack(): Promise<void> {
    const end = this.#ring.first ?? this.seq + 1;
    const generation = this.#generation;
    let since = Math.max(0, this.seq - RING_ENTRIES);
    const older: Entry[] = [];
    while (since < end - 1) {
      const events = await this.ports.read(this.tenantId, since, Math.min(PAGE, end - 1 - since));
      const last = events.at(-1);
      if (!last) break;
      for (const event of events) if (event.seq < end) older.push(new Entry(event));
      since = last.seq;
    }
    // Meanwhile the ring may have grown at its end; prepend() refuses if its start moved.
    if (generation !== this.#generation) return;
    this.#ring.prepend(contiguousTail(older), this.ports.ringBytes());
  }
}

/** The longest run without a hole at the end: rows that retention dropped leave a hole before it. */
const contiguousTail = (entries: readonly Entry[]): readonly Entry[] => {
  let from = entries.length - 1;
  while (from > 0 && entries[from - 1]?.seq === (entries[from]?.seq ?? 0) - 1) from--;
  return entries.slice(Math.max(0, from));
};
