import type { NumberedEvent } from './events.js';

/**
 * The latest events of a stream without a hole, so that what was loaded a moment ago can be joined with it and
 * another tab can catch up. Numbers go by tenant: `key` is the tenant's.
 */
export class Recent {
  #events: { readonly key: string; readonly event: NumberedEvent }[] = [];
  /** Events before this index are forgotten; removing from the front of an array for each event is slow. */
  #first = 0;
  /** Of each tenant, every event after this number that the connection may see is here. */
  #from: Map<string, number>;

  constructor(private readonly capacity: number) {
    this.#from = new Map();
  }

  /** Forgets all; knows everything after these numbers from now on. */
  reset(seqs: ReadonlyMap<string, number>): void {
    this.#events = [];
    this.#first = 0;
    this.#from = new Map(seqs);
  }

  /** Knows nothing of the tenant before this number. */
  restart(key: string, seq: number): void {
    this.#events = this.#events.slice(this.#first).filter((kept) => kept.key !== key);
    this.#first = 0;
    this.#from.set(key, seq);
  }

  push(key: string, event: NumberedEvent): void {
    this.#events.push({ key, event });
    while (this.#events.length - this.#first > this.capacity) {
      const oldest = this.#events[this.#first];
      if (oldest) this.#from.set(oldest.key, oldest.event.seq);
      this.#first += 1;
    }
    if (this.#first > this.capacity) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Every event after these numbers in the order they came, or undefined when some are forgotten. */
  after(seqs: ReadonlyMap<string, number>): readonly NumberedEvent[] | undefined {
    for (const [key, seq] of seqs) if (seq < (this.#from.get(key) ?? 0)) return undefined;
    const later: NumberedEvent[] = [];
    for (let index = this.#first; index < this.#events.length; index += 1) {
      const kept = this.#events[index];
      if (kept && kept.event.seq > (seqs.get(kept.key) ?? 0)) later.push(kept.event);
    }
    return later;
  }
}
