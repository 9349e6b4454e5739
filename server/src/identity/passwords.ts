import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { FairQueue } from './fair-queue.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 20 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Each hash takes 19 MiB and one of libuv's four threads. The longest queue is about half a second of work. */
const LIMITS = { maxRunning: 3, maxWaiting: 60 };
/** The lane of what the server hashes by itself. */
const OWN_LANE = 'server';

/** Hashes and checks passwords (argon2id), a bounded number at a time, in turns by network. */
@Injectable()
export class Passwords {
  readonly #queue = new FairQueue(LIMITS);
  #decoy: Promise<string> | undefined;

  /**
   * Returns the PHC string to store.
   * @param lane the network that asks
   * @param key what its verification needs besides the stored text
   */
  hash(password: string, lane: string = OWN_LANE, key?: Uint8Array): Promise<string> {
    return this.inTurn(lane, () => hash(password, { ...COST, ...withKey(key) }));
  }

  /**
   * Waits for the turn of this lane. The task may verify passwords.
   * @throws Problem 429 when too many tasks of this lane are waiting
   */
  inTurn<T>(lane: string, task: () => Promise<T>): Promise<T> {
    return this.#queue.run(lane, task);
  }

  /**
   * Checks a password, to be called in turn. Without a stored hash it returns false after the same work, so that timing
   * reveals nothing.
   */
  async verify(stored: string | null, password: string, key?: Uint8Array): Promise<boolean> {
    this.#decoy ??= hash('nobody', COST);
    const decoy = await this.#decoy;
    const isMatch = await verify(stored ?? decoy, password, withKey(key));
    return isMatch && stored !== null;
  }
}

const withKey = (key: Uint8Array | undefined) => (key === undefined ? {} : { secret: key });
