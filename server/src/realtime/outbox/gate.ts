/** Lets so many through at once; the others wait in line. */
export class Gate {
  #open: number;
  readonly #line: (() => void)[] = [];

  constructor(size: number) {
    this.#open = size;
  }

  /** Those in line. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Runs the work when its turn comes. */
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
