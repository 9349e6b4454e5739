import type { Appointment } from '@wardbell/contract';
import type { Undo, Written } from './writes';

/** A change that was just made. */
export interface Offer {
  /** As it was before the change. */
  readonly appointment: Appointment;
  readonly before: Undo['before'];
  /** What was done, in words. */
  readonly message: string;
  /** The row that the change made. */
  readonly answered: Promise<Written>;
  readonly timeMs: number;
  /** Says of the row that the change made what is wrong with it; null: nothing. */
  readonly warningOf?: (made: Written) => string | null;
}

interface Change extends Offer {
  warning: string | null;
  untilMs: number;
  /** The version at which the change is what was done last: its own, or that of the undo of the next one. */
  version: Promise<number>;
  hide: (() => void) | undefined;
}

interface Outside {
  readonly nowMs: () => number;
  /** Offers the undo to the person; returns what takes the offer away. */
  readonly show: (
    message: string,
    timeMs: number,
    onUndo: () => void,
    onExpire: () => void,
    warning: string | null,
  ) => () => void;
  readonly undo: (appointment: Appointment, undo: Undo) => Promise<Appointment>;
  readonly onUndone: (message: string) => void;
}

/**
 * The last changes of each appointment. The newest of an appointment is on offer, because to undo an older one would undo the
 * newer with it. When it was undone, the one before it is on offer for the rest of its time.
 */
export class UndoChain {
  readonly #outside: Outside;
  readonly #changes = new Map<string, Change[]>();

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  offer(offer: Offer): void {
    const { id } = offer.appointment;
    const changes = this.#changes.get(id) ?? [];
    changes.at(-1)?.hide?.();
    const version = offer.answered.then((row) => row.version);
    const untilMs = this.#outside.nowMs() + offer.timeMs;
    const change: Change = { ...offer, untilMs, version, warning: null, hide: undefined };
    this.#changes.set(id, [...changes, change]);
    this.#show(change);
    // One that was refused cannot be undone, and what was done before has been told to be gone.
    version.catch(() => this.#drop(change));
    const { warningOf } = offer;
    if (warningOf)
      void offer.answered.then((made) => this.#warn(change, warningOf(made))).catch(() => undefined);
  }

  /** Says what the server found, with its own time to read it; not of a change that is no longer the newest. */
  #warn(change: Change, warning: string | null): void {
    if (warning === null || this.#changes.get(change.appointment.id)?.at(-1) !== change) return;
    change.hide?.();
    change.warning = warning;
    change.untilMs = this.#outside.nowMs() + change.timeMs;
    this.#show(change);
  }

  /** Takes all offers away. */
  end(): void {
    for (const changes of this.#changes.values()) changes.at(-1)?.hide?.();
    this.#changes.clear();
  }

  #show(change: Change): void {
    const leftMs = change.untilMs - this.#outside.nowMs();
    if (leftMs <= 0) {
      this.#drop(change);
      return;
    }
    change.hide = this.#outside.show(
      change.message,
      leftMs,
      () => void this.#undo(change),
      () => this.#drop(change),
      change.warning,
    );
  }

  async #undo(change: Change): Promise<void> {
    const { id } = change.appointment;
    const earlier = (this.#changes.get(id) ?? []).filter((each) => each !== change);
    this.#changes.set(id, earlier);
    try {
      const row = await change.answered;
      const undone = this.#outside.undo(row, {
        kind: 'undo',
        before: change.before,
        version: change.version,
      });
      const version = undone.then((answer) => answer.version);
      version.catch(() => undefined);
      const last = earlier.at(-1);
      if (last) last.version = version;
      await undone;
      this.#outside.onUndone(change.message);
      if (last && this.#changes.get(id)?.at(-1) === last) this.#show(last);
    } catch {
      // Said where the write was refused. What a colleague changed since cannot be undone further.
      for (const each of this.#changes.get(id) ?? []) each.hide?.();
      this.#changes.delete(id);
    }
  }

  /** Forgets a change and those before it: an older one cannot be undone without it. */
  #drop(change: Change): void {
    const { id } = change.appointment;
    const changes = this.#changes.get(id) ?? [];
    const index = changes.indexOf(change);
    if (index < 0) return;
    change.hide?.();
    const newer = changes.slice(index + 1);
    if (newer.length === 0) this.#changes.delete(id);
    else this.#changes.set(id, newer);
  }
}
