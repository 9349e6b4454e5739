import { checkOptions } from './check-options.js';
import { createConnection } from './connection.js';
import type { ApplicationData, IncomingEvent, StreamEvent } from './events.js';
import type { Client, ClientOptions, Fault } from './options.js';
import { systemRuntime } from './runtime.js';
import type { State } from './state.js';
import { createStream } from './stream.js';
import type { Tabs } from './tabs.js';
import { createTokens } from './token.js';
import { watchPage } from './wake.js';

/** Maximum queue of a `for await` loop. A longer one means that the loop is too slow. */
const MAX_QUEUED = 10_000;
const RECENT_EVENTS = 2_000;
/** Key of handlers for every type. */
const ANY = '*';

/** Frames about the connection instead of the stream. Handlers of `*` do not get them. */
const CONTROL = /^(resumed|positions?|stale|token_expiring|refreshed|server_restarting|error)$/;

/** False in Node and in pages without a secure context, where each client has its own connection. */
const canShareTabs = (): boolean =>
  globalThis.document !== undefined &&
  globalThis.BroadcastChannel !== undefined &&
  globalThis.navigator?.locks !== undefined;

/** Adds a listener, wrapped so that one that is added twice is called twice. Returns a function that removes it. */
const add = <Value>(
  listeners: Set<(value: Value) => void>,
  listener: (value: Value) => void,
): (() => void) => {
  const own = (value: Value) => listener(value);
  listeners.add(own);
  return () => void listeners.delete(own);
};

/**
 * Creates a client; `start()` connects it. Declare the data of your application's own event types as
 * `createClient<{ lab_result: { id: string } }>(…)`.
 */
export const createClient = <App extends ApplicationData = Record<never, object>>(
  options: ClientOptions<App>,
): Client<App> => {
  const canConnect = checkOptions(options);
  const runtime = options.runtime ?? systemRuntime;
  const handlers = new Map<string, Set<(event: never) => void>>();
  const stateListeners = new Set<(state: State) => void>();
  const faultListeners = new Set<(fault: Fault) => void>();
  const faults = { duplicate: 0, backwards: 0, incomplete: 0, malformed: 0, handler: 0 };
  let tabs: Tabs | undefined;
  let unwatch: (() => void) | undefined;

  const fault = (kind: Fault['kind'], text: string) => {
    faults[kind] += 1;
    for (const listener of faultListeners) listener({ kind, text });
  };

  /** Reports an exception of a handler as uncaught, and continues the stream. */
  const guard = (run: () => void) => {
    try {
      run();
    } catch (error) {
      fault('handler', 'a handler threw');
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  const call = (type: string, event: IncomingEvent) => {
    for (const handler of handlers.get(type) ?? []) {
      // The envelope was checked. The data is not: the server sends it according to the contract.
      guard(() => handler(event as never));
    }
  };

  const stream = createStream(
    {
      event: (event) => {
        tabs?.frame(event);
        call(event.type, event);
        if (!CONTROL.test(event.type)) call(ANY, event);
      },
      fault,
      guard,
      confirmed: () => connection.confirmed(),
      repair: (text) => {
        fault('incomplete', text);
        connection.repair();
      },
    },
    options.recentEvents ?? RECENT_EVENTS,
  );

  const connection = createConnection({
    options,
    runtime,
    stream,
    tokens: createTokens(options.getToken, runtime),
    turn: async (session) => {
      if (options.shareTabs !== false && canShareTabs()) tabs ??= await loadTabs();
      return tabs?.turn(session) ?? false;
    },
    connected: () => tabs?.connected(),
    suspended: () => tabs?.leave(),
    state: (state) => {
      const stopped = state.status === 'stopped';
      // A stop that the server did not cause concerns only this tab.
      if (!stopped || state.reason.closeCode) tabs?.state(state);
      if (stopped) {
        tabs?.leave();
        unwatch?.();
        unwatch = undefined;
      }
      for (const listener of stateListeners) guard(() => listener(state));
    },
    fault,
  });

  /**
   * Loaded as a separate module, because only pages need it. If loading fails (an old page after a deployment), the
   * rest works.
   */
  const loadTabs = async () => {
    try {
      const { Tabs } = await import('./tabs.js');
      return new Tabs(runtime, stream, connection, options);
    } catch {
      return undefined;
    }
  };

  const client: Client<App> = {
    get state() {
      return connection.state;
    },
    get position() {
      return stream.position;
    },
    get faults() {
      return { ...faults };
    },
    start: ({ since } = {}) => {
      if (!canConnect || connection.state.status !== 'stopped') return;
      if (since) stream.reset(since);
      unwatch = watchPage({
        wake: () => (tabs?.following ? tabs.ask('wake') : connection.wake()),
        offline: connection.offline,
        // A frozen tab would keep the lock, and the other tabs would wait for it.
        freeze: () => tabs && connection.suspend(),
      });
      connection.start();
    },
    stop: () => {
      connection.stop({ code: 'stopped' });
      stream.reset(null);
    },
    retry: () => {
      if (tabs?.following) tabs.ask('retry');
      else if (connection.state.status === 'stopped') client.start();
      else connection.retry();
    },
    active: () => (tabs?.following ? tabs.ask('active') : connection.active()),
    tell: (message) => (tabs?.following ? tabs.tell(message) : connection.tell(message)),
    on: (type, handler) => {
      const ofType = handlers.get(type) ?? new Set();
      handlers.set(type, ofType);
      return add(ofType, handler);
    },
    onState: (listener) => add(stateListeners, listener),
    onFault: (listener) => add(faultListeners, listener),
    follow: (position, follower) => stream.follow(position, follower),
    async *[Symbol.asyncIterator]() {
      const events: StreamEvent<App>[] = [];
      let wake = () => {};
      const stops = [
        client.on(ANY, (event) => {
          events.push(event);
          wake();
        }),
        client.onState(() => wake()),
      ];
      try {
        for (;;) {
          if (events.length > MAX_QUEUED) throw new Error('Too slow: events are lost');
          const event = events.shift();
          if (event) yield event;
          else if (connection.state.status === 'stopped') return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        for (const stop of stops) stop();
      }
    },
  };
  return client;
};
