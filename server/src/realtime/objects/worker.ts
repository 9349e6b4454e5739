import { MAX_WORKING_ON, MAX_WORKING_TABS, WORKING_ON_MS, type WorkingOn } from '@wardbell/contract';
import type { Session } from '../hub/session.js';
import { keyOf } from './people-at-objects.js';

interface Statement {
  readonly objects: readonly WorkingOn[];
  readonly atMs: number;
}

/** What the person at one connection works on, by tab. Times are of the monotonic clock. */
export class Worker {
  readonly #tabs = new Map<string, Statement>();
  /** The people that were sent last, as JSON, by object. */
  readonly sent = new Map<string, string>();
  /** Called when an object of the latest message is not there, or not for this person; once for a message. */
  refused: (() => void) | undefined;

  constructor(readonly session: Session) {}

  /** Replaces what a tab said before. What it names is told anew, because the tab may know nothing yet. */
  state(tab: string, objects: readonly WorkingOn[], refused: () => void, nowMs: number): void {
    this.#tabs.delete(tab);
    if (objects.length > 0) this.#tabs.set(tab, { objects, atMs: nowMs });
    const [oldest] = this.#tabs.keys();
    if (this.#tabs.size > MAX_WORKING_TABS && oldest !== undefined) this.#tabs.delete(oldest);
    for (const object of objects) this.sent.delete(keyOf(object));
    this.refused = refused;
  }

  /** Drops what was not repeated in time; true if something was. */
  expire(nowMs: number): boolean {
    const size = this.#tabs.size;
    for (const [tab, { atMs }] of this.#tabs) if (nowMs - atMs > WORKING_ON_MS) this.#tabs.delete(tab);
    return this.#tabs.size < size;
  }

  /** Each object once, with `editing` if a tab edits it; those that were said last, up to the bound. */
  get objects(): readonly WorkingOn[] {
    const byKey = new Map<string, WorkingOn>();
    for (const { objects } of [...this.#tabs.values()].reverse()) {
      for (const object of objects) {
        const key = keyOf(object);
        if (object.activity === 'editing' || (!byKey.has(key) && byKey.size < MAX_WORKING_ON))
          byKey.set(key, object);
      }
    }
    return [...byKey.values()].slice(0, MAX_WORKING_ON);
  }
}
