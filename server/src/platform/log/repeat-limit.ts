/** Minimum time between two lines of one kind. */
const EVERY_MS = 30_000;
/** Bounds memory if a caller passes unbounded kinds by mistake; kinds come from closed lists. */
const MAX_KINDS = 100;

/** Passes a line of each kind at most once in 30 s and counts the suppressed ones. */
export class RepeatLimit {
  readonly #kinds = new Map<string, { loggedMs: number; suppressed: number }>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Returns 1 plus the number of lines suppressed since the last one, or undefined when this line is suppressed. */
  pass(kind: string): number | undefined {
    const nowMs = this.nowMs();
    const known = this.#kinds.get(kind);
    if (known && nowMs - known.loggedMs < EVERY_MS) {
      known.suppressed++;
      return undefined;
    }
    if (!known && this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { loggedMs: nowMs, suppressed: 0 });
    return 1 + (known?.suppressed ?? 0);
  }
}
