import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { TokenBucket } from './token-bucket.js';

/** A refused token counts as so many attempts. */
const REFUSED_COST = 10;
/** Addresses that are remembered; past that, those that have recovered are forgotten, then the oldest. */
const MAX_ADDRESSES = 50_000;

/** How often one address may try to connect. A whole clinic may share an address. */
@Injectable()
export class ConnectRate {
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(private readonly config: Config) {}

  /** Counts an attempt; false when there were too many. */
  attempt(address: string): boolean {
    return this.#of(address).take(1, performance.now());
  }

  /** Counts that the attempt brought a token that was refused. */
  refused(address: string): void {
    this.#of(address).charge(REFUSED_COST - 1, performance.now());
  }

  #of(address: string): TokenBucket {
    let bucket = this.#buckets.get(address);
    if (!bucket) {
      if (this.#buckets.size >= MAX_ADDRESSES) this.#forget();
      bucket = new TokenBucket(this.config.maxConnectionAttemptsPerMinute, performance.now());
      this.#buckets.set(address, bucket);
    }
    return bucket;
  }

  #forget(): void {
    const now = performance.now();
    for (const [address, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(address);
    for (const address of this.#buckets.keys()) {
      if (this.#buckets.size < MAX_ADDRESSES) return;
      this.#buckets.delete(address);
    }
  }
}
