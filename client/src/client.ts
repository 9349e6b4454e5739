import { Connection } from './connection.js';
import { addressOf, scopeOf } from './endpoint.js';
import { EventQueue } from './event-queue.js';
import type { ApplicationData, EventOf, IncomingEvent, StreamEvent } from './events.js';
import type { Client, ClientOptions, Fault, Follower, Runtime } from './options.js';
import type { Position, TenantPosition } from './position.js';
import { systemRuntime } from './runtime.js';
import { reason, type State } from './state.js';
import { Stream } from './stream.js';
import type { Tabs } from './tabs.js';
import { Tokens } from './token.js';
import { watchPage } from './wake.js';

const RECENT_EVENTS = 2_000;
/** Every event, whatever its type. */
const ANY = '*';
type Handler = (event: never) => void;

/** Frames that concern the connection and not the stream; the type of `*` does not have them. */
const CONTROL: ReadonlySet<string> = new Set([
  'resumed',
  'position',
  'positions',
  'token_expiring',
  'refreshed',
  'server_restarting',
  'error',
]);

/** False in Node, and in pages without a secure context: there each client has its own connection. */
const canShareTabs = ({ shareTabs = true }: ClientOptions): boolean =>
  shareTabs &&
  typeof document !== 'undefined' &&
  typeof BroadcastChannel !== 'undefined' &&
  globalThis.navigator?.locks !== undefined;

class WardbellClient<App extends ApplicationData> implements Client<App> {
  readonly #connection: Connection;
  readonly #stream: Stream;
  readonly #runtime: Runtime;
  #tabs: Tabs | null = null;
  #tabsLoaded: Promise<void> | null = null;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #stateListeners = new Set<(state: State) => void>();
  readonly #faultListeners = new Set<(fault: Fault) => void>();
  readonly #queues = new Set<EventQueue<StreamEvent<App>>>();
  readonly #faults = { duplicate: 0, backwards: 0, incomplete: 0, malformed: 0, handler: 0 };
  #unwatch: (() => void) | null = null;

  constructor(private readonly options: ClientOptions) {
    // Fails here for an address that is none, instead of at the first attempt.
    addressOf(options, null);
    const socket = options.WebSocket ?? globalThis.WebSocket;
    if (!socket) throw new TypeError('No WebSocket here: give that of `ws` as the option WebSocket');
    this.#runtime = options.runtime ?? systemRuntime;
    this.#stream = new Stream(
      {
        event: (event) => this.#dispatch(event),
        fault: (kind, text) => this.#fault(kind, text),
        guard: (run) => this.#guard(run),
      },
      options.recentEvents ?? RECENT_EVENTS,
    );
    this.#connection = new Connection({
      options,
      runtime: this.#runtime,
      socket,
      stream: this.#stream,
      tokens: new Tokens(options.getToken, this.#runtime),
      turn: (session) => this.#turn(session),
      state: (state) => this.#changed(state),
      connected: () => this.#tabs?.connected(),
      suspended: () => this.#tabs?.leave(),
      malformed: () => this.#fault('malformed', 'a frame that is none'),
    });
  }

  get state(): State {
    return this.#connection.state;
  }

  get position(): Position | null {
    return this.#stream.position;
  }

  get faults(): Readonly<Record<Fault['kind'], number>> {
    return { ...this.#faults };
  }

  start({ since }: { readonly since?: Position } = {}): void {
    if (this.state.status !== 'stopped') return;
    if (since) this.#stream.reset(since);
    this.#unwatch ??= watchPage({
      wake: () => (this.#tabs?.following ? this.#tabs.ask('wake') : this.#connection.wake()),
      offline: () => this.#connection.probe(),
      freeze: () => {
        // A frozen tab would keep the lock, and the others would wait for it.
        if (this.#tabs) this.#connection.suspend();
      },
    });
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop(reason('stopped'));
    this.#stream.reset(null);
  }

  retry(): void {
    if (this.#tabs?.following) this.#tabs.ask('retry');
    else {
      this.start();
      this.#connection.retry();
    }
  }

  on<Type extends string>(type: Type, handler: (event: EventOf<App, Type>) => void): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers);
    // Wrapped, so that a handler given twice is called twice and taken back once.
    const own: Handler = (event) => handler(event);
    handlers.add(own);
    return () => void handlers.delete(own);
  }

  onState(listener: (state: State) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  onFault(listener: (fault: Fault) => void): () => void {
    this.#faultListeners.add(listener);
    return () => void this.#faultListeners.delete(listener);
  }

  follow(position: TenantPosition, follower: Follower): () => void {
    return this.#stream.follow(position, follower);
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent<App>, void> {
    const queue: EventQueue<StreamEvent<App>> = new EventQueue(() => void this.#queues.delete(queue));
    this.#queues.add(queue);
    return queue;
  }

  async #turn(session: string | null): Promise<boolean> {
    if (canShareTabs(this.options)) {
      this.#tabsLoaded ??= this.#loadTabs();
      await this.#tabsLoaded;
    }
    return this.#tabs?.turn(session) ?? false;
  }

  /** A module of its own: only browsers need it, and without it (an old page after a deployment) all else works. */
  async #loadTabs(): Promise<void> {
    try {
      const { Tabs } = await import('./tabs.js');
      this.#tabs = new Tabs({
        runtime: this.#runtime,
        stream: this.#stream,
        scope: scopeOf(this.options),
        state: () => this.state,
        mirror: (state) => this.#connection.mirror(state),
        lost: () => this.#connection.yield(),
        asked: (what) => this.#asked(what),
      });
    } catch {
      this.#tabsLoaded = null;
    }
  }

  #dispatch(event: IncomingEvent): void {
    this.#tabs?.frame(event);
    this.#call(event.type, event);
    if (!this.#isOfStream(event)) return;
    this.#call(ANY, event);
    for (const queue of this.#queues) queue.push(event);
  }

  #call(type: string, event: IncomingEvent): void {
    for (const handler of this.#handlers.get(type) ?? []) {
      // The contract is believed here: the envelope was checked, the data is the server's word.
      this.#guard(() => handler(event as never));
    }
  }

  #isOfStream(event: IncomingEvent): event is StreamEvent<App> {
    return !CONTROL.has(event.type);
  }

  #changed(state: State): void {
    const stopped = state.status === 'stopped';
    // A stop that the server did not ask for is this tab's own affair.
    if (!stopped || state.reason.closeCode !== undefined) this.#tabs?.state(state);
    if (stopped) {
      this.#tabs?.leave();
      this.#unwatch?.();
      this.#unwatch = null;
    }
    for (const listener of this.#stateListeners) this.#guard(() => listener(state));
    if (stopped) for (const queue of [...this.#queues]) queue.end();
  }

  #asked(what: 'check' | 'retry' | 'wake'): void {
    if (what === 'check') this.#connection.catchUp();
    else if (what === 'retry') this.#connection.retry();
    else this.#connection.wake();
  }

  #fault(kind: Fault['kind'], text: string): void {
    this.#faults[kind] += 1;
    for (const listener of this.#faultListeners) listener({ kind, text });
  }

  /** An exception of the application reaches its own error handling, and the stream goes on. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fault('handler', 'a handler threw');
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/**
 * A client that is not yet connected: call `start()`. Declare the data of your application's own event types as
 * `createClient<{ lab_result: { id: string } }>(…)`. Throws a TypeError for an address that is none.
 */
export const createClient = <App extends ApplicationData = Record<never, object>>(
  options: ClientOptions,
): Client<App> => new WardbellClient<App>(options);
