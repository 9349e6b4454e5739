import type { Registry } from 'prom-client';
import { bucketOf, DELIVERY_BUCKETS_S } from './buckets.js';

const NAME = 'websocket_delivery_seconds';

/**
 * A Prometheus histogram that adds many equal observations in one step. The one of prom-client costs a search and
 * several map accesses per observation, a thousand times over for a flush to a thousand sockets.
 */
export class DeliveryHistogram {
  readonly #counts = new Array<number>(DELIVERY_BUCKETS_S.length + 1).fill(0);
  #sum = 0;

  constructor(registry: Registry) {
    const help = 'From the write to the log to the write to the socket, in seconds';
    // the registry uses only the name and get() of a metric
    registry.registerMetric(
      Object.assign(Object.create(null), { name: NAME, help, type: 'histogram', get: () => this.#get(help) }),
    );
  }

  /** Adds `count` deliveries that took `seconds`. */
  observe(seconds: number, count: number): void {
    const bucket = bucketOf(seconds);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#sum += seconds * count;
  }

  async #get(help: string) {
    let total = 0;
    const values = this.#counts.map((count, index) => {
      total += count;
      return {
        metricName: `${NAME}_bucket`,
        labels: { le: DELIVERY_BUCKETS_S[index] ?? '+Inf' },
        value: total,
      };
    });
    return {
      name: NAME,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [
        ...values,
        { metricName: `${NAME}_sum`, labels: {}, value: this.#sum },
        { metricName: `${NAME}_count`, labels: {}, value: total },
      ],
    };
  }
}
