import { Injectable } from '@nestjs/common';
import { Metrics } from '../platform/metrics/metrics.js';
import { OutageLog } from './outage-log.js';

/** A run that takes longer is logged. It goes on: every statement in it has a bound of its own. */
const DEFAULT_MAX_MS = 60_000;

export interface TaskOptions {
  /** In metrics and log lines, such as `heartbeat`. */
  readonly name: string;
  readonly everyMs: number;
  /** How long a run may take before it is reported. */
  readonly maxMs?: number;
}

/** Work against the database that this process repeats. Runs never overlap; a failure is logged, and tried again. */
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

  /** Repeats the work from now on; the first run is one interval away. */
  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.options.everyMs);
    this.#timer.unref();
  }

  /** Runs now. Resolves with the end of this run, or of the one that is under way; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#runRequested().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Runs now, or once more after the run that is under way, which may have read what is older than the request. */
  request(): void {
    this.#isRequested = true;
    void this.run();
  }

  /** No run starts by itself any more. Resolves when the run that is under way has ended. */
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

  /** @param work one run; rejects when it failed */
  define(options: TaskOptions, work: () => Promise<void>): BackgroundTask {
    return new BackgroundTask(options, work, this.metrics, this.outages);
  }
}
