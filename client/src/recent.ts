import type { NumberedEvent } from './events.js';

/**
 * The latest events of a stream without a hole, so that what was loaded a moment ago can be joined with it and
 * another tab can catch up. Numbers go by tenant: `key` is the tenant's.
 */
export interface Recent {
  /** Forgets all; knows everything after these numbers from now on. */
  reset(seqs: ReadonlyMap<string, number>): void;
  /** Forgets what came after these numbers: it will come again. */
  rewind(seqs: ReadonlyMap<string, number>): void;
  /** Knows nothing of the tenant before this number. */
  restart(key: string, seq: number): void;
  push(key: string, event: NumberedEvent): void;
  /** Every event after these numbers in the order they came, or undefined when some are forgotten. */
  after(seqs: ReadonlyMap<string, number>): readonly NumberedEvent[] | undefined;
}

/** @param capacity events kept at least; at most twice as many are */
export const createRecent = (capacity: number): Recent => {
  let events: { readonly key: string; readonly event: NumberedEvent }[] = [];
  /** Of each tenant, every event after this number that the connection may see is here. */
  let from = new Map<string, number>();
  return {
    reset: (seqs) => {
      events = [];
      from = new Map(seqs);
    },
    rewind: (seqs) => {
      events = events.filter(({ key, event }) => event.seq <= (seqs.get(key) ?? 0));
    },
    restart: (key, seq) => {
      events = events.filter((kept) => kept.key !== key);
      from.set(key, seq);
    },
    push: (key, event) => {
      events.push({ key, event });
      // Seldom and many: to take one from the front of an array for each event is slow.
      if (events.length >= 2 * capacity)
        for (const { key: of, event: old } of events.splice(0, capacity))
          from.set(of, Math.max(old.seq, from.get(of) ?? 0));
    },
    after: (seqs) => {
      for (const [key, seq] of seqs) if (seq < (from.get(key) ?? 0)) return undefined;
      return events.filter(({ key, event }) => event.seq > (seqs.get(key) ?? 0)).map(({ event }) => event);
    },
  };
};
