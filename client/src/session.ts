import { addressOf, protocolsFor, resumesInband } from './endpoint.js';
import { type IncomingEvent, isEvent, parseFrame } from './events.js';
import { Heartbeat } from './heartbeat.js';
import type { ClientOptions, Runtime, SocketConstructor, SocketLike } from './options.js';
import { Renewal } from './renewal.js';
import { Timer } from './runtime.js';
import type { ReasonCode } from './state.js';
import type { Stream } from './stream.js';
import type { Tokens } from './token.js';

/** A handshake and its first frame that take longer have failed. */
export const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_MS = 10_000;
/** A hidden page needs no quick news of a dead network: it is asked again when it is shown. */
const HIDDEN_FACTOR = 3;
const OPEN = 1;
/** What a socket reports that ended without a close frame. */
const ABNORMAL = 1006;

export interface SessionListener {
  /** `connected` came and the stream has been told. */
  connected(): void;
  /** The stream has taken a frame in. */
  frame(frame: IncomingEvent): void;
  malformed(): void;
  /** The end, once. `cause` when it was this side that gave up. */
  closed(code: number, closeReason: string, cause?: ReasonCode): void;
}

export interface SessionParts {
  readonly options: ClientOptions;
  readonly runtime: Runtime;
  readonly socket: SocketConstructor;
  readonly stream: Stream;
  readonly tokens: Tokens;
  readonly listener: SessionListener;
}

/** One socket from handshake to close: its heartbeat, the renewal of its token, its frames into the stream. */
export class Session {
  readonly #socket: SocketLike;
  readonly #deadline: Timer;
  readonly #renewal: Renewal;
  #heartbeat: Heartbeat | null = null;
  #over = false;

  constructor(
    private readonly parts: SessionParts,
    token: string,
  ) {
    const { options, runtime, stream, tokens } = parts;
    const since = stream.position;
    this.#socket = new parts.socket(addressOf(options, since), protocolsFor(token));
    this.#deadline = new Timer(runtime);
    this.#deadline.set(CONNECT_TIMEOUT_MS, () => this.#end(ABNORMAL, '', 'connectTimeout'));
    this.#renewal = new Renewal(runtime, tokens, (renewed) =>
      this.#send({ type: 'refresh', token: renewed }),
    );
    // A socket that fails reports it again as a close; without a listener `ws` would throw.
    this.#socket.addEventListener('error', () => {});
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data));
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason));
  }

  /** When the server was last heard; null before `connected`. */
  get heardAtMs(): number | null {
    return this.#heartbeat?.heardAtMs ?? null;
  }

  /** Asks the server for a sign of life now; silence ends the session. */
  probe(): void {
    this.#heartbeat?.probe();
  }

  /** Does at once what a late timer has still to do. */
  catchUp(): void {
    this.#heartbeat?.catchUp();
  }

  /** Ends without telling the listener. */
  close(): void {
    this.#over = true;
    this.#deadline.clear();
    this.#renewal.stop();
    this.#heartbeat?.stop();
    // A dead peer never answers a closing handshake: `ws` would keep the socket for 30 s.
    if (this.#socket.readyState !== OPEN && this.#socket.terminate) this.#socket.terminate();
    else this.#socket.close(1000);
  }

  #end(code: number, closeReason: string, cause?: ReasonCode): void {
    if (this.#over) return;
    this.close();
    if (cause === 'heartbeatTimeout') this.#socket.terminate?.();
    this.parts.listener.closed(code, closeReason, cause);
  }

  #send(message: object): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  #receive(data: unknown): void {
    if (this.#over) return;
    this.#heartbeat?.heard();
    if (data === 'pong') return;
    const frame = parseFrame(data);
    if (!frame) {
      this.parts.listener.malformed();
      return;
    }
    if (isEvent(frame, 'connected')) {
      this.#connected(frame.data);
      return;
    }
    if (isEvent(frame, 'token_expiring')) this.#renewal.due();
    else if (isEvent(frame, 'refreshed')) this.#renewal.renewed(frame.data.expires_at);
    else if (isEvent(frame, 'error')) this.#renewal.refused();
    this.parts.stream.accept(frame);
    // A handler may have stopped the client.
    if (!this.#over) this.parts.listener.frame(frame);
  }

  #connected(data: { seq: number | null; epoch: string; expires_at: string }): void {
    const { options, runtime, stream, listener } = this.parts;
    this.#deadline.clear();
    const resumes = stream.position !== null;
    const inband = resumesInband(options, stream.position);
    const position = stream.position ?? { epoch: data.epoch, seq: data.seq ?? {} };
    stream.adopt(position);
    stream.connected(resumes || inband);
    if (inband) {
      const { topics } = options;
      if (topics && topics.length > 1) this.#send({ type: 'subscribe', topics });
      this.#send({ type: 'resume', epoch: position.epoch, since: position.seq });
    }
    const idleMs = () =>
      (options.heartbeatMs ?? IDLE_MS) *
      (globalThis.document?.visibilityState === 'hidden' ? HIDDEN_FACTOR : 1);
    this.#heartbeat = new Heartbeat(
      runtime,
      idleMs,
      () => {
        if (this.#socket.readyState === OPEN) this.#socket.send('ping');
      },
      () => this.#end(ABNORMAL, '', 'heartbeatTimeout'),
    );
    this.#renewal.renewed(data.expires_at);
    listener.connected();
  }
}
