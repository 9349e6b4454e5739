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
      if (status === 'live' && this.#held.size > 0) this.sayAfter();
    });
  }

  /** The page is left, or shown again. */
  leave(leaving: boolean): void {
    if (this.#leaving === leaving) return;
    this.#leaving = leaving;
    this.#say();
  }

  hold(object: WorkingOn): () => void {
    const own = { ...object };
    this.#held.add(own);
    active.add(this);
    this.sayAfter();
    return () => {
      this.#held.delete(own);
      this.sayAfter();
    };
  }

  sayAfter(delayMs = SETTLE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(), delayMs);
  }

  #say(): void {
    clearTimeout(this.#timer);
    const objects = this.#objects();
    if (this.#held.size === 0) active.delete(this);
    if (objects.length === 0 && !this.#said) return;
    this.#said = objects.length > 0;
    this.client.tell({ type: 'working_on', objects, ...(this.#tab === undefined ? {} : { tab: this.#tab }) });
    if (this.#said) this.sayAfter(REPEAT_MS);
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
/** Those that hold something. The page's listeners are here once, so that no client is kept when it is no longer used. */
const active = new Set<Work>();
let isListening = false;

const listen = (): void => {
  if (isListening) return;
  isListening = true;
  const leave = (leaving: boolean) => () => active.forEach((work) => void work.leave(leaving));
  globalThis.addEventListener?.('pagehide', leave(true));
  globalThis.addEventListener?.('pageshow', leave(false));
  globalThis.document?.addEventListener('visibilitychange', () =>
    active.forEach((work) => void work.sayAfter()),
  );
};

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
  listen();
  return work.hold(object);
};
