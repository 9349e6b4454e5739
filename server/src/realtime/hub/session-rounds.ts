import type { Session } from './session.js';

const SLOT_MS = 100;

/**
 * Calls back for each session once in every round. The sessions are spread over the slots of the round, because
 * ten thousand frames in one tick would hold up events for 0.1 s.
 */
export class SessionRounds {
  readonly #slots: readonly Set<Session>[];
  #at = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param visit called for each session, in whatever state it is */
  constructor(
    roundMs: number,
    private readonly visit: (session: Session) => void,
  ) {
    this.#slots = Array.from({ length: Math.ceil(roundMs / SLOT_MS) }, () => new Set());
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#at = (this.#at + 1) % this.#slots.length;
      for (const session of this.#slots[this.#at] ?? []) this.visit(session);
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
    return this.#slots[Number.parseInt(id.slice(-6), 16) % this.#slots.length];
  }
}
