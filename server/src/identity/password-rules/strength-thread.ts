import { Worker } from 'node:worker_threads';
import { Problem } from '../../platform/errors/problem.js';
import type { Candidate, Estimate } from './estimate.js';

/** The thread ends, and its 80 MB are free, after this time without work: passwords are set rarely. */
const IDLE_MS = 60_000;
const MAX_WAITING = 60;

interface Waiting {
  readonly resolve: (estimate: Estimate) => void;
  readonly reject: (error: unknown) => void;
}

/** Estimates passwords in another thread, which exists while it is needed. */
export class StrengthThread {
  #worker: Worker | undefined;
  /** In the order in which they were sent, which is that of the answers. */
  readonly #waiting: Waiting[] = [];
  #idle: NodeJS.Timeout | undefined;

  /** @throws Problem `busy` when too many are waiting or the thread has died */
  estimate(candidate: Candidate): Promise<Estimate> {
    if (this.#waiting.length >= MAX_WAITING) throw new Problem('busy', { retryAfterS: 2 });
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      worker.postMessage(candidate);
    });
  }

  /** Ends the thread; what waits is refused. */
  stop(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#fail(undefined);
    void worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./strength-worker.js', import.meta.url));
    worker.on('message', (estimate: Estimate) => {
      this.#waiting.shift()?.resolve(estimate);
      if (this.#waiting.length === 0) this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#fail(error);
    });
    worker.unref();
    return worker;
  }

  #fail(cause: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new Problem('busy', { retryAfterS: 2, cause }));
  }
}
