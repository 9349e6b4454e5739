import type { LogEvent } from '../../database/log-event.js';
import { encodeEvent, type Part } from './sealed-message.js';

/** A larger event is left out of the notice and read from the log by those who need it. Characters of its JSON. */
const MAX_EVENT_LENGTH = 16 * 1024;
/** What one message carries at most, so that it does not hold up those behind it. */
const MAX_MESSAGE_LENGTH = 256 * 1024;
/** Waiting for a slow Redis; past that, tenants get their heads only. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;

interface Waiting {
  head: number;
  readonly events: string[];
  length: number;
}

/** What is to be told to the other instances and has not been sent yet. Bounded: what does not fit becomes a head. */
export class Outgoing {
  readonly #waiting = new Map<string, Waiting>();
  #orders = false;
  #length = 0;

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && !this.#orders;
  }

  add(tenantId: string, events: readonly LogEvent[]): void {
    let waiting = this.#waiting.get(tenantId);
    if (!waiting) {
      waiting = { head: 0, events: [], length: 0 };
      this.#waiting.set(tenantId, waiting);
    }
    for (const event of events) {
      if (event.seq > waiting.head) waiting.head = event.seq;
      if (this.#length >= MAX_WAITING_LENGTH) continue;
      const text = encodeEvent(event);
      if (text.length > MAX_EVENT_LENGTH) continue;
      waiting.events.push(text);
      waiting.length += text.length;
      this.#length += text.length;
    }
  }

  addOrders(): void {
    this.#orders = true;
  }

  /** Takes what makes up the next message. */
  take(): { orders: boolean; parts: Part[] } {
    const parts: Part[] = [];
    let length = 0;
    for (const [tenantId, { head, events, length: ownLength }] of this.#waiting) {
      parts.push({ tenantId, head, events });
      this.#waiting.delete(tenantId);
      this.#length -= ownLength;
      length += ownLength;
      if (length >= MAX_MESSAGE_LENGTH) break;
    }
    const orders = this.#orders;
    this.#orders = false;
    return { orders, parts };
  }

  clear(): void {
    this.#waiting.clear();
    this.#orders = false;
    this.#length = 0;
  }
}
