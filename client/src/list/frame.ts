/** Hidden pages get no animation frames; their lists are kept up to date at this pace. */
const HIDDEN_MS = 100;

/** Runs once before the next paint, or soon where nothing is painted. Returns how to call it off. */
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
