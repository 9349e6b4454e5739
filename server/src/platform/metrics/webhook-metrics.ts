import { Counter, Gauge, type Registry } from 'prom-client';

/** The metrics of webhooks. Endpoints and tenants are no labels. */
export class WebhookMetrics {
  /** Age of the oldest event that an active webhook was not sent, in seconds. */
  lagS = 0;
  readonly #attempts: Counter<'outcome'>;
  readonly #deadLetters: Counter;

  constructor(registry: Registry) {
    this.#attempts = new Counter({
      name: 'webhook_attempts_total',
      help: 'Requests to webhooks by outcome',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.#deadLetters = new Counter({
      name: 'webhook_dead_letters_total',
      help: 'Events that became dead letters after the last attempt',
      registers: [registry],
    });
    const gauge: Gauge = new Gauge({
      name: 'webhook_lag_seconds',
      help: 'Age of the oldest event of the installation that an active webhook was not sent',
      registers: [registry],
      collect: () => gauge.set(this.lagS),
    });
  }

  attempted(outcome: string): void {
    this.#attempts.inc({ outcome });
  }

  gaveUp(): void {
    this.#deadLetters.inc();
  }
}
