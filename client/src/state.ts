import { CLOSE, type CloseName } from '@wardbell/contract/close-code';

/** Reasons that no close frame gives. */
const OWN = {
  notStarted: 'Not connected yet',
  stopped: 'Disconnected',
  signedOut: 'Signed out: sign in again',
  tokenRejected: 'The session could not be renewed: sign in again',
  tokenUnavailable: 'The session cannot be renewed at the moment',
  identityChanged: 'Signed in as someone else: reload the page',
  offline: 'This device is offline',
  connectionLost: 'Connection lost',
  connectTimeout: 'The server does not answer',
  protocolError: 'Refused because of a fault in this application',
} as const;

/** The close codes of the contract by name, and the SDK's own reasons. */
export type ReasonCode = CloseName | keyof typeof OWN;

/** Why a connection waits or has stopped: a code to translate by and an English text to show. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  /** The WebSocket close code, when a close was the reason. */
  readonly closeCode?: number;
}

const TEXTS: Readonly<Record<ReasonCode, string | { readonly reason: string }>> = { ...CLOSE, ...OWN };

/** The reason of that code with its English text. */
export const reason = (code: ReasonCode, closeCode?: number): Reason => {
  const text = TEXTS[code];
  return {
    code,
    text: typeof text === 'string' ? text : text.reason,
    ...(closeCode !== undefined && { closeCode }),
  };
};

/**
 * What a person can be told about the connection. `sinceMs` is when this state began and `liveAtMs` the last
 * moment at which what is shown was known to be complete (null: never), both in milliseconds since 1970.
 */
export type State = {
  readonly sinceMs: number;
  readonly liveAtMs: number | null;
} & (
  | { readonly status: 'connecting' | 'replaying' | 'live' }
  /** Reconnects at `untilMs`; `attempt` counts from 1 since it was last live. */
  | {
      readonly status: 'waiting';
      readonly untilMs: number;
      readonly attempt: number;
      readonly reason: Reason;
    }
  /** Does not reconnect by itself: `start()` tries again. */
  | { readonly status: 'stopped'; readonly reason: Reason }
);
export type Status = State['status'];
