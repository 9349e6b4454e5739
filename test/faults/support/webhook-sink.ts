import { WebhookCreated } from '@wardbell/contract';
import { mintToken } from '../../support/tokens.js';
import { type Delivery, type Receiver, startReceiver } from '../../support/webhook-receiver.js';
import type { Frame, Segment, Viewer } from './subscriber.js';

/** The view of each clinic's webhook, in turn. */
const PAYLOADS = ['clinician', 'front_desk'] as const;

/** Settings of the servers that deliver to this machine. */
export const WEBHOOK_ENV = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };

/** One clinic's endpoint: at least once and in order. Now and then it fails. */
export class WebhookSink {
  /** While it is true, the first attempt of each event is answered 500. */
  isFailing = false;
  readonly #arrivals: { readonly delivery: Delivery; readonly atMs: number }[] = [];
  readonly #failed = new Set<string>();

  private constructor(
    private readonly receiver: Receiver,
    readonly viewer: Viewer & { readonly tenantId: string },
    /** Everything after this number is delivered. */
    private readonly after: number,
  ) {
    receiver.reply((delivery) => {
      if (this.isFailing && !this.#failed.has(delivery.id)) {
        this.#failed.add(delivery.id);
        return { status: 500 };
      }
      this.#arrivals.push({ delivery, atMs: performance.now() });
      return { status: 204 };
    });
  }

  /** Registers an endpoint of the clinic at this API. */
  static async register(apiUrl: string, tenantId: string, index: number): Promise<WebhookSink> {
    const receiver = await startReceiver();
    const payload = PAYLOADS[index % PAYLOADS.length] ?? 'clinician';
    const response = await fetch(`${apiUrl}/webhooks`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await mintToken({ role: 'tenant_admin', tenantId })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ url: receiver.url, payload }),
    });
    const { position } = WebhookCreated.parse(await response.json());
    const name = `webhook ${payload} of clinic ${index + 1}`;
    // an event for people is for no webhook
    return new WebhookSink(receiver, { name, tenantId, role: payload, userId: 'nobody' }, position);
  }

  /** Requests that were answered with success, repetitions among them. */
  get delivered(): number {
    return this.#arrivals.length;
  }

  /** The first delivery of each event, in the order of arrival. */
  get segment(): Segment {
    const seen = new Set<string>();
    const frames: Frame[] = [];
    for (const { delivery, atMs } of this.#arrivals) {
      const { id, message } = delivery;
      if (seen.has(id)) continue;
      seen.add(id);
      frames.push({ tenantId: String(message['tenant_id']), seq: message.seq ?? 0, atMs, body: message });
    }
    return { tenantId: this.viewer.tenantId, after: this.after, frames, isClosed: false };
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}
