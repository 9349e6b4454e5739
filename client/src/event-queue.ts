/** Events that may wait for a `for await` before it counts as too slow. */
export const MAX_QUEUED = 10_000;

/** Hands events to one `for await`. What waits is bounded: past the bound the loop throws, it does not skip. */
export class EventQueue<Event> implements AsyncIterator<Event, void> {
  #events: Event[] = [];
  #waiting: ((result: IteratorResult<Event, void>) => void)[] = [];
  #ended = false;
  #overflowed = false;

  constructor(private readonly closed: () => void) {}

  push(event: Event): void {
    if (this.#ended) return;
    const next = this.#waiting.shift();
    if (next) next({ value: event, done: false });
    else if (this.#events.length < MAX_QUEUED) this.#events.push(event);
    else {
      this.#overflowed = true;
      this.end();
    }
  }

  /** Lets the loop read what waits, then ends it. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const resolve of this.#waiting) resolve({ value: undefined, done: true });
    this.#waiting = [];
    this.closed();
  }

  next(): Promise<IteratorResult<Event, void>> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#overflowed) {
      this.#overflowed = false;
      return Promise.reject(
        new Error(`The loop fell ${MAX_QUEUED} events behind: load again and start anew`),
      );
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<Event, void>> {
    this.#events = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }
}
