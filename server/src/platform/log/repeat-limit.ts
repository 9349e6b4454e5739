/** What a line that repeats itself may cost: one at once, then one in this time. */
const EVERY_MS = 30_000;
/** Kinds that are remembered; a kind comes from a closed list, so this only bounds a mistake. */
const MAX_KINDS = 100;

/** Lets a line of each kind through at most once in 30 s. */
export class RepeatLimit {
  readonly #kinds = new Map<string, { loggedMs: number; suppressed: number }>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** How many lines this one stands for, with those that were left out before it; undefined: leave it out too. */
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
