import { recordDelivery } from '../../platform/tracing/spans.js';
import type { Entry } from './entry.js';
import type { DeliveryMeter } from './group.js';
import type { Session } from './session.js';

/** Counts the sockets that events of a trace were written to, and records them when the flush is done. */
export class TracedDelivery implements DeliveryMeter {
  readonly #sockets = new Map<Entry, number>();
  readonly #startMs = Date.now();

  constructor(private readonly meter: DeliveryMeter) {}

  delivered(entry: Entry, sockets: number): void {
    this.meter.delivered(entry, sockets);
    if (entry.trace !== undefined) this.#sockets.set(entry, (this.#sockets.get(entry) ?? 0) + sockets);
  }

  notified(entry: Entry, sessions: Iterable<Session>): void {
    this.meter.notified(entry, sessions);
  }

  end(): void {
    for (const [{ trace, type, seq, tenantId }, sockets] of this.#sockets) {
      if (trace !== undefined) recordDelivery(trace, this.#startMs, { type, seq, tenantId, sockets });
    }
  }
}
