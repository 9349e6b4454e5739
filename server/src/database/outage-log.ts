import { Injectable } from '@nestjs/common';
import { errorFields } from '../platform/log/error-fields.js';
import { Log } from '../platform/log/log.js';
import { RepeatLimit } from '../platform/log/repeat-limit.js';
import { isUnreachable } from './failure.js';

const DATABASE_AWAY = 'database';

/**
 * Logs failures of background work. During an outage of the database every sweep, heartbeat and report fails; together
 * they log one line at once and then one every 30 s.
 */
@Injectable()
export class OutageLog {
  readonly #limit = new RepeatLimit();
  #awaySinceMs: number | undefined;

  constructor(private readonly log: Log) {}

  /** @param job names the work that failed, such as `heartbeat` */
  failed(job: string, error: unknown): void {
    if (!isUnreachable(error)) {
      const count = this.#limit.pass(job);
      if (count !== undefined)
        this.log.warn('background work failed, will be tried again', { job, count, ...errorFields(error) });
      return;
    }
    this.#awaySinceMs ??= performance.now();
    const count = this.#limit.pass(DATABASE_AWAY);
    if (count === undefined) return;
    const durationMs = Math.round(performance.now() - this.#awaySinceMs);
    this.log.error('the database does not answer or takes no writes', {
      job,
      count,
      duration_ms: durationMs,
      ...errorFields(error),
    });
  }

  /** Logs a run that takes longer than its bound. */
  late(job: string, durationMs: number): void {
    const count = this.#limit.pass(`${job} late`);
    if (count !== undefined)
      this.log.warn('background work takes long', { job, count, duration_ms: Math.round(durationMs) });
  }

  /** Records that the database answered, which ends an outage. */
  answered(): void {
    if (this.#awaySinceMs === undefined) return;
    const durationMs = Math.round(performance.now() - this.#awaySinceMs);
    this.#awaySinceMs = undefined;
    if (this.#limit.pass('answered') !== undefined)
      this.log.info('the database answers again', { duration_ms: durationMs });
  }
}
