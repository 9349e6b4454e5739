import { backoffMs } from './backoff.js';
import type { IncomingEvent } from './events.js';
import { isEvent } from './events.js';
import type { ClientOptions, Runtime, SocketConstructor, TokenRequest } from './options.js';
import { plan } from './policy.js';
import { Timer } from './runtime.js';
import { Session } from './session.js';
import { type Reason, type ReasonCode, reason, type State } from './state.js';
import type { Stream } from './stream.js';
import { type Identity, identityOf, type Tokens } from './token.js';

/** Live for this long, a connection has proven itself: the next failure counts from one again. */
const STABLE_MS = 10_000;
/** Spread of attempts when a whole ward's network comes back at once. */
const WAKE_SPREAD_MS = 500;
/** A page that was told it would freeze and did not goes on after this. */
const THAW_MS = 1_000;
/** A server's word in `server_restarting` is bounded: a day would be as good as never. */
const MAX_RESTART_MS = 60_000;

/** Endings that a network coming back may heal; other waits are the server's wish. */
const HEALED_BY_WAKING: ReadonlySet<ReasonCode> = new Set([
  'offline',
  'connectionLost',
  'connectTimeout',
  'heartbeatTimeout',
  'tokenUnavailable',
]);

type Change = State extends infer S ? (S extends State ? Omit<S, 'sinceMs' | 'liveAtMs'> : never) : never;

export interface ConnectionParts {
  readonly options: ClientOptions;
  readonly runtime: Runtime;
  readonly socket: SocketConstructor;
  readonly stream: Stream;
  readonly tokens: Tokens;
  /** Resolves once this client may open the connection; true when that took a while. */
  turn(session: string | null): Promise<boolean>;
  state(state: State): void;
  connected(): void;
  /** The connection was given up before a freeze. */
  suspended(): void;
  malformed(): void;
}

/** Keeps one session alive: connects, waits by the close-code table, connects again, until it has to stop. */
export class Connection {
  #session: Session | null = null;
  #state: State;
  /** Changes with every decision, so that what an older one still awaits is ignored. */
  #generation = 0;
  #attempt = 0;
  #rejections = 0;
  #rejectedToken: string | null = null;
  #person: string | null = null;
  #ask: TokenRequest['reason'] = 'connect';
  /** True while another tab has the connection, or the turn is not yet known. */
  #parked = false;
  #restartAfterMs: number | null = null;
  readonly #timer: Timer;

  constructor(private readonly parts: ConnectionParts) {
    this.#timer = new Timer(parts.runtime);
    this.#state = {
      status: 'stopped',
      reason: reason('notStarted'),
      sinceMs: parts.runtime.now(),
      liveAtMs: null,
    };
  }

  get state(): State {
    return this.#state;
  }

  /** Connects unless it is already at it. */
  start(): void {
    if (this.#state.status !== 'stopped') return;
    this.#attempt = 0;
    this.#rejections = 0;
    this.#ask = 'connect';
    void this.#connect();
  }

  /** Ends for good and says why. */
  stop(why: Reason): void {
    this.#drop();
    this.parts.tokens.cancel();
    this.#set({ status: 'stopped', reason: why });
  }

  /** Connects at once instead of waiting. */
  retry(): void {
    if (this.#state.status === 'waiting' && !this.#parked) void this.#connect();
    else this.start();
  }

  /** The machine, the page or the network woke. */
  wake(): void {
    const state = this.#state;
    if (state.status !== 'waiting' || this.#parked) {
      this.probe();
      return;
    }
    const nowMs = this.parts.runtime.now();
    if (!HEALED_BY_WAKING.has(state.reason.code) && nowMs < state.untilMs) return;
    const delayMs = Math.max(
      0,
      Math.min(state.untilMs - nowMs, this.parts.runtime.random() * WAKE_SPREAD_MS),
    );
    this.#timer.set(delayMs, () => void this.#connect());
  }

  /** Asks for a sign of life now. */
  probe(): void {
    this.#session?.probe();
  }

  /** Does at once what a late timer has still to do. */
  catchUp(): void {
    this.#timer.catchUp();
    this.#session?.catchUp();
  }

  /** Gives the connection up and queues up for it again. */
  yield(): void {
    if (this.#state.status !== 'stopped') void this.#connect();
  }

  /** Gives the connection up until timers run again: a page about to freeze. */
  suspend(): void {
    if (this.#state.status === 'stopped') return;
    this.#drop();
    this.parts.suspended();
    this.#wait(THAW_MS, reason('connectionLost'));
  }

  /** What the leading tab says about the connection that this one shares. */
  mirror(state: State): void {
    if (!this.#parked) return;
    if (state.status === 'stopped') this.#drop();
    this.#state = state;
    this.parts.state(state);
  }

  #drop(): void {
    this.#generation += 1;
    this.#parked = false;
    this.#timer.clear();
    this.#session?.close();
    this.#session = null;
  }

  #set(change: Change): void {
    const { liveAtMs } = this.#state;
    const sinceMs = this.parts.runtime.now();
    this.#state = { ...change, sinceMs, liveAtMs: change.status === 'live' ? sinceMs : liveAtMs };
    this.parts.state(this.#state);
  }

  async #connect(): Promise<void> {
    this.#drop();
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    this.#set({ status: 'connecting' });
    let token: string | null;
    let long: boolean;
    do {
      try {
        token = await this.parts.tokens.get(this.#ask);
      } catch {
        if (current()) this.#wait(this.#backoff(), reason('tokenUnavailable'));
        return;
      }
      if (!current()) return;
      if (token === null) return this.stop(reason('signedOut'));
      const identity = identityOf(token);
      if (!this.#isSamePerson(identity)) return this.stop(reason('identityChanged'));
      this.#parked = true;
      long = await this.parts.turn(identity?.session ?? null);
      if (!current()) return;
      this.#parked = false;
      // A turn may come hours later, after the tab that led was closed: by then the token is old.
      if (long) this.#set({ status: 'connecting' });
    } while (long);
    if (token === this.#rejectedToken) return this.#closed(4401, '');
    this.#open(token);
  }

  /** False, and the stream forgotten, when the token speaks for someone else than the one before. */
  #isSamePerson(identity: Identity | null): boolean {
    const person = identity?.person ?? null;
    const same = this.#person === null || person === this.#person;
    this.#person = same ? person : null;
    if (!same) this.parts.stream.reset(null);
    return same;
  }

  #open(token: string): void {
    const { options, runtime, socket, stream, tokens } = this.parts;
    this.#restartAfterMs = null;
    this.#session = new Session(
      {
        options,
        runtime,
        socket,
        stream,
        tokens,
        listener: {
          connected: () => {
            this.parts.connected();
            this.#set({ status: stream.replaying ? 'replaying' : 'live' });
            this.#proven();
          },
          frame: (frame) => this.#frame(frame),
          malformed: () => this.parts.malformed(),
          closed: (code, closeReason, cause) => {
            if (code === 4401) this.#rejectedToken = token;
            this.#closed(code, closeReason, cause);
          },
        },
      },
      token,
    );
  }

  #frame(frame: IncomingEvent): void {
    if (isEvent(frame, 'server_restarting'))
      this.#restartAfterMs = Math.min(Math.max(frame.data.reconnect_after_ms, 0), MAX_RESTART_MS);
    if (this.#state.status === 'replaying' && !this.parts.stream.replaying) this.#set({ status: 'live' });
  }

  /** Forgets earlier failures once the connection has lasted. */
  #proven(): void {
    this.#timer.set(STABLE_MS, () => {
      this.#attempt = 0;
      this.#rejections = 0;
      this.#rejectedToken = null;
      this.#ask = 'connect';
    });
  }

  #closed(code: number, closeReason: string, cause?: ReasonCode): void {
    const heardAtMs = this.#session?.heardAtMs;
    if (heardAtMs != null && this.#state.status === 'live')
      this.#state = { ...this.#state, liveAtMs: heardAtMs };
    this.#drop();
    this.#attempt += 1;
    if (code === 4401) this.#rejections += 1;
    const next = plan({
      code,
      closeReason,
      cause,
      attempt: this.#attempt,
      rejections: this.#rejections,
      restartAfterMs: this.#restartAfterMs,
      offline: globalThis.navigator?.onLine === false,
      random: this.parts.runtime.random(),
    });
    if ('stop' in next) {
      this.stop(next.stop);
      return;
    }
    this.#ask = next.freshToken ? 'rejected' : 'connect';
    this.#wait(next.delayMs, next.reason);
  }

  #backoff(): number {
    this.#attempt += 1;
    return backoffMs(this.#attempt, this.parts.runtime.random());
  }

  #wait(delayMs: number, why: Reason): void {
    this.#set({
      status: 'waiting',
      untilMs: this.parts.runtime.now() + delayMs,
      attempt: this.#attempt,
      reason: why,
    });
    this.#timer.set(delayMs, () => void this.#connect());
  }
}
