import type { Topic } from '@wardbell/contract';
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

/** Why a token is asked for: `rejected` means that the one given last was refused, so give a newer one. */
export interface TokenRequest {
  readonly reason: 'connect' | 'expiring' | 'rejected';
  /** Aborts when the client stops or has waited too long (60 s). */
  readonly signal: AbortSignal;
}

/** Gives an access token; null says that nobody is signed in, and the client stops. */
export type GetToken = (request: TokenRequest) => string | null | Promise<string | null>;

/** The part of a WebSocket that is used: the browser's, Node's own (22+) and that of `ws` all fit. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Gives up without a closing handshake; only `ws` has it. */
  terminate?(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}
export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** Clock, timers and chance, so that a test can own them. */
export interface Runtime {
  /** Milliseconds since 1970; must go on while the machine sleeps. */
  now(): number;
  /** Runs once after the delay, unless the returned function is called before. */
  later(run: () => void, delayMs: number): () => void;
  /** In [0, 1). */
  random(): number;
}

/** What a connection needs to know, whatever an application declares. */
export interface ConnectionOptions {
  /** `wss://host/ws`; a relative one (`/ws`) is taken from the page. Must not carry a topic or a token. */
  readonly url: string | URL;
  readonly getToken: GetToken;
  /** Only these topics; absent for all that the role may see. */
  readonly topics?: readonly Topic[];
  /** Only these event types. */
  readonly types?: readonly string[];
  /** One connection for all tabs of this origin where the browser allows it (default true). */
  readonly shareTabs?: boolean;
  /** Server-sent events where WebSockets cannot be opened (default true). */
  readonly fallback?: boolean;
  /** Asks the server for a sign of life after this long without one (default 10,000). */
  readonly heartbeatMs?: number;
  /**
   * No longer live after this long without a `position` from the server, which comes every 5 s (default 8,000).
   * Connects anew after two and a half times as long without an event either.
   */
  readonly confirmMs?: number;
  /** Latest events kept for lists that join the stream later (default 2,000). */
  readonly recentEvents?: number;
  /**
   * Defaults to the global one; Node before 22 has none: give that of `ws`. Null where pages are only rendered, as on
   * Next.js servers: the client then never connects.
   */
  readonly WebSocket?: SocketConstructor | null | undefined;
  readonly runtime?: Runtime;
}

export interface ClientOptions<App extends ApplicationData = Record<never, object>>
  extends ConnectionOptions {
  /** Only these event types: of the protocol or declared in `App`. */
  readonly types?: readonly (LogEvent<NoInfer<App>> | EphemeralEvent)['type'][];
}

/** Something that the protocol forbids and that was seen all the same; the stream goes on or is repaired. */
export interface Fault {
  readonly kind: 'duplicate' | 'backwards' | 'incomplete' | 'malformed' | 'handler';
  /** For a person who debugs; carries no payload. */
  readonly text: string;
}

/** Follows the stream from a position on: `event` for each later event, once, in order. */
export interface Follower {
  event(event: NumberedEvent): void;
  /** The position is complete up to `seq` now. */
  position?(seq: number): void;
  /** The position cannot be served: load again and follow from there. Nothing more comes to this follower. */
  resync(): void;
}

export interface Client<App extends ApplicationData = Record<never, object>> {
  readonly state: State;
  /** How far the stream is complete; null before the first connection. */
  readonly position: Position | null;
  /** Faults seen since the start, by kind. */
  readonly faults: Readonly<Record<Fault['kind'], number>>;

  /** Connects, from `since` if given, else from now. Does nothing while connected. */
  start(options?: { readonly since?: Position }): void;
  /** Disconnects and forgets the position. */
  stop(): void;
  /** Reconnects at once instead of waiting; for a "try now" button. */
  retry(): void;

  /**
   * Calls `handler` for each event of the type (`*`: of any type) until the returned function is called. Types of your
   * application are those declared in `App`: a misspelt one does not compile.
   */
  on<Type extends EventName<App>>(type: Type, handler: (event: EventOf<App, Type>) => void): () => void;
  /** Calls `listener` after each change of `state`. */
  onState(listener: (state: State) => void): () => void;
  /** Calls `listener` for each fault. */
  onFault(listener: (fault: Fault) => void): () => void;
  /** Joins something that was loaded with the stream, from the position that it was loaded at. */
  follow(position: TenantPosition, follower: Follower): () => void;
  /** Every event as `on('*')` has it; ends when the client stops, throws when 10,000 wait to be read. */
  [Symbol.asyncIterator](): AsyncIterator<StreamEvent<App>, void>;
}

/** What a client has whatever types its application declared. */
export type AnyClient = Omit<Client, 'on' | typeof Symbol.asyncIterator>;
