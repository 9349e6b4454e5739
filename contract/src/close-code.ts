/**
 * The closed table of WebSocket close codes: the exact reason and the reaction of a client. Clients need no other
 * source. Does not import zod, so that it adds only a few bytes to the SDK in a browser.
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
  sessionLocked: close(4403, 'Session locked', 'stop'),
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

/** Reaction of a client to a close code. After an unknown code (1006, or one of a proxy) the client retries. */
export const closeAction = (code: number): CloseAction => ACTIONS.get(code) ?? 'backoff';
