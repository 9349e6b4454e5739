import { Injectable } from '@nestjs/common';
import { Metrics } from '../platform/metrics/metrics.js';
import { OutageLog } from './outage-log.js';

/** A longer run is logged but not aborted: every statement in it has a timeout of its own. */
const DEFAULT_MAX_MS = 60_000;

export interface TaskOptions {
  /** Name in metrics and log lines, such as `heartbeat`. */
  readonly name: string;
  readonly everyMs: number;
  /** A run that takes longer is logged. */
  readonly maxMs?: number;
}

/** Periodic work against the database. Runs never overlap; a failed run is logged and repeated at the next interval. */
export class BackgroundTask {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #startedMs = 0;
  #isRequested = false;

  constructor(
    private readonly options: TaskOptions,
    private readonly work: () => Promise<void>,
    private readonly metrics: Metrics,
    private readonly outages: OutageLog,
  ) {}

  /** Starts the interval. The first run begins one interval from now. */
  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.options.everyMs);
    this.#timer.unref();
  }

  /** Runs now, or joins the run in progress. Resolves when that run ends; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#runRequested().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Runs now, or once more after the run in progress, which may have read its data before the request. */
  request(): void {
    this.#isRequested = true;
    void this.run();
  }

  /** Stops the interval. Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    const { name, maxMs = DEFAULT_MAX_MS } = this.options;
    if (this.#running === undefined) void this.run();
    else if (performance.now() - this.#startedMs > maxMs)
      this.outages.late(name, performance.now() - this.#startedMs);
  }

  async #runRequested(): Promise<void> {
    do {
      this.#isRequested = false;
      await this.#runOnce();
    } while (this.#isRequested);
  }

  async #runOnce(): Promise<void> {
    const { name } = this.options;
    this.#startedMs = performance.now();
    try {
      await this.work();
      this.metrics.taskSucceeded(name);
    } catch (error) {
      this.outages.failed(name, error);
    }
  }
}

/** Defines the background tasks of this process, with their metric and their log lines. */
@Injectable()
export class BackgroundTasks {
  constructor(
    private readonly metrics: Metrics,
    private readonly outages: OutageLog,
  ) {}

  /** @param work one run; rejects on failure */
  define(options: TaskOptions, work: () => Promise<void>): BackgroundTask {
    return new BackgroundTask(options, work, this.metrics, this.outages);
  }
}
