const MAX_LINES = 100;
/** A second, and a margin for lines that wait on their way and then arrive together. */
const WINDOW_MS = 1_100;

/** Lets at most 100 lines pass in any second, and counts the others. */
export class LineLimit {
  #dropped = 0;
  /** Times of the last lines that passed, as a ring. */
  readonly #passedMs: number[] = [];
  #next = 0;

  /** True for a line that may pass. While dropped lines are not reported, none may. */
  allows(nowMs: number): boolean {
    if (this.#dropped === 0 && this.#pass(nowMs)) return true;
    this.#dropped++;
    return false;
  }

  /** The number of dropped lines, once a line that reports them may pass; 0: there is nothing to report now. */
  takeDropped(nowMs: number): number {
    if (this.#dropped === 0 || !this.#pass(nowMs)) return 0;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #pass(nowMs: number): boolean {
    const oldestMs = this.#passedMs[this.#next];
    if (oldestMs !== undefined && nowMs - oldestMs < WINDOW_MS) return false;
    this.#passedMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % MAX_LINES;
    return true;
  }
}
