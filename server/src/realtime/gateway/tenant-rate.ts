import { Injectable } from '@nestjs/common';
import { DEFAULT_MESSAGES_PER_MINUTE } from '@wardbell/contract';
import { Config } from '../../platform/config/config.js';
import type { Admitted } from '../connections/admission.js';
import { TokenBucket } from './token-bucket.js';

/** Connection attempts per minute and tenant: two per allowed socket, at least those of ten addresses. */
const CONNECTS_PER_SOCKET = 2;
const CONNECTS_IN_ADDRESSES = 10;
/** Sockets that may use their own message rate in full at the same time: half of those allowed, at least ten. */
const FULL_RATE_SHARE = 0.5;
const MIN_FULL_RATE_SOCKETS = 10;
/**
 * Tokens that a message takes from its socket's bucket once the tenant's bucket is empty, so sockets that send most are
 * closed first.
 */
const COST_ABOVE_TENANT_RATE = 10;
/** Tenants that are remembered; those that have recovered are forgotten first. */
const MAX_TENANTS = 20_000;

/** What one tenant's sockets may do on this instance. Each bucket lets a minute's worth through at once. */
export class TenantRate {
  readonly connects: TokenBucket;
  readonly #messages: TokenBucket;

  /** @param minConnects attempts to connect in a minute that a tenant has whatever its limits */
  constructor(
    readonly maxConnections: number,
    readonly messagesPerMinute: number,
    minConnects: number,
    nowMs: number,
  ) {
    this.connects = new TokenBucket(Math.max(minConnects, CONNECTS_PER_SOCKET * maxConnections), nowMs);
    const fullRateSockets = Math.max(MIN_FULL_RATE_SOCKETS, Math.ceil(FULL_RATE_SHARE * maxConnections));
    this.#messages = new TokenBucket(messagesPerMinute * fullRateSockets, nowMs);
  }

  /** Counts a message and says what it costs the socket that sent it. */
  messageCost(nowMs: number): number {
    return this.#messages.take(1, nowMs) ? 1 : COST_ABOVE_TENANT_RATE;
  }

  isIdle(nowMs: number): boolean {
    return this.connects.isFull(nowMs) && this.#messages.isFull(nowMs);
  }
}

/**
 * Rates of tenants on this instance, so that one clinic's broken client does not cost the others their
 * handshakes. A tenant's limits come with its admissions: attempts before the first
 * admission are not limited here.
 */
@Injectable()
export class TenantRates {
  readonly #rates = new Map<string, TenantRate>();
  readonly #minConnects: number;

  constructor(config: Config) {
    this.#minConnects = CONNECTS_IN_ADDRESSES * config.maxConnectionAttemptsPerMinute;
  }

  /** Counts an attempt to connect; false when there were too many. */
  attempt(tenantId: string | null): boolean {
    const rate = tenantId === null ? undefined : this.#rates.get(tenantId);
    return rate?.connects.take(1, performance.now()) ?? true;
  }

  /** Returns the tenant's rate; creates a new one when the admitted limits differ. */
  rateFor(tenantId: string, { maxConnections, maxMessagesPerMinute }: Admitted): TenantRate {
    const messagesPerMinute = maxMessagesPerMinute ?? DEFAULT_MESSAGES_PER_MINUTE;
    const known = this.#rates.get(tenantId);
    if (known?.maxConnections === maxConnections && known.messagesPerMinute === messagesPerMinute)
      return known;
    if (!known && this.#rates.size >= MAX_TENANTS) this.#forget();
    const rate = new TenantRate(maxConnections, messagesPerMinute, this.#minConnects, performance.now());
    this.#rates.set(tenantId, rate);
    return rate;
  }

  #forget(): void {
    const now = performance.now();
    for (const [tenantId, rate] of this.#rates) if (rate.isIdle(now)) this.#rates.delete(tenantId);
    for (const tenantId of this.#rates.keys()) {
      if (this.#rates.size < MAX_TENANTS) return;
      this.#rates.delete(tenantId);
    }
  }
}
