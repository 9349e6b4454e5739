import type { ClientMessage, Topic } from '@wardbell/contract';
import type {
  ApplicationData,
  EphemeralEvent,
  EventName,
  EventOf,
  LogEvent,
  NumberedEvent,
  StreamEvent,
} from './events.js';
import type { Position, TenantPosition } from './position.js';
import type { State } from './state.js';

/** Why a token is requested. `rejected`: the last token was refused, so return a newer one. */
export interface TokenRequest {
  readonly reason: 'connect' | 'expiring' | 'rejected';
  /** Aborts when the client stops or has waited too long (60 s). */
  readonly signal: AbortSignal;
}

/** Returns an access token, or null when no user is signed in, which stops the client. */
export type GetToken = (request: TokenRequest) => string | null | Promise<string | null>;

/** The part of the WebSocket API that is used. Browsers, Node 22 and newer, and `ws` provide it. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Closes without a closing handshake; only `ws` has it. */
  terminate?(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}
export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** Clock, timers and random numbers, so that tests can replace them. */
export interface Runtime {
  /** Milliseconds since 1970. Must advance while the machine sleeps. */
  now(): number;
  /** Runs once after the delay, unless the returned function is called before. */
  later(run: () => void, delayMs: number): () => void;
  /** In [0, 1). */
  random(): number;
}

/** Options of a connection, independent of the types that an application declares. */
export interface ConnectionOptions {
  /** `wss://host/ws`; a relative URL (`/ws`) is resolved against the page. Must not contain a topic or a token. */
  readonly url: string | URL;
  readonly getToken: GetToken;
  /** Only these topics; absent for all that the role may see. */
  readonly topics?: readonly Topic[];
  /** Only these event types. */
  readonly types?: readonly string[];
  /** One connection for all tabs of this origin where the browser allows it (default true). */
  readonly shareTabs?: boolean;
  /** Use server-sent events where WebSockets cannot be opened (default true). */
  readonly fallback?: boolean;
  /** Sends a ping after this long without a frame from the server (default 10,000). */
  readonly heartbeatMs?: number;
  /**
   * The stream is no longer live after this long without a `position`, which the server sends every 5 s (default
   * 8,000). The client reconnects after two and a half times this long without a `position` or an event.
   */
  readonly confirmMs?: number;
  /** Latest events kept for lists that join the stream later (default 2,000). */
  readonly recentEvents?: number;
  /**
   * Defaults to the global one. Node before 22 has none: pass that of `ws`. Pass null where pages are only rendered,
   * such as on Next.js servers; the client then never connects.
   */
  readonly WebSocket?: SocketConstructor | null | undefined;
  readonly runtime?: Runtime;
}

export interface ClientOptions<App extends ApplicationData = Record<never, object>>
  extends ConnectionOptions {
  /** Only these event types: of the protocol or declared in `App`. */
  readonly types?: readonly (LogEvent<NoInfer<App>> | EphemeralEvent)['type'][];
}

/** A violation of the protocol that was observed. The stream continues or is repaired. */
export interface Fault {
  readonly kind: 'duplicate' | 'backwards' | 'incomplete' | 'malformed' | 'handler';
  /** A text for debugging. Contains no payload. */
  readonly text: string;
}

/** Follows the stream from a position: `event` is called once for each later event, in order. */
export interface Follower {
  event(event: NumberedEvent): void;
  /** The stream is now complete up to `seq`. */
  position?(seq: number): void;
  /**
   * The position cannot be served: load again and follow from the new position. This follower gets no further calls.
   */
  resync(): void;
}

export interface Client<App extends ApplicationData = Record<never, object>> {
  readonly state: State;
  /** The position up to which the stream is complete; null before the first connection. */
  readonly position: Position | null;
  /** Faults seen since the start, by kind. */
  readonly faults: Readonly<Record<Fault['kind'], number>>;

  /** Connects, from `since` if given, otherwise from now. Does nothing while connected. */
  start(options?: { readonly since?: Position }): void;
  /** Disconnects and discards the position. */
  stop(): void;
  /** Reconnects at once instead of waiting; for a "try now" button. */
  retry(): void;
  /**
   * A person has acted: keeps the login session from ending for idleness. Call it on `pointerdown` and `keydown`; it
   * sends at most one message in 30 s, and nothing while no WebSocket is open.
   */
  active(): void;
  /**
   * Sends a message of the protocol, such as `subscribe`; nothing while no WebSocket is open, so repeat it when the state
   * becomes `live`. For what a person works on there is `workOn`.
   */
  tell(message: ClientMessage): void;

  /**
   * Calls `handler` for each event of the type (`*`: of any type) until the returned function is called. Types of your
   * application are those declared in `App`: a misspelt one does not compile.
   */
  on<Type extends EventName<App>>(type: Type, handler: (event: EventOf<App, Type>) => void): () => void;
  /** Calls `listener` after each change of `state`. */
  onState(listener: (state: State) => void): () => void;
  /** Calls `listener` for each fault. */
  onFault(listener: (fault: Fault) => void): () => void;
  /** Joins loaded data with the stream, from the position of its snapshot. */
  follow(position: TenantPosition, follower: Follower): () => void;
  /** Iterates over the events of `on('*')`. Ends when the client stops; throws when more than 10,000 are queued. */
  [Symbol.asyncIterator](): AsyncIterator<StreamEvent<App>, void>;
}

/** The part of a client that does not depend on the types of an application. */
export type AnyClient = Omit<Client, 'on' | typeof Symbol.asyncIterator>;
