import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../platform/errors/problem.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 20 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** At once; each takes a thread of libuv's four and 19 MiB. */
const MAX_RUNNING = 3;
/** Waiting behind those, about half a second; past it sign-in is refused rather than the server drowned. */
const MAX_WAITING = 60;

/** Hashes and checks passwords (argon2id), a bounded number at a time. */
@Injectable()
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  /** The PHC string to store. */
  hash(password: string): Promise<string> {
    return this.#bounded(() => hash(password, COST));
  }

  /** Does the password fit? Without a stored hash the answer is no, after the same work. */
  async verify(stored: string | null, password: string): Promise<boolean> {
    this.#decoy ??= hash('nobody', COST);
    const against = stored ?? (await this.#decoy);
    const fits = await this.#bounded(() => verify(against, password));
    return fits && stored !== null;
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

  /** Waits for one who is done; that one's place is handed over. */
  #turn(): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) throw new Problem('too_many_attempts', { retryAfterS: 2 });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
