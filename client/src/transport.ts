import { ABNORMAL, addressOf, type Open, protocolsFor } from './endpoint.js';
import type { ConnectionOptions, Runtime } from './options.js';
import { createTimer } from './runtime.js';
import type { ReasonCode, Transport } from './state.js';

/**
 * Sockets in a row that ended without a close code are added up: two that did not open, or three that lived no longer
 * than this, as behind proxies that cut upgraded connections.
 */
const SHORT_MS = 30_000;
const UNOPENED = 3;
const SHORT_LIVED = 2;
const ENOUGH = 6;

/** While server-sent events are used, a socket is tried after 15 to 30 s, then less and less often, up to 2 to 4 min. */
const TRY_AGAIN_MS = 15_000;
const MAX_DOUBLINGS = 3;

export const openSocket: Open = (options, token, ...position) => {
  const Socket = options.WebSocket ?? globalThis.WebSocket;
  return new Socket(addressOf(options, ...position), protocolsFor(token));
};

/** Chooses how to connect: by WebSocket, or by server-sent events where networks break those. */
export interface Transports {
  readonly name: Transport;
  /** For the next connection. */
  open(): Promise<Open>;
  /** It was opened. `back` is called when sockets work again. */
  connected(token: string, back: () => void): void;
  /** It has ended; the next one may be of another kind. */
  ended(code: number, cause?: ReasonCode): void;
  /** The connection is given up: nothing is tried meanwhile. */
  stop(): void;
}

/** A module of its own: where sockets work it is never loaded. */
const loadFallback = () => import('./event-stream.js');

export const createTransports = (options: ConnectionOptions, runtime: Runtime): Transports => {
  const timer = createTimer(runtime);
  let name: Transport = 'websocket';
  let failures = 0;
  let tries = 0;
  let openedAtMs: number | null = null;

  const tryAgain = (token: string, back: () => void) =>
    timer.set(TRY_AGAIN_MS * 2 ** Math.min(tries, MAX_DOUBLINGS) * (1 + runtime.random()), async () => {
      tries += 1;
      const { canOpenSocket } = await loadFallback();
      const works = await canOpenSocket(options, token, runtime);
      if (openedAtMs === null || name === 'websocket') return;
      if (!works) return tryAgain(token, back);
      name = 'websocket';
      back();
    });

  return {
    get name() {
      return name;
    },
    open: async () => {
      if (name === 'websocket') return openSocket;
      try {
        return (await loadFallback()).openEventStream;
      } catch {
        // An old page after a deployment.
        name = 'websocket';
        return openSocket;
      }
    },
    connected: (token, back) => {
      openedAtMs = runtime.now();
      if (name === 'sse') tryAgain(token, back);
    },
    ended: (code, cause) => {
      const opened = openedAtMs;
      openedAtMs = null;
      if (name === 'sse') {
        // Neither works: it is the network or the server.
        if (opened === null && code === ABNORMAL) name = 'websocket';
        failures = 0;
      } else if (
        code !== ABNORMAL ||
        cause === 'incomplete' ||
        (opened && runtime.now() - opened > SHORT_MS)
      ) {
        failures = 0;
        if (opened) tries = 0;
      } else {
        failures += opened === null ? UNOPENED : SHORT_LIVED;
        if (failures >= ENOUGH && options.fallback !== false) {
          name = 'sse';
          failures = 0;
        }
      }
    },
    stop: () => {
      openedAtMs = null;
      timer.clear();
    },
  };
};
