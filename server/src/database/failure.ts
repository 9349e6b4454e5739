import { Problem } from '../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../platform/errors/sqlstate.js';

/** How deep errors wrap errors. */
const MAX_DEPTH = 5;

/**
 * No connection or a login that is refused (08, 28, 3D), a server that takes no writes (25006: read-only) or is out
 * of resources (53), stops or starts (57P0) or fails itself (58), and what it gave up: a statement (57014) or a
 * transaction (25P03) that took too long.
 */
const UNREACHABLE_STATES = /^(08|25006|25P03|28|3D|53|57014|57P0|58)/;
const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOENT',
]);
const UNREACHABLE_TEXT =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|server has closed the connection|query read timeout/i;

/** Is it the database that cannot be reached, rather than the request that is wrong? */
export const isUnreachable = (error: unknown): boolean => {
  for (let current = error, depth = 0; current instanceof Object && depth < MAX_DEPTH; depth++) {
    const code: unknown = Reflect.get(current, 'code');
    if (typeof code === 'string' && UNREACHABLE_CODES.has(code)) return true;
    if (current instanceof Error && UNREACHABLE_TEXT.test(current.message)) return true;
    current = Reflect.get(current, 'cause');
  }
  const state = sqlState(error);
  return state !== undefined && UNREACHABLE_STATES.test(state);
};

/** Is this connection to a server that takes no writes? Another one may lead to the server that does. */
export const isReadOnly = (error: unknown): boolean => sqlState(error) === SQLSTATE.readOnlyTransaction;

/** Deadlock or serialization failure: the same work may be tried again from its start. */
export const isRetryable = (error: unknown): boolean => {
  const state = sqlState(error);
  return state === SQLSTATE.serializationFailure || state === SQLSTATE.deadlockDetected;
};

/** What a caller is told: 503 when the database is away, 409 when it waited too long for a lock. */
export const toProblem = (error: unknown): unknown => {
  if (error instanceof Problem) return error;
  if (isUnreachable(error)) return new Problem('unavailable', { retryAfterS: 2, cause: error });
  if (isRetryable(error) || sqlState(error) === SQLSTATE.lockNotAvailable) {
    return new Problem('conflict', { retryAfterS: 1, cause: error });
  }
  return error;
};
