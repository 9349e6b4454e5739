import type { LogEvent } from '../../database/log-event.js';
import { MAX_READ_BYTES } from '../outbox/log-reader.js';
import { Entry } from './entry.js';

/** Events of one read of the log, at most; a power of two. A read ends earlier when its events are large. */
export const PAGE = 512;
/** Those who were cut off together come back within seconds of each other. */
const KEPT_MS = 5_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** Part of a tenant's log: `size` events after number `start`. */
interface Span {
  readonly tenantId: string;
  readonly start: number;
  readonly size: number;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly readMs: number;
}

/**
 * The log in pages that begin at multiples of 512, shared by all who read at about the same time: a thousand
 * clients that come back further behind than the ring reaches, each from a number of its own, cost a few
 * reads. Where events are so large that a read ends before its page does, the tenant's pages are made smaller. A page
 * may be older than the question, so it answers only with what it has; what it has is true.
 */
export class Pages {
  readonly #pages = new Map<string, Page>();
  readonly #reading = new Map<string, Promise<readonly Entry[]>>();
  /** Events of a page for tenants whose events are large. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;
  #generation = 0;

  constructor(
    private readonly read: (tenantId: string, since: number, limit: number) => Promise<LogEvent[]>,
  ) {}

  /**
   * Events after `since` without a hole, at least one; or none, which the log itself has just said: they do
   * not exist or are gone.
   */
  async after(tenantId: string, since: number): Promise<readonly Entry[]> {
    for (;;) {
      const size = this.#sizes.get(tenantId) ?? PAGE;
      const start = Math.floor(since / size) * size;
      const key = `${tenantId}/${start}/${size}`;
      const known = following(this.#pages.get(key)?.entries ?? [], since);
      if (known.length > 0) return known;
      // a read that is under way may have begun before our number existed: then it is asked once more
      for (const shared of [true, false]) {
        const entries = await this.#read(key, { tenantId, start, size }, shared);
        const found = following(entries, since);
        if (found.length > 0) return found;
        if (size > 1 && endsEarly(entries, since)) break;
        if (!shared) return [];
      }
      this.#sizes.set(tenantId, size / 2);
    }
  }

  /** History was replaced or dropped: nothing that was read before counts. */
  forget(): void {
    this.#generation++;
    this.#pages.clear();
    this.#reading.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }

  /** Lets go of what nobody has come for; call it every second or so. */
  expire(nowMs: number): void {
    for (const [key, { readMs }] of this.#pages) if (nowMs - readMs > KEPT_MS) this.#drop(key);
  }

  #read(key: string, span: Span, shared: boolean): Promise<readonly Entry[]> {
    const underWay = shared ? this.#reading.get(key) : undefined;
    if (underWay) return underWay;
    const reading = this.#load(key, span).finally(() => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    });
    this.#reading.set(key, reading);
    return reading;
  }

  async #load(key: string, { tenantId, start, size }: Span): Promise<readonly Entry[]> {
    const generation = this.#generation;
    const entries = (await this.read(tenantId, start, size)).map((event) => new Entry(event));
    if (generation === this.#generation) this.#keep(key, entries);
    if (entries.length === size && bytesOf(entries) < MAX_READ_BYTES / 4) this.#enlarge(tenantId, size * 2);
    return entries;
  }

  /** Events have become smaller again. */
  #enlarge(tenantId: string, size: number): void {
    if (size < PAGE) this.#sizes.set(tenantId, size);
    else this.#sizes.delete(tenantId);
  }

  #keep(key: string, entries: readonly Entry[]): void {
    this.#drop(key);
    const bytes = entries.reduce((sum, entry) => sum + entry.memoryBytes, 0);
    this.#pages.set(key, { entries, bytes, readMs: performance.now() });
    this.#bytes += bytes;
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#pages.get(key)?.bytes ?? 0;
    this.#pages.delete(key);
  }
}

const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { frameBytes }) => sum + frameBytes, 0);

/** Did the read end before the number that was asked for because its events are large? */
const endsEarly = (entries: readonly Entry[], since: number): boolean => {
  const last = entries.at(-1)?.seq;
  // JSON of the database has spaces that a frame has not, but no more than half of it
  return last !== undefined && last <= since && bytesOf(entries) >= MAX_READ_BYTES / 2;
};

/** What follows `since` at once, up to the first hole. Numbers of a page are ascending. */
const following = (entries: readonly Entry[], since: number): readonly Entry[] => {
  const from = entries.findIndex((entry) => entry.seq === since + 1);
  if (from === -1) return [];
  let to = from + 1;
  while (entries[to]?.seq === since + 1 + to - from) to++;
  return entries.slice(from, to);
};
