/** Update interval of lists in hidden pages, which get no animation frames. */
const HIDDEN_MS = 100;

/**
 * Runs once before the next paint, or after a short delay where nothing is painted. Returns a function that cancels it.
 */
export const beforeNextPaint = (run: () => void): (() => void) => {
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
