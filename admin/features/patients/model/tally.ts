import { type IncomingEvent, isEvent } from '@wardbell/client';
import type { Patient } from '@wardbell/contract';

/** How many patients a list has. */
export interface Count {
  /** Null while it is not known. */
  readonly total: number | null;
  /** Only the server can tell how many there are by now. */
  readonly unsure: boolean;
}

const UNKNOWN: Count = { total: null, unsure: false };

/** A number of the server that follows the events after it. Each event counts once, however often it is heard. */
export class Tally {
  readonly #listeners = new Set<() => void>();
  readonly #heard = new Set<number>();
  #seq = 0;
  #count = UNKNOWN;

  /** @param includes whether a patient is in the list; undefined: all are */
  constructor(private readonly includes?: (patient: Patient) => boolean) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly snapshot = (): Count => this.#count;

  /** The number at a position of the stream. */
  begin(seq: number, total: number): void {
    this.#seq = seq;
    this.#heard.clear();
    this.#set({ total, unsure: false });
  }

  hear(event: IncomingEvent & { readonly seq?: number }): void {
    const { seq } = event;
    if (seq === undefined || seq <= this.#seq || this.#heard.has(seq)) return;
    const step = this.#stepOf(event);
    if (step === undefined) return;
    this.#heard.add(seq);
    if (step === 'unsure') this.#set({ ...this.#count, unsure: true });
    else if (this.#count.total !== null && step !== 0) {
      this.#set({ ...this.#count, total: this.#count.total + step });
    }
  }

  #stepOf(event: IncomingEvent): number | 'unsure' | undefined {
    if (isEvent(event, 'patient_created')) {
      if (event.data.purged) return 'unsure';
      return (this.includes?.(event.data) ?? true) ? 1 : 0;
    }
    // what a patient was before is not in the event
    if (isEvent(event, 'patient_updated')) return this.includes ? 'unsure' : 0;
    if (isEvent(event, 'patient_deleted')) return this.includes || event.data.purged ? 'unsure' : -1;
    return undefined;
  }

  #set(count: Count): void {
    this.#count = count;
    for (const listener of this.#listeners) listener();
  }
}
