import type { Close } from '@wardbell/contract';
import type { Framing } from '../hub/framing.js';
import type { Sink } from '../hub/session.js';

const WAKES = Buffer.from([1]);
const NOTHING = Buffer.alloc(0);

/** A poll that waits is only woken: what it answers is read from the log. */
export const POLL_FRAMING: Framing = {
  name: 'poll',
  transport: 'long_poll',
  event: () => WAKES,
  control: ({ type }) => (type === 'resync_required' ? WAKES : NOTHING),
};

/** The sink of a poll that waits: resolves when there is something to answer. */
export class PollSink implements Sink {
  readonly pendingBytes = 0;
  readonly takenBytes = 0;
  /** How this side ended the wait. */
  closed: Close | undefined;
  #isHeld = false;
  #hasNews = false;
  #wake: () => void = () => undefined;
  readonly #onRelease: (() => void)[] = [];

  /** Resolves when there is news, when this side closes, or after so long. */
  async wait(maxMs: number, abort: AbortSignal): Promise<void> {
    if (this.#hasNews || this.closed || abort.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      abort.addEventListener('abort', this.#wake, { once: true });
    });
  }

  write(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#hasNews = true;
    if (!this.#isHeld) this.#wake();
  }

  writeNow(bytes: Buffer): void {
    this.write(bytes);
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    if (this.#hasNews) this.#wake();
    for (const done of this.#onRelease.splice(0)) done();
  }

  async drained(): Promise<void> {
    if (this.#isHeld && !this.closed) await new Promise<void>((resolve) => this.#onRelease.push(resolve));
  }

  close(close: Close): void {
    this.closed ??= close;
    this.#wake();
    this.release();
  }
}
