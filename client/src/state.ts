/** Why a connection waits or has stopped: a code to translate by and an English text to show. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  /** The WebSocket close code, when a close was the reason. */
  readonly closeCode?: number;
}

const TEXT = {
  not_started: 'Not connected yet.',
  stopped_by_application: 'Disconnected.',
  signed_out: 'You are signed out. Sign in again.',
  authentication_failed: 'Your sign-in was not accepted. Sign in again.',
  token_rejected: 'Your session could not be renewed. Sign in again.',
  identity_changed: 'You are signed in as someone else now. Reload the page.',
  access_revoked: 'Your access has been revoked. Ask your administrator.',
  tenant_suspended: 'Your clinic is suspended. Ask your administrator.',
  topic_not_allowed: 'Your role may not see this. Ask your administrator.',
  origin_not_allowed: 'This address may not connect. Ask your administrator.',
  closed_by_administrator: 'An administrator closed this connection.',
  protocol_error: 'The connection was refused because of a fault in this application.',
  token_unavailable: 'Your session cannot be renewed at the moment.',
  token_expired: 'Your session is being renewed.',
  offline: 'This device is offline.',
  connection_lost: 'The connection was lost.',
  connect_timeout: 'The server does not answer.',
  heartbeat_timeout: 'The network went silent.',
  connection_limit: 'Too many connections are open.',
  rate_limited: 'Too many messages or attempts.',
  slow_consumer: 'This device could not keep up.',
  server_restarting: 'The server is restarting.',
  server_unavailable: 'The server is busy.',
} as const;
export type ReasonCode = keyof typeof TEXT;

/** The reason of that code with its English text. */
export const reason = (code: ReasonCode, closeCode?: number): Reason =>
  closeCode === undefined ? { code, text: TEXT[code] } : { code, text: TEXT[code], closeCode };

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
