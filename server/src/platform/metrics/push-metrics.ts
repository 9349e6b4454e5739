import { Counter, type Registry } from 'prom-client';

/**
 * `sent`: the push service has taken it. `retried`: it failed and is repeated. `gone`: the browser is no more. `refused`: the
 * push service or the rules for addresses do not take it. `expired`: it was too late. `dropped`: its person may not hear it
 * now, or has seen the notice.
 */
const OUTCOMES = ['sent', 'retried', 'gone', 'refused', 'expired', 'dropped'] as const;
export type PushOutcome = (typeof OUTCOMES)[number];

/** The metrics of Web Push. Push services, people and tenants are no labels. */
export class PushMetrics {
  readonly #messages: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.#messages = new Counter({
      name: 'push_messages_total',
      help: 'Messages of Web Push by outcome; each repetition counts',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of OUTCOMES) this.#messages.inc({ outcome }, 0);
  }

  ended(outcome: PushOutcome, count = 1): void {
    this.#messages.inc({ outcome }, count);
  }
}
