import type { Patient } from '@wardbell/contract';

/** Ids in one request: an address of less than 4 kB, which every proxy lets through. */
const BATCH = 100;
const RETRY_MS = 3_000;

type Load = (ids: readonly string[], signal: AbortSignal) => Promise<readonly Patient[]>;
export type Patients = ReadonlyMap<string, Patient>;

/**
 * The patients of the appointments that are shown: loaded many at a time, then kept by the stream. Held in
 * memory only, and only of those who were asked for.
 */
export class PatientNames {
  readonly #wanted = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #load: Load;
  #known: Patients = new Map();
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading = false;

  constructor(load: Load) {
    this.#load = load;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    void this.#fetch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#abort.abort();
    };
  };
  readonly snapshot = (): Patients => this.#known;

  /** Loads whoever of these is not known yet. */
  want(ids: Iterable<string>): void {
    for (const id of ids) {
      if (this.#wanted.has(id)) continue;
      this.#wanted.add(id);
      this.#missing.add(id);
    }
    void this.#fetch();
  }

  /** The stream has told of a patient; it may be faster than the answer that was asked for. */
  hear(patient: Patient): void {
    if (this.#wanted.has(patient.id) && !patient.purged) this.#put([patient]);
  }

  /** The stream has lost its place: everybody is asked for again. */
  reload(): void {
    for (const id of this.#wanted) this.#missing.add(id);
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    if (this.#loading || this.#missing.size === 0 || this.#listeners.size === 0) return;
    this.#loading = true;
    clearTimeout(this.#timer);
    const { signal } = this.#abort;
    const batch = [...this.#missing].slice(0, BATCH);
    for (const id of batch) this.#missing.delete(id);
    try {
      this.#put(await this.#load(batch, signal));
      this.#loading = false;
      void this.#fetch();
    } catch {
      // Without names the day is still of use: ask again, as long as somebody looks.
      for (const id of batch) this.#missing.add(id);
      this.#loading = false;
      if (!signal.aborted) this.#timer = setTimeout(() => void this.#fetch(), RETRY_MS);
      else void this.#fetch();
    }
  }

  #put(patients: readonly Patient[]): void {
    // not `>`: a restricted patient has no version, and the newest event about it wins
    const fresh = patients.filter(({ id, version }) => !(version <= (this.#known.get(id)?.version ?? 0)));
    if (fresh.length === 0) return;
    this.#known = new Map([...this.#known, ...fresh.map((patient) => [patient.id, patient] as const)]);
    for (const listener of this.#listeners) listener();
  }
}
