import { type LogEvent, rewritesLog } from '../../database/log-event.js';
import type { NumberedId } from '../outbox/log-reader.js';
import { Entry } from './entry.js';
import { type FlushQueue, LOAD_WINDOW_MS } from './flush-queue.js';
import { Freshness } from './freshness.js';
import { Groups } from './group.js';
import { PAGE } from './pages.js';
import { Ring } from './ring.js';
import type { Session } from './session.js';

/** Events kept in memory for clients that come back. */
const RING_ENTRIES = 1_024;
/** Events kept that arrived before the ones in front of them; further ones are read from the log instead. */
const MAX_EARLY = 1_024;
/** Two commits of this process may be announced in the wrong order; the missing one follows within a tick or two. */
const GAP_GRACE_MS = 5;
/** How long a head notice of another instance may take: it sends one every 10 ms, and the network adds a few. */
const ANNOUNCEMENT_MS = 25;
/** A tenant whose events were announced within this window is expected to have the next event announced as well. */
const ANNOUNCED_LATELY_MS = 1_000;
const RETRY_MS = 250;
/** The most that a tenant's own burst may delay an event so that its frames share a write. */
const MAX_BURST_DELAY_MS = 25;
/** A process that writes for more than this share of its time is busy: it writes less often, and more at once. */
const BUSY_SHARE = 0.6;
/** The share of its time that a busy process may spend on writing. */
const MAX_WRITING_SHARE = 0.75;
/** The most that a busy process may delay an event. */
const MAX_LOAD_DELAY_MS = 100;

/**
 * Bytes of events that are written to a socket at once. What was written stays in memory until a slow reader has read
 * all of it, and a session is paused between two writes only.
 */
const MAX_WRITE_BYTES = 256 * 1024;

/** Why a channel starts anew. */
export type ResetReason = 'retention' | 'epoch';

/** The log, as a channel reads it. */
export interface ChannelLog {
  /** At least one event after `since` if the log has any, in order; `lacking`: how many it should have. */
  readAfter(tenantId: string, since: number, lacking: number): Promise<LogEvent[]>;
  /** The newest number that the database itself knows; 0 for a tenant that it does not. */
  head(tenantId: string): Promise<number>;
  /** Events after `since` without a hole, shared by all readers; none when the log has none. */
  pageAfter(tenantId: string, since: number): Promise<readonly Entry[]>;
  /** Milliseconds since 1970, by the clock of the database. */
  databaseMs(): number;
}

/** What surrounds a channel: the log, the queue of writes, and those that get what comes out. */
export interface ChannelHost {
  readonly log: ChannelLog;
  /** Where all channels of the process take turns to write. */
  readonly flushes: FlushQueue;
  /** Bytes that the ring of one channel may hold now. */
  ringBytes(): number;
  /** Writes these to the live sessions; `channel.flushed` is already past them. */
  deliver(channel: Channel, entries: readonly Entry[]): void;
  /** Sessions that wait for the channel to reach a number may go on. */
  advanced(channel: Channel): void;
  /** History was replaced or dropped: the sessions of this channel must load their lists again. */
  reset(channel: Channel, reason: ResetReason): void;
  /** The data of earlier events may have been replaced in the log: nothing that was read before is used again. */
  logRewritten(): void;
  /** An event committed under a number that this channel knows as another event's. */
  contradicted(channel: Channel): void;
  /** A number was missing and is read from the log. */
  repairing(): void;
  failed(error: unknown): void;
}

/**
 * The stream of one tenant in this process. Announcements may be late, lost, repeated and out of order; the channel
 * delivers every number once and in order, because it reads the log whenever a number does not follow.
 */
export class Channel {
  readonly groups = new Groups();
  readonly freshness = new Freshness();
  /** Sessions of this tenant, live or not. */
  readonly members = new Set<Session>();
  /** When the last member left, by the monotonic clock. Milliseconds. */
  idleSinceMs = performance.now();
  readonly #ring = new Ring(RING_ENTRIES);
  readonly #early = new Map<number, LogEvent>();
  #unflushed: Entry[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #gapTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isFlushDue = false;
  #nextFlushMs = 0;
  /** When this channel last wrote, and how long all channels had written by then. Milliseconds. */
  #flushedMs = Number.NEGATIVE_INFINITY;
  #spentMs = 0;
  #reading = false;
  /** The newest number that was announced. Only the log tells whether it exists. */
  #target: number;
  #behindSinceMs: number | undefined;
  #progressMs = 0;
  #announcedMs = Number.NEGATIVE_INFINITY;
  #lastWrittenMs: number | undefined;
  #closed = false;
  /** Counts restarts: the result of a read that began before a restart is dropped. */
  #generation = 0;

  /**
   * @param seq newest known number; no session needs it or older ones from this channel
   */
  constructor(
    readonly tenantId: string,
    private seq: number,
    private readonly host: ChannelHost,
  ) {
    this.#target = seq;
    this.flushed = seq;
  }

  /** Live sessions have been written everything up to this number. */
  flushed: number;

  /** An event that was delivered, by which a history is recognised; undefined until one is known. */
  anchor: NumberedId | undefined;

  /** The newest number that was announced to this channel, whether it has the event or not. */
  get head(): number {
    return Math.max(this.seq, this.#target);
  }

  /** Age of the oldest event that this channel is known to lack, in milliseconds; 0 when it is level. */
  behindMs(): number {
    if (this.#behindSinceMs === undefined) return 0;
    const knownMs = performance.now() - this.#behindSinceMs;
    // the missing event was written after the last one that is here
    const ageMs =
      this.#lastWrittenMs === undefined ? knownMs : this.host.log.databaseMs() - this.#lastWrittenMs;
    return Math.max(0, Math.min(knownMs, ageMs));
  }

  /** For how long events are missing and none has arrived, in milliseconds: 0 for a backlog that moves. */
  stuckMs(): number {
    if (this.#behindSinceMs === undefined) return 0;
    return performance.now() - Math.max(this.#behindSinceMs, this.#progressMs);
  }

  /** Events that committed; any order, repeats allowed. */
  offer(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.seq === this.seq + 1) this.#append(event);
      else if (event.seq <= this.seq) this.#checkRepeat(event);
      else if (this.#early.size < MAX_EARLY) this.#early.set(event.seq, event);
      if (event.seq > this.#target) this.#target = event.seq;
    }
    this.#announcedMs = performance.now();
    this.#drainEarly();
    this.#scheduleFlush();
    if (this.seq < this.#target) this.#repairAfter(GAP_GRACE_MS);
  }

  /**
   * The head as the database has it. While instances announce this tenant's events, the events up to it are most likely
   * on their way, so they are read only if they do not arrive. True if the log is read at once.
   */
  observeHead(head: number): boolean {
    if (performance.now() - this.#announcedMs > ANNOUNCED_LATELY_MS) return this.catchUpTo(head);
    if (head > this.#target) this.#target = head;
    if (this.seq < this.#target) this.#repairAfter(ANNOUNCEMENT_MS);
    return false;
  }

  /** The log is said to reach `head`: reads what is missing. False if nothing is. */
  catchUpTo(head: number): boolean {
    if (head > this.#target) this.#target = head;
    if (this.seq >= this.#target) return false;
    this.#behindSinceMs ??= performance.now();
    void this.#catchUp();
    return true;
  }

  /**
   * Events after `since` and not past `flushed`, from memory, else from the log. None when the log has lost
   * them; undefined when the channel started anew meanwhile.
   */
  async page(since: number): Promise<readonly Entry[] | undefined> {
    const inMemory = this.#ring.after(since, Math.min(PAGE, Math.max(0, this.flushed - since)));
    if (inMemory) return inMemory;
    const generation = this.#generation;
    const entries = await this.host.log.pageAfter(this.tenantId, since);
    if (generation !== this.#generation) return undefined;
    return entries.filter((entry) => entry.seq <= this.flushed);
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
    this.freshness.restart();
    this.anchor = undefined;
    this.host.reset(this, reason);
    this.host.advanced(this);
  }

  /** Writes at once what waits for the next flush. For a server that stops. */
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

  /** The same event may be announced twice. Another event under its number means that the first was lost in a crash. */
  #checkRepeat(event: LogEvent): void {
    if (this.#ring.at(event.seq)?.id !== event.id) this.host.contradicted(this);
  }

  #repairAfter(graceMs: number): void {
    this.#behindSinceMs ??= performance.now();
    this.#gapTimer ??= setTimeout(() => {
      this.#gapTimer = undefined;
      if (this.seq < this.#target) this.host.repairing();
      void this.#catchUp();
    }, graceMs);
  }

  #append(event: LogEvent): void {
    const entry = new Entry(event);
    if (rewritesLog(event)) {
      this.#ring.clear();
      this.host.logRewritten();
    }
    this.seq = event.seq;
    this.#lastWrittenMs = entry.writtenMs;
    this.#ring.push(entry, this.host.ringBytes());
    this.#unflushed.push(entry);
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
        const generation = this.#generation;
        const events = await this.host.log.readAfter(this.tenantId, this.seq, this.#target - this.seq);
        if (generation !== this.#generation) continue;
        if (events.length > 0) this.#take(events);
        else await this.#reconcileHead();
      }
    } catch (error) {
      this.host.failed(error);
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        void this.#catchUp();
      }, RETRY_MS);
    } finally {
      this.#reading = false;
    }
  }

  #take(events: readonly LogEvent[]): void {
    const [first] = events;
    // Retention dropped the part of the log that is needed: go on where the log begins.
    if (first && first.seq > this.seq + 1) this.#skipTo(first.seq - 1);
    for (const event of events) if (event.seq === this.seq + 1) this.#append(event);
    this.#progressMs = performance.now();
    this.#drainEarly();
    this.#scheduleFlush();
  }

  /**
   * The log ends before the number that was announced. Either the number was made up (any role of the database may
   * NOTIFY), or retention dropped the events. The head in the database tells which.
   */
  async #reconcileHead(): Promise<void> {
    const { seq } = this;
    const target = this.#target;
    const generation = this.#generation;
    const head = await this.host.log.head(this.tenantId);
    // read after the head: an event up to it that is missing now will stay missing
    const events = await this.host.log.readAfter(this.tenantId, seq, head - seq);
    if (generation !== this.#generation || this.seq !== seq) return;
    if (events.length > 0) return this.#take(events);
    if (head > seq) return this.#skipTo(head);
    if (this.#target !== target) return;
    this.#target = seq;
    this.#early.clear();
    this.#behindSinceMs = undefined;
  }

  /** Goes on after a part of the log that is gone. */
  #skipTo(seq: number): void {
    const target = this.#target;
    this.restart(seq, 'retention');
    this.catchUpTo(target);
  }

  /**
   * Flushes at once when idle, and when its delay is over in a burst. Called once for all events that arrived together,
   * else the first of them would cost a write of its own.
   */
  #scheduleFlush(): void {
    if (this.#isFlushDue || this.#unflushed.length === 0) return;
    this.#isFlushDue = true;
    const waitMs = this.#nextFlushMs - performance.now();
    if (waitMs <= 0) return this.host.flushes.enter(this.#flush);
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = undefined;
      this.host.flushes.enter(this.#flush);
    }, waitMs);
  }

  readonly #flush = (): void => {
    this.#isFlushDue = false;
    const entries = this.#unflushed;
    if (entries.length === 0) return;
    this.#unflushed = [];
    const startMs = performance.now();
    for (const part of splitByBytes(entries)) {
      this.flushed = part.at(-1)?.seq ?? this.flushed;
      this.host.deliver(this, part);
    }
    this.anchor = entries.at(-1) ?? this.anchor;
    this.#pace(startMs, performance.now());
    this.host.advanced(this);
  };

  /**
   * Sets when to write next: as long after this flush as it took, so that one tenant's writing takes half of the time
   * at most. In a busy process later, so that a round of all tenants, measured since this tenant's last flush, takes
   * three quarters of the time; for a tenant that was quiet for long, the round is its share of the average.
   */
  #pace(startMs: number, endMs: number): void {
    const { flushes } = this.host;
    const tookMs = endMs - startMs;
    let delayMs = Math.min(tookMs, MAX_BURST_DELAY_MS);
    if (flushes.share(endMs) > BUSY_SHARE) {
      const sinceMs = Math.max(startMs - this.#flushedMs, 1);
      const roundMs = (flushes.spentMs - this.#spentMs) * Math.min(1, LOAD_WINDOW_MS / sinceMs);
      delayMs = Math.max(delayMs, Math.min(roundMs / MAX_WRITING_SHARE - tookMs, MAX_LOAD_DELAY_MS));
    }
    this.#flushedMs = startMs;
    this.#spentMs = flushes.spentMs;
    this.#nextFlushMs = endMs + delayMs;
  }
}

/** Parts of at most `MAX_WRITE_BYTES` each, or of one event; small events stay in one part. */
const splitByBytes = (entries: readonly Entry[]): readonly (readonly Entry[])[] => {
  const parts: Entry[][] = [];
  let part: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (part.length > 0 && bytes + entry.frameBytes > MAX_WRITE_BYTES) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(entry);
    bytes += entry.frameBytes;
  }
  parts.push(part);
  return parts;
};
