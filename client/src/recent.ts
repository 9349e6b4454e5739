import type { NumberedEvent } from './events.js';

/**
 * The latest events of a stream without gaps, so that recently loaded data can be joined with it and another tab can
 * catch up. Sequence numbers are per tenant: `key` is the key of the tenant.
 */
export interface Recent {
  /** Removes all events. From now on every event after these numbers is kept. */
  reset(seqs: ReadonlyMap<string, number>): void;
  /** Removes the events after these numbers, because they will be received again. */
  rewind(seqs: ReadonlyMap<string, number>): void;
  /** Marks the events of the tenant before this number as unknown. */
  restart(key: string, seq: number): void;
  push(key: string, event: NumberedEvent): void;
  /** Every event after these numbers in order of arrival, or undefined when some were removed. */
  after(seqs: ReadonlyMap<string, number>): readonly NumberedEvent[] | undefined;
}

/** @param capacity minimum number of kept events; at most twice as many are kept */
export const createRecent = (capacity: number): Recent => {
  let events: { readonly key: string; readonly event: NumberedEvent }[] = [];
  /** For each tenant, every visible event after this number is kept. */
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
      // Removes many at a time, because removing one from the front of the array for each event is slow.
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
