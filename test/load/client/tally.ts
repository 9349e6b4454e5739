import { DelaySample, type Delays, monotonicUs } from '../statistics.js';

/** What sockets received since the last reset. */
export interface TallyReport {
  readonly deliveries: number;
  readonly bytes: number;
  /** Reads from sockets: how many writes the kernel had joined by the time that the client looked. */
  readonly reads: number;
  /** From the first delivery to the last. Seconds. */
  readonly spanS: number;
  /** From publishing to receipt, of sampled sockets. Microseconds. */
  readonly delayUs: Delays;
  /** Numbers that a sampled socket missed or got twice. */
  readonly misordered: number;
  /** Sockets that the server closed, by close code; 0 when there was none. */
  readonly closes: Readonly<Record<string, number>>;
}

/** Counts for all sockets of the client together. */
export class Tally {
  deliveries = 0;
  bytes = 0;
  reads = 0;
  misordered = 0;
  closes: Record<string, number> = {};
  /** Called with each event of each sampled socket. */
  observer: ((text: string) => void) | undefined;
  readonly #delays = new DelaySample();
  #firstUs = 0;
  #lastUs = 0;
  #waiting: { readonly deliveries: number; readonly done: () => void } | undefined;

  /** After a read that brought events. */
  received(): void {
    this.#lastUs = monotonicUs();
    if (this.#firstUs === 0) this.#firstUs = this.#lastUs;
    if (this.#waiting && this.deliveries >= this.#waiting.deliveries) this.#waiting.done();
  }

  delayed(publishedUs: number): void {
    this.#delays.add(monotonicUs() - publishedUs);
  }

  closed(code: number): void {
    this.closes[code] = (this.closes[code] ?? 0) + 1;
  }

  reset(): void {
    this.deliveries = 0;
    this.bytes = 0;
    this.reads = 0;
    this.misordered = 0;
    this.closes = {};
    this.#delays.clear();
    this.#firstUs = 0;
    this.#lastUs = 0;
  }

  /** Resolves when so many have come since the reset, or when the time is up: the report says which. */
  reached(deliveries: number, timeoutMs: number): Promise<void> {
    if (this.deliveries >= deliveries) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting = { deliveries, done };
    });
  }

  report(): TallyReport {
    return {
      deliveries: this.deliveries,
      bytes: this.bytes,
      reads: this.reads,
      spanS: (this.#lastUs - this.#firstUs) / 1e6,
      delayUs: this.#delays.summary(),
      misordered: this.misordered,
      closes: this.closes,
    };
  }
}
