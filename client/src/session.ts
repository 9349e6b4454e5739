import { ABNORMAL, type Open, resumesInband } from './endpoint.js';
import { type IncomingEvent, isEvent, parseFrame } from './events.js';
import { createHeartbeat, type Heartbeat } from './heartbeat.js';
import type { ConnectionOptions, Runtime, SocketLike } from './options.js';
import { createRenewal } from './renewal.js';
import { createTimer } from './runtime.js';
import type { ReasonCode } from './state.js';
import type { Stream } from './stream.js';
import type { Tokens } from './token.js';
import { openSocket } from './transport.js';

/** Timeout of the handshake and the first frame. */
export const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_MS = 10_000;
/** Factor of the ping interval in hidden pages. The connection is checked again when the page is shown. */
const HIDDEN_FACTOR = 3;
/** Least time between two messages that a person has acted. */
export const ACTIVE_EVERY_MS = 30_000;
/** An event stream is not replaced by one with a newer token before this time, however short-lived tokens are. */
const MIN_STREAM_MS = 5_000;
const OPEN = 1;

export interface SessionParts {
  readonly options: ConnectionOptions;
  readonly runtime: Runtime;
  readonly stream: Stream;
  readonly tokens: Tokens;
  fault(kind: 'malformed', text: string): void;
}

export interface SessionListener {
  /** `connected` was received and passed to the stream. `id` is the id of the connection. */
  connected(id: string): void;
  /** The stream has processed a frame. */
  frame(frame: IncomingEvent): void;
  /** There is a newer token, but an event stream keeps the one it was opened with: a new session has to use it. */
  renewed(token: string): void;
  /** The session ended. Called once. `cause` is given when the client closed it. */
  closed(code: number, closeReason: string, cause?: ReasonCode): void;
}

export interface Session {
  /** Sends a ping now. Without an answer the session ends. */
  probe(isGone?: boolean): void;
  /** Runs overdue timers now. */
  catchUp(): void;
  /**
   * The received events differ from those that were sent: ends the session, so that the next one requests them again.
   */
  repair(): void;
  /** Sends a message; an event stream cannot. */
  tell(message: object): void;
  /** Ends the session without a call to the listener. */
  close(): void;
}

/**
 * Opens one connection and handles its handshake, heartbeat, token renewal and frames until it ends. Throws when there
 * is no WebSocket, or when it rejects the URL or the token.
 */
export const openSession = (
  { options, runtime, stream, tokens, fault }: SessionParts,
  token: string,
  previous: string | undefined,
  open: Open,
  listener: SessionListener,
): Session => {
  const asked = stream.position !== null;
  // Over server-sent events the choice of topics is part of the address.
  const topics = open === openSocket ? (options.topics ?? []) : [];
  const inband = resumesInband({ topics }, stream.position);
  let standing: Map<string, number> | undefined = new Map();
  let epoch = '';
  let heartbeat: Heartbeat | undefined;
  let over = false;
  const openedAtMs = runtime.now();

  const socket: SocketLike = open(options, token, stream.position, previous);
  const deadline = createTimer(runtime);
  deadline.set(CONNECT_TIMEOUT_MS, () => end(ABNORMAL, '', 'connectTimeout'));
  const sendText = (text: string) => {
    if (socket.readyState === OPEN) socket.send(text);
  };
  const send = (message: object) => sendText(JSON.stringify(message));
  const resume = (since: unknown) => {
    if (inband) send({ type: 'resume', epoch, since });
  };
  const renewal = createRenewal(runtime, tokens, (renewed) => {
    if (open === openSocket) send({ type: 'refresh', token: renewed });
    else if (renewed !== token && runtime.now() - openedAtMs > MIN_STREAM_MS) listener.renewed(renewed);
  });

  const close = (dead = false) => {
    over = true;
    deadline.clear();
    renewal.stop();
    heartbeat?.stop();
    // A dead peer never answers a closing handshake: `ws` would keep the socket for 30 s.
    if (socket.terminate && (dead || socket.readyState !== OPEN)) socket.terminate();
    else socket.close(1000);
  };
  const end = (code: number, closeReason: string, cause?: ReasonCode) => {
    if (over) return;
    close(cause !== undefined);
    listener.closed(code, closeReason, cause);
  };

  const repair = () => end(ABNORMAL, '', 'incomplete');

  const receive = (data: unknown) => {
    if (over) return;
    heartbeat?.touch();
    if (data === 'pong') return;
    const frame = parseFrame(data);
    if (!frame) {
      fault('malformed', 'a frame that is none');
    } else if (isEvent(frame, 'connected')) {
      // A second `connected` is ignored.
      if (heartbeat) return;
      deadline.clear();
      ({ epoch } = frame.data);
      const { seq, expires_at } = frame.data;
      stream.connected(epoch, seq, asked || inband);
      if (topics.length > 1) send({ type: 'subscribe', topics });
      if (seq !== null) resume(stream.position?.seq);
      heartbeat = createHeartbeat(
        runtime,
        () =>
          (options.heartbeatMs ?? IDLE_MS) *
          (globalThis.document?.visibilityState === 'hidden' ? HIDDEN_FACTOR : 1),
        () => sendText('ping'),
        () => end(ABNORMAL, '', 'heartbeatTimeout'),
      );
      renewal.renewed(expires_at);
      listener.connected(frame.data.connection_id);
    } else if (!heartbeat) repair();
    else {
      if (isEvent(frame, 'positions')) {
        for (const [tenant, seq] of Object.entries(frame.data.seq)) standing?.set(tenant, seq);
        if (standing && !frame.data.more) {
          resume(stream.resumeAt(epoch, standing));
          standing = undefined;
        }
      } else if (isEvent(frame, 'token_expiring')) renewal.due();
      else if (isEvent(frame, 'refreshed')) renewal.renewed(frame.data.expires_at);
      else if (isEvent(frame, 'error')) renewal.refused();
      stream.accept(frame);
      // A handler may have stopped the client.
      if (!over) listener.frame(frame);
    }
  };

  // A socket that fails reports it again as a close; without a listener `ws` would throw.
  socket.addEventListener('error', () => {});
  socket.addEventListener('message', ({ data }) => receive(data));
  socket.addEventListener('close', ({ code, reason }) => end(code, reason));
  return {
    probe: (isGone) => heartbeat?.probe(isGone),
    catchUp: () => heartbeat?.catchUp(),
    repair,
    tell: send,
    close: () => close(),
  };
};
