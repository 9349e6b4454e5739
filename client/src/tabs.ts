import type { Connection } from './connection.js';
import { addressOf } from './endpoint.js';
import type { IncomingEvent, NumberedEvent } from './events.js';
import type { ConnectionOptions, Runtime } from './options.js';
import type { Position } from './position.js';
import { createTimer, type Timer } from './runtime.js';
import type { State } from './state.js';
import type { Stream } from './stream.js';

/** Interval at which a visible tab checks that the leader is alive. */
const CHECK_MS = 5_000;
/** Unanswered checks before a tab takes leadership, because a frozen tab keeps its lock. */
const MISSED_CHECKS = 2;
/** After a longer wait for leadership the token may have expired. */
const LONG_TURN_MS = 1_000;

/** Time for other tabs to receive the message that the connection was stopped permanently. */
const LINGER_MS = 1_000;

/**
 * Messages between tabs. The name of the channel contains a version, because after a deployment old and new pages
 * coexist.
 */
type Message =
  /** A tab wants to follow from its position. */
  | { readonly kind: 'attach'; readonly tab: string; readonly since: Position | null }
  /** `events` are those after the tab's position; null when the tab has to load again. */
  | {
      readonly kind: 'attached';
      readonly leader: string;
      readonly tab: string;
      readonly state: State;
      readonly position: Position | null;
      readonly events: readonly NumberedEvent[] | null;
    }
  /** The leader has a new connection, to which the others attach. */
  | { readonly kind: 'lead' | 'alive'; readonly leader: string }
  | { readonly kind: 'state'; readonly leader: string; readonly state: State }
  | { readonly kind: 'frame'; readonly leader: string; readonly frame: IncomingEvent }
  | { readonly kind: 'check' | 'retry' | 'wake' | 'active' }
  /** A message for the server. */
  | { readonly kind: 'tell'; readonly message: object };

/** Identifies the options that determine the stream, apart from the user. */
const scopeOf = (options: ConnectionOptions): string =>
  addressOf({ ...options, topics: [] }, null) + [...(options.topics ?? [])].sort();

/**
 * One connection for the tabs of one login session: the tab that holds a Web Lock leads and forwards frames over a
 * BroadcastChannel. When it ends, the next tab gets the lock and resumes from its own position; the others attach to it
 * from theirs, so nothing is lost, and duplicates are dropped.
 */
export class Tabs {
  readonly #tab = crypto.randomUUID();
  readonly #check: Timer;
  #session: string | null = null;
  #channel: BroadcastChannel | null = null;
  #granted: Promise<void> | null = null;
  #grant: () => void = () => {};
  /** True after a permanent stop: the lock is kept until the others know of it, or one of them would connect again. */
  #lingers = false;
  /** Releases the lock or leaves its queue. */
  #release: () => void = () => {};
  #leading = false;
  /** True once another tab has attached. Before that, nothing is sent. */
  #followed = false;
  #leader: string | null = null;
  #missed = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly stream: Stream,
    private readonly connection: Connection,
    private readonly options: ConnectionOptions,
  ) {
    this.#check = createTimer(runtime);
  }

  /** True while another tab has the connection. */
  get following(): boolean {
    return this.#channel !== null && !this.#leading;
  }

  /** Resolves when this tab may connect for the session; true when that took a while. */
  async turn(session: string | null): Promise<boolean> {
    if (session === null) {
      this.leave();
      return false;
    }
    if (session !== this.#session) this.#join(session);
    const askedAtMs = this.runtime.now();
    await this.#granted;
    return this.runtime.now() - askedAtMs > LONG_TURN_MS;
  }

  /** Sends a state change to the other tabs, if this tab leads. */
  state(state: State): void {
    if (!this.#leading || !this.#followed) return;
    this.#post({ kind: 'state', leader: this.#tab, state });
    this.#lingers = state.status === 'stopped';
  }

  /** Forwards a frame to the other tabs, if this tab leads. */
  frame(frame: IncomingEvent): void {
    if (this.#leading && this.#followed) this.#post({ kind: 'frame', leader: this.#tab, frame });
  }

  /** The leader has a new connection; the others attach to it. */
  connected(): void {
    if (this.#leading) this.#post({ kind: 'lead', leader: this.#tab });
  }

  /** Requests an action of the leader. */
  ask(kind: 'retry' | 'wake' | 'active'): void {
    this.#post({ kind });
  }

  /** Has the leader send a message. */
  tell(message: object): void {
    this.#post({ kind: 'tell', message });
  }

  /** Releases leadership or leaves the queue. */
  leave(): void {
    this.#check.clear();
    if (this.#lingers) this.runtime.later(this.#release, LINGER_MS);
    else this.#release();
    this.#release = () => {};
    this.#lingers = false;
    this.#channel?.close();
    this.#channel = null;
    this.#session = null;
    this.#granted = null;
    this.#leading = false;
    this.#followed = false;
    this.#leader = null;
  }

  #join(session: string): void {
    this.leave();
    this.#session = session;
    const name = `wardbell/1/${scopeOf(this.options)}/${session}`;
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (this.#channel === channel) this.#receive(data);
    };
    this.#channel = channel;
    this.#granted = new Promise((grant) => {
      this.#grant = grant;
    });
    this.#queue(name, false);
    this.#attach();
    this.#watch(name);
  }

  #queue(name: string, steal: boolean): void {
    this.#release();
    const abort = new AbortController();
    let release = () => abort.abort();
    this.#release = () => release();
    const hold = () =>
      new Promise<void>((done) => {
        // The tab left the queue at the moment at which it got the lock.
        if (abort.signal.aborted) return done();
        release = () => {
          abort.abort();
          done();
        };
        this.#leading = true;
        this.#check.clear();
        this.#grant();
      });
    navigator.locks.request(name, steal ? { steal } : { signal: abort.signal }, hold).catch(() => {
      // Either this tab left, or another one has taken the lock from it.
      if (abort.signal.aborted) return;
      this.leave();
      this.connection.yield();
    });
  }

  #attach(): void {
    this.#leader = null;
    this.#post({ kind: 'attach', tab: this.#tab, since: this.stream.position });
  }

  /** While this tab is visible, replaces a leader that does not answer. */
  #watch(name: string): void {
    this.#missed = 0;
    const check = () => {
      if (document.visibilityState === 'visible') {
        if (this.#missed >= MISSED_CHECKS) {
          this.#queue(name, true);
          return;
        }
        this.#missed += 1;
        this.#post({ kind: 'check' });
      }
      this.#check.set(CHECK_MS, check);
    };
    this.#check.set(CHECK_MS, check);
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message);
  }

  #receive(message: Message): void {
    if (this.#leading) this.#serve(message);
    else this.#follow(message);
  }

  #serve(message: Message): void {
    const { stream } = this;
    if (message.kind === 'attach') {
      this.#followed = true;
      const { tab, since } = message;
      const position = stream.position;
      const events = since === null || position === null ? [] : (stream.after(since) ?? null);
      this.#post({
        kind: 'attached',
        leader: this.#tab,
        tab,
        state: this.connection.state,
        position,
        events,
      });
    } else if (message.kind === 'check') {
      this.#post({ kind: 'alive', leader: this.#tab });
      this.connection.catchUp();
    } else if (message.kind === 'retry') this.connection.retry();
    else if (message.kind === 'wake') this.connection.wake();
    else if (message.kind === 'active') this.connection.active();
    else if (message.kind === 'tell') this.connection.tell(message.message);
  }

  #follow(message: Message): void {
    const { stream } = this;
    switch (message.kind) {
      case 'lead':
        this.#attach();
        break;
      case 'attached':
        if (message.tab !== this.#tab) break;
        this.#missed = 0;
        // Without a position the leader is not connected yet; it sends `lead` once it is.
        if (message.position !== null) {
          this.#leader = message.leader;
          this.#catchUp(message.position, message.events);
        }
        this.connection.mirror(message.state);
        break;
      case 'alive':
        this.#missed = 0;
        break;
      case 'state':
        if (message.leader === this.#leader || this.#leader === null) this.connection.mirror(message.state);
        break;
      case 'frame':
        if (message.leader === this.#leader) stream.accept(message.frame, true);
    }
  }

  #catchUp(position: Position, events: readonly NumberedEvent[] | null): void {
    const { stream } = this;
    const { epoch, seq } = position;
    stream.adopt(position);
    if (events) {
      for (const event of events) stream.accept(event, true);
      if (typeof seq === 'number')
        stream.accept({ type: 'position', data: { seq } } satisfies IncomingEvent, true);
      return;
    }
    const numbers = typeof seq === 'object' ? Object.entries(seq) : [[undefined, seq] as const];
    for (const [tenant_id, number] of numbers) {
      const scope = tenant_id === undefined ? {} : { tenant_id };
      const data = { ...scope, reason: 'incomplete', seq: number, epoch };
      stream.accept({ type: 'resync_required', data } satisfies IncomingEvent, true);
    }
  }
}
