import { CLOSE, type CloseName } from '@wardbell/contract';
import { Problem, type ProblemCode } from '../../platform/errors/problem.js';
import type { Refusal } from '../gateway/refusal.js';

const CODES: Partial<Record<CloseName, ProblemCode>> = {
  missingToken: 'authentication_required',
  authenticationFailed: 'invalid_token',
  tokenExpired: 'token_expired',
  tenantSuspended: 'tenant_suspended',
  topicNotAllowed: 'topic_not_allowed',
  originNotAllowed: 'origin_not_allowed',
  tenantLimit: 'too_many_attempts',
  userLimit: 'too_many_attempts',
  connectRate: 'too_many_attempts',
  closedByAdministrator: 'closed_by_administrator',
  accessRevoked: 'access_revoked',
  sessionLocked: 'session_locked',
};
/** As a client is meant to wait. */
const WAIT_S = 5;
const BACKOFF_S = 2;

/** How plain HTTP answers what a WebSocket is closed for. */
export const problemOf = ({ close }: Pick<Refusal, 'close'>): Problem => {
  const code = CODES[close] ?? 'unavailable';
  const { action, reason } = CLOSE[close];
  if (action === 'wait') return new Problem(code, { retryAfterS: WAIT_S, detail: reason });
  return new Problem(code, code === 'unavailable' ? { retryAfterS: BACKOFF_S } : {});
};
