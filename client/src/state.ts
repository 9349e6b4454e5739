import type { CloseName } from '@wardbell/contract/close-code';

/** Reasons without a close frame. */
export type OwnReasonCode =
  | 'notStarted'
  | 'stopped'
  | 'signedOut'
  | 'tokenRejected'
  | 'tokenUnavailable'
  | 'identityChanged'
  | 'offline'
  | 'connectionLost'
  | 'connectTimeout'
  | 'incomplete'
  | 'protocolError';

/** The close codes of the contract by name, and the SDK's own reasons. */
export type ReasonCode = CloseName | OwnReasonCode;

/** Why a connection waits or has stopped. `reasonText(reason)` is an English text for people. */
export interface Reason {
  readonly code: ReasonCode;
  /** The WebSocket close code, when a close was the reason. */
  readonly closeCode?: number;
}

/** `sse`: server-sent events, because sockets cannot be opened here. */
export type Transport = 'websocket' | 'sse';

/**
 * The state of the connection, for users. `sinceMs` is when this state began, and `liveAtMs` the last time at which the
 * data was known to be complete (null: never), both in milliseconds since 1970.
 */
export type State = {
  readonly sinceMs: number;
  readonly liveAtMs: number | null;
  /** How it connects, or connected last. */
  readonly transport: Transport;
} & Phase;
export type Status = State['status'];

/** A state without its times. */
export type Phase =
  /** `stale`: connected, but the server has not recently confirmed that the stream is complete. */
  | { readonly status: 'connecting' | 'replaying' | 'live' | 'stale' }
  /** Reconnects at `untilMs`; `attempt` counts from 1 since it was last live. */
  | {
      readonly status: 'waiting';
      readonly untilMs: number;
      readonly attempt: number;
      readonly reason: Reason;
    }
  /** Does not reconnect by itself: `start()` tries again. */
  | { readonly status: 'stopped'; readonly reason: Reason };
