import { performance } from 'node:perf_hooks';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OutageLog } from '../../database/outage-log.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { LogReader } from '../outbox/log-reader.js';
import { Hub } from './hub.js';

/** How often heads are compared: often after events were found that no head notice had announced. */
const MIN_INTERVAL_MS = 20;
const MAX_INTERVAL_MS = 900;
/**
 * A sweep that found something is repeated after this many times the time that the process waited for the answer, so
 * that sweeps stay a small load on the database, and not before the time that the whole sweep took. Time during which
 * the process was busy with its own work says little about the database.
 */
const REST_FACTOR = 5;
const MAX_BUSY_INTERVAL_MS = 100;

/**
 * The safety net under the head notices: compares the heads in the database with what the hub knows. It finds events
 * that were emitted in plain SQL, and events of a process that died between COMMIT and the notice.
 */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnApplicationShutdown {
  #intervalMs = MAX_INTERVAL_MS;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;
  #stopped = false;
  /** Process of the database that answered last. */
  #pid = 0;
  #startedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly hub: Hub,
    private readonly reader: LogReader,
    private readonly metrics: Metrics,
    private readonly outages: OutageLog,
  ) {}

  onApplicationBootstrap(): void {
    this.hub.connectSweep(() => this.soon());
    this.#schedule(this.#intervalMs);
  }

  onApplicationShutdown(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Sweeps now, or as soon as the present sweep is done; never more often than every 20 ms. */
  soon(): void {
    if (this.#running) this.#again = true;
    else this.#schedule(Math.max(0, this.#startedMs + MIN_INTERVAL_MS - performance.now()));
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#sweep(), delayMs);
  }

  async #sweep(): Promise<void> {
    this.#running = true;
    this.#again = false;
    this.#startedMs = performance.now();
    const waitedMs = idleMs();
    try {
      const found = await this.#compare();
      if (found > 0) this.metrics.gapRepairs.inc(found);
      const tookMs = performance.now() - this.#startedMs;
      const restMs = Math.max((idleMs() - waitedMs) * REST_FACTOR, tookMs);
      this.#intervalMs =
        found > 0
          ? Math.max(MIN_INTERVAL_MS, Math.min(restMs, MAX_BUSY_INTERVAL_MS))
          : Math.min(this.#intervalMs * 2, MAX_INTERVAL_MS);
      this.outages.answered();
    } catch (error) {
      this.outages.failed('sweep', error);
      this.#intervalMs = MAX_INTERVAL_MS / 4;
    } finally {
      this.#running = false;
      this.#schedule(this.#again ? MIN_INTERVAL_MS : this.#intervalMs);
    }
  }

  /** Returns in how many tenants events were found that were not announced. */
  async #compare(): Promise<number> {
    const known = this.hub.seqs;
    const askedMs = performance.now();
    const { epoch, pid, heads } = await this.reader.survey(this.hub.followsAll ? null : [...known.keys()]);
    const replacedBy =
      epoch !== this.hub.epoch
        ? epoch
        : wentBack(known, heads) || (await this.#isReplaced(pid))
          ? await this.reader.newEpoch(this.hub.epoch)
          : undefined;
    if (replacedBy !== undefined) {
      // each channel starts anew at a head that is read after that; what follows it is for the next sweep
      await this.hub.changeEpoch(replacedBy);
      this.#again = true;
      return 0;
    }
    let found = 0;
    for (const [tenantId, head] of heads) if (this.hub.observeHead(tenantId, head)) found++;
    this.hub.staleness.confirm(askedMs, heads);
    return found;
  }

  /**
   * Has the database given numbers again that it had given before? It does after a crash that took commits back
   * (`synchronous_commit = off`). A crash ends its processes, so one look at each new one is enough.
   */
  async #isReplaced(pid: number): Promise<boolean> {
    const unknown = this.hub.unidentified;
    if (unknown.length > 0) this.hub.identify(await this.reader.eventIds(unknown));
    const anchors = this.hub.anchors(pid !== this.#pid);
    const isReplaced = anchors.length > 0 && (await this.reader.hasReplaced(anchors));
    this.#pid = pid;
    return isReplaced;
  }
}

/** How long this process has waited for something to happen since its start, in milliseconds. */
const idleMs = (): number => performance.eventLoopUtilization().idle;

/**
 * Has the database forgotten what it had committed? Then rows were loaded from a backup into the same tables,
 * which the epoch's fingerprint does not show. `known` was looked at before the database was asked.
 */
const wentBack = (known: ReadonlyMap<string, number>, heads: ReadonlyMap<string, number>): boolean => {
  for (const [tenantId, seq] of known) if ((heads.get(tenantId) ?? seq) < seq) return true;
  return false;
};
