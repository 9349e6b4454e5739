import type { Entry } from './entry.js';

/**
 * The latest events of a tenant, contiguous, so that a thousand clients that return at once are served from
 * memory. Bounded in number and in bytes; what falls out is read from the log again.
 */
export class Ring {
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(readonly maxEntries: number) {}

  /** Number of the oldest event that it holds, or undefined when it is empty. */
  get first(): number | undefined {
    return this.#entries[0]?.seq;
  }

  get size(): number {
    return this.#entries.length;
  }

  push(entry: Entry, maxBytes: number): void {
    this.#entries.push(entry);
    this.#bytes += entry.memoryBytes;
    if (this.#entries.length > this.maxEntries * 1.25 || this.#bytes > maxBytes * 1.25) this.#trim(maxBytes);
  }

  /** Up to `limit` events after `since`, or undefined when it does not reach back that far. */
  after(since: number, limit: number): readonly Entry[] | undefined {
    const first = this.first;
    if (first === undefined || since < first - 1) return undefined;
    const from = since - first + 1;
    return this.#entries.slice(from, from + limit);
  }

  /** The event with this number, if it is still here. */
  at(seq: number): Entry | undefined {
    return this.#entries[seq - (this.first ?? 0)];
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  /** Cuts in one go, and only when a quarter over: dropping one by one would copy the array each time. */
  #trim(maxBytes: number): void {
    let drop = Math.max(0, this.#entries.length - this.maxEntries);
    for (let at = 0; at < drop; at++) this.#bytes -= this.#entries[at]?.memoryBytes ?? 0;
    while (this.#bytes > maxBytes && drop < this.#entries.length - 1) {
      this.#bytes -= this.#entries[drop]?.memoryBytes ?? 0;
      drop++;
    }
    if (drop > 0) this.#entries = this.#entries.slice(drop);
  }
}
