/**
 * The closed table of WebSocket close codes: reason to the letter and what a client does about it. Clients
 * read this table and nothing else. No zod here, so that the SDK can use it in a browser for a few bytes.
 */

/** `stop`: sign in or tell the user. `refresh`: new token, then reconnect. `wait`: at least 5 s, jittered. */
export type CloseAction = 'stop' | 'refresh' | 'reconnect' | 'wait' | 'restart' | 'backoff';

export interface Close {
  readonly code: number;
  readonly reason: string;
  readonly action: CloseAction;
}

const close = (code: number, reason: string, action: CloseAction): Close => ({ code, reason, action });

export const CLOSE = {
  missingToken: close(1008, 'Missing authentication token', 'stop'),
  authenticationFailed: close(1008, 'Authentication failed', 'stop'),
  tokenExpired: close(4401, 'Token expired', 'refresh'),
  accessRevoked: close(4403, 'Access revoked', 'stop'),
  tenantSuspended: close(4403, 'Tenant suspended', 'stop'),
  topicNotAllowed: close(4403, 'Topic not allowed', 'stop'),
  originNotAllowed: close(4403, 'Origin not allowed', 'stop'),
  heartbeatTimeout: close(4408, 'Heartbeat timeout', 'reconnect'),
  resumeTimeout: close(4408, 'Resume timeout', 'reconnect'),
  closedByAdministrator: close(4409, 'Closed by administrator', 'stop'),
  slowConsumer: close(4413, 'Slow consumer', 'reconnect'),
  tenantLimit: close(4429, 'Tenant connection limit reached', 'wait'),
  userLimit: close(4429, 'User connection limit reached', 'wait'),
  messageRate: close(4429, 'Message rate exceeded', 'wait'),
  connectRate: close(4429, 'Too many connection attempts', 'wait'),
  binaryFrame: close(1003, 'Binary frames are not accepted', 'stop'),
  serviceRestart: close(1012, 'Service restart', 'restart'),
  tryAgainLater: close(1013, 'Try again later', 'backoff'),
} as const satisfies Record<string, Close>;

export type CloseName = keyof typeof CLOSE;

const ACTIONS: ReadonlyMap<number, CloseAction> = new Map([
  ...Object.values(CLOSE).map((entry) => [entry.code, entry.action] as const),
  [1002, 'stop'],
  [1007, 'stop'],
  [1009, 'stop'],
]);

/** What a client does after a close with this code; an unknown one (1006, a proxy's own) is retried. */
export const closeAction = (code: number): CloseAction => ACTIONS.get(code) ?? 'backoff';
