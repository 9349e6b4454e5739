import type { LogEvent } from '../../database/log-event.js';
import { encodeEvent, type Flags, type Part } from './sealed-message.js';

/** Maximum JSON length in characters. A larger event is not in the notice; receivers read it from the log. */
const MAX_EVENT_LENGTH = 16 * 1024;
/** Maximum length of a message, so that it does not delay the next one. */
const MAX_MESSAGE_LENGTH = 256 * 1024;
/** Maximum length of the queue for a slow Redis. Beyond it only heads are sent. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;

interface Waiting {
  head: number;
  readonly events: string[];
  length: number;
}

/** The bounded queue of unsent announcements. Beyond the bound an announcement is reduced to its head. */
export class Outgoing {
  readonly #waiting = new Map<string, Waiting>();
  #orders = false;
  #presence = false;
  #objects = false;
  #length = 0;

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && !this.#orders && !this.#presence && !this.#objects;
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

  addPresence(): void {
    this.#presence = true;
  }

  addObjects(): void {
    this.#objects = true;
  }

  /** Removes and returns the content of the next message. */
  take(): { flags: Flags; parts: Part[] } {
    const parts: Part[] = [];
    let length = 0;
    for (const [tenantId, { head, events, length: ownLength }] of this.#waiting) {
      parts.push({ tenantId, head, events });
      this.#waiting.delete(tenantId);
      this.#length -= ownLength;
      length += ownLength;
      if (length >= MAX_MESSAGE_LENGTH) break;
    }
    const flags = { orders: this.#orders, presence: this.#presence, objects: this.#objects };
    this.#orders = false;
    this.#presence = false;
    this.#objects = false;
    return { flags, parts };
  }

  clear(): void {
    this.#waiting.clear();
    this.#orders = false;
    this.#presence = false;
    this.#objects = false;
    this.#length = 0;
  }
}
