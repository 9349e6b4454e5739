import type { Session } from './session.js';

const SLOT_MS = 100;
/** A round takes 4 s: within the 5 s of the protocol also when the event loop is late by a second. */
const SLOTS = 40;

/**
 * Tells each session its position once in every round. The sessions are spread over the slots of the round, because
 * ten thousand frames in one tick would hold up events for 0.1 s.
 */
export class PositionRounds {
  readonly #slots: readonly Set<Session>[] = Array.from({ length: SLOTS }, () => new Set());
  #at = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell called for each session, in whatever state it is */
  constructor(private readonly tell: (session: Session) => void) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#at = (this.#at + 1) % SLOTS;
      for (const session of this.#slots[this.#at] ?? []) this.tell(session);
    }, SLOT_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  add(session: Session): void {
    this.#slotOf(session)?.add(session);
  }

  remove(session: Session): void {
    this.#slotOf(session)?.delete(session);
  }

  /** Ids are random, so their last digits spread sessions evenly. */
  #slotOf({ id }: Session): Set<Session> | undefined {
    return this.#slots[Number.parseInt(id.slice(-6), 16) % SLOTS];
  }
}
