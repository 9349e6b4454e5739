import type { WorkingOn } from '@wardbell/contract';
import type { AnyClient } from './options.js';

/** The server drops what is not repeated within 75 s. Timers of hidden pages run once a minute. */
const REPEAT_MS = 25_000;
/** A panel that closes while another one opens is one message. */
const SETTLE_MS = 50;

/** What this tab works on: all of it in one message, when it changes, after each connection, and from time to time. */
class Work {
  readonly #held = new Set<WorkingOn>();
  /** Only pages of secure contexts share a connection, and only those have `randomUUID`. */
  readonly #tab = globalThis.crypto?.randomUUID?.();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #said = false;
  #leaving = false;

  constructor(private readonly client: AnyClient) {
    client.onState(({ status }) => {
      if (status === 'live' && this.#held.size > 0) this.#sayAfter(SETTLE_MS);
    });
    globalThis.addEventListener?.('pagehide', () => {
      this.#leaving = true;
      this.#say();
    });
    globalThis.addEventListener?.('pageshow', () => {
      if (!this.#leaving) return;
      this.#leaving = false;
      this.#say();
    });
    globalThis.document?.addEventListener('visibilitychange', () => this.#sayAfter(SETTLE_MS));
  }

  hold(object: WorkingOn): () => void {
    const own = { ...object };
    this.#held.add(own);
    this.#sayAfter(SETTLE_MS);
    return () => {
      this.#held.delete(own);
      this.#sayAfter(SETTLE_MS);
    };
  }

  #sayAfter(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(), delayMs);
  }

  #say(): void {
    clearTimeout(this.#timer);
    const objects = this.#objects();
    if (objects.length === 0 && !this.#said) return;
    this.#said = objects.length > 0;
    this.client.tell({ type: 'working_on', objects, ...(this.#tab === undefined ? {} : { tab: this.#tab }) });
    if (this.#said) this.#sayAfter(REPEAT_MS);
  }

  /** A page that is not shown is not looked at; what is being edited in it still is. */
  #objects(): WorkingOn[] {
    if (this.#leaving) return [];
    const isHidden = globalThis.document?.visibilityState === 'hidden';
    const byObject = new Map<string, WorkingOn>();
    for (const object of this.#held) {
      const key = `${object.kind} ${object.id}`;
      if (object.activity === 'editing' || (!isHidden && !byObject.has(key))) byObject.set(key, object);
    }
    return [...byObject.values()];
  }
}

const works = new WeakMap<AnyClient, Work>();

/**
 * Says that the person looks at an object or edits it, until the returned function is called. Whoever is at the same
 * object is told by `object_presence`, and so is this client. Needs a WebSocket: an event stream cannot send.
 *
 * @example
 *   const release = workOn(client, { kind: 'patient', id, activity: 'editing' });
 *   client.on('object_presence', ({ data }) => showWhoElse(data));
 */
export const workOn = (client: AnyClient, object: WorkingOn): (() => void) => {
  const work = works.get(client) ?? new Work(client);
  works.set(client, work);
  return work.hold(object);
};
