/** A semaphore: at most a fixed number of tasks run at a time, and the others wait in order. */
export class Gate {
  #open: number;
  readonly #line: (() => void)[] = [];

  constructor(size: number) {
    this.#open = size;
  }

  /** Number of waiting tasks. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Runs the work as soon as a slot is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open > 0) this.#open--;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#open++;
    }
  }
}
