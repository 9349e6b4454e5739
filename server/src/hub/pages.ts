import type { LogEvent } from '../database/log-event.js';
import { Entry } from './entry.js';

/** Events of one read of the log. */
export const PAGE = 512;
/** Those who were cut off together come back within seconds of each other. */
const KEPT_MS = 5_000;
const MAX_BYTES = 64 * 1024 * 1024;

interface Page {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly readMs: number;
}

/**
 * The log in pages that begin at multiples of 512, shared by all who read at about the same time: a thousand
 * clients that come back further behind than the ring reaches, each from a number of its own, cost a few
 * reads. A page may be older than the question, so it answers only with what it has; what it has is true.
 */
export class Pages {
  readonly #pages = new Map<string, Page>();
  readonly #reading = new Map<string, Promise<readonly Entry[]>>();
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
    const key = `${tenantId}/${Math.floor(since / PAGE)}`;
    const known = following(this.#pages.get(key)?.entries ?? [], since);
    if (known.length > 0) return known;
    // a read that is under way may have begun before our number existed: then it is asked once more
    for (const shared of [true, false]) {
      const found = following(await this.#read(key, tenantId, since, shared), since);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** History was replaced or dropped: nothing that was read before counts. */
  forget(): void {
    this.#generation++;
    this.#pages.clear();
    this.#reading.clear();
    this.#bytes = 0;
  }

  /** Lets go of what nobody has come for; call it every second or so. */
  expire(nowMs: number): void {
    for (const [key, { readMs }] of this.#pages) if (nowMs - readMs > KEPT_MS) this.#drop(key);
  }

  #read(key: string, tenantId: string, since: number, shared: boolean): Promise<readonly Entry[]> {
    const underWay = shared ? this.#reading.get(key) : undefined;
    if (underWay) return underWay;
    const reading = this.#load(key, tenantId, Math.floor(since / PAGE) * PAGE).finally(() => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    });
    this.#reading.set(key, reading);
    return reading;
  }

  async #load(key: string, tenantId: string, start: number): Promise<readonly Entry[]> {
    const generation = this.#generation;
    const entries = (await this.read(tenantId, start, PAGE)).map((event) => new Entry(event));
    if (generation === this.#generation) this.#keep(key, entries);
    return entries;
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

/** What follows `since` at once, up to the first hole. Numbers of a page are ascending. */
const following = (entries: readonly Entry[], since: number): readonly Entry[] => {
  const from = entries.findIndex((entry) => entry.seq === since + 1);
  if (from === -1) return [];
  let to = from + 1;
  while (entries[to]?.seq === since + 1 + to - from) to++;
  return entries.slice(from, to);
};
