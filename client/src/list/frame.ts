/** Update interval of lists in hidden pages, which get no animation frames. */
const HIDDEN_MS = 100;

/**
 * Runs once before the next paint, or after a short delay where nothing is painted. Returns a function that cancels it.
 */
const beforeNextPaint = (run: () => void): (() => void) => {
  const timer = setTimeout(once, HIDDEN_MS);
  const frame = globalThis.requestAnimationFrame?.(once);
  function cancel(): void {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
  }
  function once(): void {
    cancel();
    run();
  }
  return cancel;
};

/**
 * Draws at once after a pause, and in a burst once a frame. What waits for the callback of a frame is often painted in the
 * frame after it, because frameworks render what has changed in a later task.
 */
export class Redraw {
  #isDue = false;
  /** Not null from a draw to the next frame. */
  #cancelFrame: (() => void) | null = null;

  constructor(private readonly draw: () => void) {}

  /** Draws after this task, or in the next frame when this one has had its draw. */
  request(): void {
    if (!this.#isDue && !this.#cancelFrame) queueMicrotask(() => this.#drawIfDue());
    this.#isDue = true;
  }

  /** Forgets what was requested. */
  cancel(): void {
    this.#isDue = false;
    this.#cancelFrame?.();
    this.#cancelFrame = null;
  }

  #drawIfDue(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#cancelFrame = beforeNextPaint(() => {
      this.#cancelFrame = null;
      this.#drawIfDue();
    });
    this.draw();
  }
}
