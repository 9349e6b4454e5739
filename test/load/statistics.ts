/** The value below which this part (0 to 1) of the sorted values lies; NaN of none. */
export const quantile = (sorted: ArrayLike<number>, part: number): number =>
  sorted.length === 0
    ? Number.NaN
    : (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN);

/** The middle value; of an even number the lower of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number =>
  quantile(Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort(), 0.5 - Number.EPSILON);

export interface Delays {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Keeps delays for their quantiles, a fair sample of them when there are too many to keep. */
export class DelaySample {
  readonly #kept: number[] = [];
  #seen = 0;

  constructor(private readonly capacity = 200_000) {}

  add(delay: number): void {
    this.#seen++;
    if (this.#kept.length < this.capacity) {
      this.#kept.push(delay);
      return;
    }
    // Vitter's reservoir: each delay has the same chance to be among the kept
    const at = Math.floor(Math.random() * this.#seen);
    if (at < this.capacity) this.#kept[at] = delay;
  }

  clear(): void {
    this.#kept.length = 0;
    this.#seen = 0;
  }

  summary(): Delays {
    const sorted = Float64Array.from(this.#kept).sort();
    return {
      count: this.#seen,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      p999: quantile(sorted, 0.999),
      max: sorted.at(-1) ?? Number.NaN,
    };
  }
}

/** Microseconds by a clock that all processes of this machine share and that never jumps. */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1_000n);
