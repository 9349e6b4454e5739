import { backoffMs } from './backoff.js';
import type { Open } from './endpoint.js';
import { type IncomingEvent, isEvent } from './events.js';
import type { TokenRequest } from './options.js';
import { plan } from './policy.js';
import { createTimer } from './runtime.js';
import { ACTIVE_EVERY_MS, openSession, type Session, type SessionParts } from './session.js';
import type { Phase, Reason, ReasonCode, State } from './state.js';
import { type Identity, identityOf } from './token.js';
import { createTransports } from './transport.js';

/** After a connection was live for this long, the count of failed attempts starts again at one. */
const STABLE_MS = 10_000;
/** Spread of attempts when the network of many clients returns at once. */
const WAKE_SPREAD_MS = 500;
/** A page that did not freeze after a `freeze` event continues after this time. */
const THAW_MS = 1_000;
/** `position` is sent every 5 s; the margin is for a busy server and a slow network. */
const CONFIRM_MS = 8_000;
/** The connection is closed after this multiple of `CONFIRM_MS` without a `position` or an event. */
const SILENT_FACTOR = 2.5;
/** Upper bound of the delay in `server_restarting`. */
const MAX_RESTART_MS = 60_000;

/**
 * True when a returning network may end the wait: the connection was lost. Other delays were requested by the server.
 */
const isHealedByWaking = ({ closeCode = 1006 }: Reason): boolean => closeCode === 1006;

export interface ConnectionParts extends SessionParts {
  /** Resolves once this client may open the connection; true when that took a while. */
  turn(session: string | null): Promise<boolean>;
  state(state: State): void;
  connected(): void;
  /** Called when the connection was closed before a freeze. */
  suspended(): void;
}

/** Maintains one connection: connects, waits according to the close-code table and reconnects, until it has to stop. */
export interface Connection {
  readonly state: State;
  /** Connects unless already connecting or connected. */
  start(): void;
  /** Stops permanently with a reason. */
  stop(why: Reason): void;
  /** Connects at once instead of waiting. */
  retry(): void;
  /** The machine, the page or the network resumed. */
  wake(): void;
  /** The browser reports that the network is offline: sends a ping now. */
  offline(): void;
  /** Runs overdue timers now. */
  catchUp(): void;
  /** Closes the connection and queues for it again. */
  yield(): void;
  /** Closes the connection until timers run again, for a page that is about to freeze. */
  suspend(): void;
  /** The server has confirmed that the stream is complete up to now. */
  confirmed(): void;
  /** The received events differ from those that were sent: reconnects and requests them again. */
  repair(): void;
  /** A person has acted: tells the server, at most once in `ACTIVE_EVERY_MS`. */
  active(): void;
  /** Sends a message, if a socket is open. */
  tell(message: object): void;
  /** Takes over the state of the shared connection from the leading tab. */
  mirror(state: State): void;
}

export const createConnection = (parts: ConnectionParts): Connection => {
  const { runtime, stream, tokens } = parts;
  const timer = createTimer(runtime);
  const confirmation = createTimer(runtime);
  const transports = createTransports(parts.options, runtime);
  const confirmMs = parts.options.confirmMs ?? CONFIRM_MS;
  let session: Session | undefined;
  let state: State = {
    status: 'stopped',
    reason: { code: 'notStarted' },
    sinceMs: runtime.now(),
    liveAtMs: null,
    transport: 'websocket',
  };
  /** Incremented by each decision, so that pending results of earlier ones are ignored. */
  let generation = 0;
  let attempt = 0;
  let rejections = 0;
  let rejectedToken: string | null = null;
  let person: string | null = null;
  let ask: TokenRequest['reason'] = 'connect';
  let restartAfterMs: number | null = null;
  /** True while another tab has the connection, or leadership is not yet decided. */
  let parked = false;
  let confirmedAtMs = 0;
  let activeAtMs = 0;
  /** True after the server has sent `stale`, until it confirms the stream again. */
  let isUnconfirmed = false;
  /** True when events have arrived since the last check. */
  let flowing = false;
  let previous: string | undefined;

  const drop = () => {
    generation += 1;
    parked = false;
    isUnconfirmed = false;
    timer.clear();
    confirmation.clear();
    transports.stop();
    session?.close();
    session = undefined;
  };

  const show = (next: State) => {
    state = next;
    parts.state(state);
  };

  const set = (phase: Phase) => {
    const sinceMs = runtime.now();
    const liveAtMs = state.status === 'live' ? confirmedAtMs : state.liveAtMs;
    const { name: transport } = transports;
    show({ ...phase, sinceMs, liveAtMs: phase.status === 'live' ? sinceMs : liveAtMs, transport });
  };

  /** Closes the connection unless events arrive: a slow client gets events without a `position`. */
  const awaitSignal = (delayMs: number) => {
    flowing = false;
    confirmation.set(delayMs, () => {
      if (flowing) awaitSignal(confirmMs * SILENT_FACTOR);
      else session?.repair();
    });
  };

  const stale = () => {
    if (state.status === 'live') set({ status: 'stale' });
    awaitSignal(confirmMs * (SILENT_FACTOR - 1));
  };

  const awaitConfirmation = () => {
    confirmedAtMs = runtime.now();
    confirmation.set(confirmMs, stale);
  };

  /** The replay has ended. */
  const level = () => {
    awaitConfirmation();
    set({ status: isUnconfirmed ? 'stale' : 'live' });
  };

  const confirmed = () => {
    isUnconfirmed = false;
    if (state.status === 'stale') level();
    else if (state.status === 'live') awaitConfirmation();
  };

  const forgive = () => {
    attempt = 0;
    rejections = 0;
    rejectedToken = null;
    ask = 'connect';
  };

  const stop = (why: Reason) => {
    drop();
    tokens.cancel();
    set({ status: 'stopped', reason: why });
  };

  const wait = (delayMs: number, why: Reason) => {
    set({ status: 'waiting', untilMs: runtime.now() + delayMs, attempt, reason: why });
    timer.set(delayMs, connect);
  };

  const closed = (code: number, closeReason: string, cause?: ReasonCode) => {
    transports.ended(code, cause);
    drop();
    attempt += 1;
    if (code === 4401) rejections += 1;
    const next = plan({
      code,
      closeReason,
      cause,
      attempt,
      rejections,
      restartAfterMs,
      offline: globalThis.navigator?.onLine === false,
      random: runtime.random(),
    });
    if ('stop' in next) return stop(next.stop);
    ask = next.freshToken ? 'rejected' : 'connect';
    wait(next.delayMs, next.reason);
  };

  const frame = (event: IncomingEvent) => {
    if (isEvent(event, 'server_restarting'))
      restartAfterMs = Math.min(Math.max(event.data.reconnect_after_ms || 0, 0), MAX_RESTART_MS);
    else if (isEvent(event, 'stale')) {
      isUnconfirmed = true;
      stale();
    }
    flowing ||= 'seq' in event;
    if (state.status === 'replaying' && !stream.replaying) level();
  };

  const open = (token: string, by: Open) => {
    restartAfterMs = null;
    try {
      session = openSession(parts, token, previous, by, {
        connected: (id) => {
          previous = id;
          transports.connected(token, connect);
          parts.connected();
          if (stream.replaying) set({ status: 'replaying' });
          else level();
          timer.set(STABLE_MS, forgive);
        },
        frame,
        renewed: (newer) => void connect(newer),
        closed: (code, closeReason, cause) => {
          if (code === 4401) rejectedToken = token;
          closed(code, closeReason, cause);
        },
      });
    } catch (error) {
      // Only the class of the error, because its text can contain the token.
      parts.fault('malformed', `no socket: ${error instanceof Error ? error.name : 'unknown'}`);
      stop({ code: 'protocolError' });
    }
  };

  /** Returns false and resets the stream when the token belongs to another user than the previous one. */
  const isSamePerson = (identity: Identity | null): boolean => {
    const now = identity?.person ?? null;
    const same = person === null || now === person;
    person = same ? now : null;
    if (!same) {
      stream.reset(null);
      previous = undefined;
    }
    return same;
  };

  /** @param newer the token to use instead of requesting one */
  const connect = async (newer?: string) => {
    drop();
    const mine = generation;
    let known = newer;
    set({ status: 'connecting' });
    for (;;) {
      let token: string | null;
      try {
        token = known ?? (await tokens.get(ask));
      } catch {
        if (mine !== generation) return;
        attempt += 1;
        return wait(backoffMs(attempt, runtime.random()), { code: 'tokenUnavailable' });
      }
      if (mine !== generation) return;
      if (token === null) return stop({ code: 'signedOut' });
      const identity = identityOf(token);
      if (!isSamePerson(identity)) return stop({ code: 'identityChanged' });
      parked = true;
      const long = await parts.turn(identity?.session ?? null);
      if (mine !== generation) return;
      parked = false;
      if (!long) {
        if (token === rejectedToken) return closed(4401, '');
        const by = await transports.open();
        return mine === generation ? open(token, by) : undefined;
      }
      // This tab took over from a closed one after a long wait, so the token may have expired.
      known = undefined;
      set({ status: 'connecting' });
    }
  };

  const start = () => {
    if (state.status !== 'stopped') return;
    forgive();
    void connect();
  };

  return {
    get state() {
      return state;
    },
    start,
    stop,
    retry: () => {
      if (state.status === 'waiting' && !parked) void connect();
      else start();
    },
    wake: () => {
      if (state.status !== 'waiting' || parked) {
        confirmation.catchUp();
        session?.probe();
        return;
      }
      const leftMs = state.untilMs - runtime.now();
      if (leftMs <= 0 || isHealedByWaking(state.reason))
        timer.set(Math.max(0, Math.min(leftMs, runtime.random() * WAKE_SPREAD_MS)), connect);
    },
    offline: () => session?.probe(true),
    catchUp: () => {
      timer.catchUp();
      confirmation.catchUp();
      session?.catchUp();
    },
    yield: () => {
      if (state.status !== 'stopped') void connect();
    },
    suspend: () => {
      if (state.status === 'stopped') return;
      drop();
      parts.suspended();
      wait(THAW_MS, { code: 'connectionLost' });
    },
    confirmed,
    repair: () => session?.repair(),
    active: () => {
      // Absolute, because a clock that was set back must not delay the message.
      const nowMs = runtime.now();
      if (!session || state.status === 'connecting' || Math.abs(nowMs - activeAtMs) < ACTIVE_EVERY_MS) return;
      activeAtMs = nowMs;
      session.tell({ type: 'active' });
    },
    tell: (message) => {
      if (state.status !== 'connecting') session?.tell(message);
    },
    mirror: (leading) => {
      if (!parked) return;
      if (leading.status === 'stopped') drop();
      show(leading);
      if (leading.status === 'live') awaitConfirmation();
      else confirmation.clear();
    },
  };
};
