import { CLOSE } from '@wardbell/contract';
import type { Channels } from './channels.js';
import { MAX_UNCONFIRMED_MS } from './freshness.js';
import type { Session } from './session.js';
import type { SuperAdmins } from './super-admins.js';

const CHECK_MS = 250;
/** Sessions of an instance that is stale for so long are closed, so that their clients try another one. */
const CLOSE_AFTER_MS = 30_000;
/** 2,000 a second: what other instances, and the database behind them, can admit. */
const MAX_CLOSES_PER_CHECK = 500;

/**
 * Knows whether the streams of this instance are complete. While the instance cannot compare its heads with the
 * database, sessions get `stale` and new ones are refused, because another instance may be writing.
 */
export class Staleness {
  /** When the database was last asked with success, by the monotonic clock. Milliseconds. */
  #confirmedMs = performance.now();
  /** Checks in a row that found the instance stale: unlike a clock they do not count a pause of the process. */
  #staleChecks = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly channels: Channels,
    private readonly superAdmins: SuperAdmins,
  ) {}

  start(): void {
    this.#confirmedMs = performance.now();
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Time since the heads were last read from the database, in milliseconds. */
  get unconfirmedMs(): number {
    return performance.now() - this.#confirmedMs;
  }

  /** True while this instance can confirm no stream as complete. */
  get isStale(): boolean {
    return this.unconfirmedMs > MAX_UNCONFIRMED_MS;
  }

  /** The database was asked at `askedMs` (monotonic clock) for the heads of all channels, and answered these. */
  confirm(askedMs: number, heads: ReadonlyMap<string, number>): void {
    this.#confirmedMs = Math.max(this.#confirmedMs, askedMs);
    // a tenant that was deleted has no head, and its channel lacks nothing
    for (const { tenantId, freshness, flushed } of this.channels.all())
      freshness.observe(heads.get(tenantId) ?? 0, askedMs, flushed);
  }

  /** True when a stream of the session was not found complete for too long. */
  isUnconfirmed({ tenantId }: Session): boolean {
    const channel = tenantId === null ? undefined : this.channels.get(tenantId);
    const confirmedMs = channel ? channel.freshness.confirmedMs(channel.flushed) : this.#oldestMs();
    return performance.now() - confirmedMs > MAX_UNCONFIRMED_MS;
  }

  /** Up to when all streams together are complete. */
  #oldestMs(): number {
    let oldestMs = this.#confirmedMs;
    for (const { freshness, flushed } of this.channels.all())
      oldestMs = Math.min(oldestMs, freshness.confirmedMs(flushed));
    return oldestMs;
  }

  #check(): void {
    const nowMs = performance.now();
    for (const { members, freshness, flushed } of this.channels.all())
      this.#tell(members, freshness.confirmedMs(flushed), nowMs);
    if (this.superAdmins.size > 0) this.#tell(this.superAdmins.sessions(), this.#oldestMs(), nowMs);
    this.#staleChecks = this.isStale ? this.#staleChecks + 1 : 0;
    if (this.#staleChecks * CHECK_MS >= CLOSE_AFTER_MS - MAX_UNCONFIRMED_MS) this.#closeSome();
  }

  #tell(sessions: Iterable<Session>, confirmedMs: number, nowMs: number): void {
    if (nowMs - confirmedMs <= MAX_UNCONFIRMED_MS) return;
    const since = new Date(Date.now() - (nowMs - confirmedMs)).toISOString();
    for (const session of sessions) {
      if (session.isStale || session.state === 'waiting') continue;
      session.isStale = true;
      session.send({ type: 'stale', data: { since } });
    }
  }

  #closeSome(): void {
    const members = [...this.channels.all()].flatMap((channel) => [...channel.members]);
    for (const { sink } of [...members, ...this.superAdmins.sessions()].slice(0, MAX_CLOSES_PER_CHECK))
      sink.close(CLOSE.tryAgainLater);
  }
}
