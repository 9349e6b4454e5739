import { topicsOf } from '@wardbell/contract';
import { Entry } from '../realtime/hub/entry.js';
import { WEBSOCKET } from '../realtime/hub/framing.js';
import { Subscription } from '../realtime/hub/subscription.js';
import type { LogReader } from '../realtime/outbox/log-reader.js';
import type { LogMessage, WebhookState } from './webhook-store.js';

/** Events of one read of the log. */
const PAGE = 100;
/**
 * Events that were read are discarded after this time, so that data of a purged patient does not stay in memory while the
 * endpoint is down.
 */
const MAX_CACHE_MS = 5_000;

/** The next message, or the position up to which the log has none for this endpoint. */
export type Next = { readonly message: LogMessage } | { readonly skippedTo: number };

/** Reads the log of a tenant for one webhook, in order. */
export class LogMessages {
  /** Read and not yet used, without gaps. */
  #entries: readonly Entry[] = [];
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly reader: LogReader) {}

  /** The next message after the position. */
  async next(endpoint: WebhookState): Promise<Next> {
    const { position, head, epoch, currentEpoch } = endpoint;
    if (epoch !== currentEpoch) {
      this.#entries = [];
      return { message: resync(endpoint, 'epoch', Math.min(position, head)) };
    }
    const entries = await this.#after(endpoint);
    const [first] = entries;
    if (first === undefined && position < head) return { message: resync(endpoint, 'retention', head) };
    if (first !== undefined && first.seq > position + 1) {
      return { message: resync(endpoint, 'retention', first.seq - 1) };
    }
    const entry = entries.find((each) => isFor(endpoint, each));
    if (entry === undefined) return { skippedTo: entries.at(-1)?.seq ?? position };
    // a webhook has no user, so it gets the restricted view
    const body = entry.text(subscriptionOf(endpoint).viewFor(entry, ''));
    return { message: { id: entry.id, type: entry.type, seq: entry.seq, body, to: entry.seq } };
  }

  async #after({ tenantId, position }: WebhookState): Promise<readonly Entry[]> {
    const nowMs = performance.now();
    const from = this.#entries.findIndex(({ seq }) => seq === position + 1);
    if (from !== -1 && nowMs - this.#readMs < MAX_CACHE_MS) this.#entries = this.#entries.slice(from);
    else {
      const events = await this.reader.readSince(tenantId, position, PAGE);
      this.#entries = events.map((event) => new Entry(event));
      this.#readMs = nowMs;
    }
    return this.#entries;
  }
}

/** The events of a stream with the role of the payload. */
const subscriptionOf = ({ payload, types }: WebhookState): Subscription =>
  Subscription.of(payload, topicsOf(payload), types, WEBSOCKET);

/** An event for chosen users is for no webhook. */
const isFor = (endpoint: WebhookState, entry: Entry): boolean =>
  entry.userIds === null && subscriptionOf(endpoint).accepts(entry);

/** Tells an endpoint that events up to `to` are gone. */
function resync(
  { id, position, currentEpoch }: WebhookState,
  reason: 'epoch' | 'retention',
  to: number,
): LogMessage {
  const type = 'resync_required';
  const body = Buffer.from(JSON.stringify({ type, data: { reason, seq: to, epoch: currentEpoch } }));
  return { id: `resync_${id}_${currentEpoch}_${position}_${to}`, type, seq: null, body, to };
}
