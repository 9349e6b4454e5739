/** A stretch of time by the monotonic clock, in milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Stretches of time in which something was so, as they are observed. */
export class Spans {
  readonly #past: Span[] = [];
  #fromMs: number | undefined;
  /** It was so until then, unless it is said to be so again. */
  #untilMs = Number.POSITIVE_INFINITY;

  /** It is so from now on. @param forMs for so long at most, unless this is called again */
  begin(forMs = Number.POSITIVE_INFINITY): void {
    const nowMs = performance.now();
    if (nowMs > this.#untilMs) this.end();
    this.#fromMs ??= nowMs;
    this.#untilMs = nowMs + forMs;
  }

  end(): void {
    if (this.#fromMs === undefined) return;
    this.#past.push({ fromMs: this.#fromMs, untilMs: Math.min(this.#untilMs, performance.now()) });
    this.#fromMs = undefined;
  }

  all(): readonly Span[] {
    if (this.#fromMs === undefined) return this.#past;
    return [...this.#past, { fromMs: this.#fromMs, untilMs: Math.min(this.#untilMs, performance.now()) }];
  }
}
