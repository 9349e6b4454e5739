import { Histogram, type Registry } from 'prom-client';

/** The metrics of notices. Tenants and people are no labels. */
export class NoticeMetrics {
  readonly #delays: Histogram;

  constructor(registry: Registry) {
    this.#delays = new Histogram({
      name: 'notice_timer_delay_seconds',
      help: 'From the time at which a step, a repeat, the end of a hold or the expiry of a notice was due until it began, in seconds',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600],
      registers: [registry],
    });
  }

  /** @param lateS by the clock of the database */
  ranTimer(lateS: number): void {
    this.#delays.observe(Math.max(0, lateS));
  }
}
