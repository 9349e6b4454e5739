import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../platform/errors/problem.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 20 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Concurrent hashes. Each takes 19 MiB and one of libuv's four threads. */
const MAX_RUNNING = 3;
/** Longest queue behind them, about half a second. Beyond it sign-in is refused, which bounds the load. */
const MAX_WAITING = 60;

/** Hashes and checks passwords (argon2id), a bounded number at a time. */
@Injectable()
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  /** Returns the PHC string to store. */
  hash(password: string): Promise<string> {
    return this.#bounded(() => hash(password, COST));
  }

  /** Checks a password. Without a stored hash it returns false after the same work, so that timing reveals nothing. */
  async verify(stored: string | null, password: string): Promise<boolean> {
    this.#decoy ??= hash('nobody', COST);
    const against = stored ?? (await this.#decoy);
    const isMatch = await this.#bounded(() => verify(against, password));
    return isMatch && stored !== null;
  }

  async #bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < MAX_RUNNING) this.#running++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Waits until a running hash ends and takes its slot. */
  #turn(): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) throw new Problem('too_many_attempts', { retryAfterS: 2 });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
