import { Problem } from '../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../platform/errors/sqlstate.js';

/** Bounds the search through nested causes. */
const MAX_DEPTH = 5;

/**
 * No connection or a refused login (08, 28, 3D), a server that is read-only (25006), out of resources (53), starting or
 * stopping (57P0) or failing (58), and a statement (57014) or transaction (25P03) that was cancelled after its timeout.
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

/** True when the error is an outage of the database and not a fault of the request. */
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

/** True when the server of this connection is read-only. A new connection may reach the primary. */
export const isReadOnly = (error: unknown): boolean => sqlState(error) === SQLSTATE.readOnlyTransaction;

/**
 * True for a deadlock, a serialization failure, and a time that another transaction took at the same moment: the
 * transaction may be retried, and finds then what it could not see.
 */
export const isRetryable = (error: unknown): boolean => {
  const state = sqlState(error);
  return (
    state === SQLSTATE.serializationFailure ||
    state === SQLSTATE.deadlockDetected ||
    state === SQLSTATE.exclusionViolation
  );
};

/** Converts database errors to problems: 503 when the database is unreachable, 409 after a lock timeout. */
export const toProblem = (error: unknown): unknown => {
  if (error instanceof Problem) return error;
  if (isUnreachable(error)) return new Problem('unavailable', { retryAfterS: 2, cause: error });
  if (isRetryable(error) || sqlState(error) === SQLSTATE.lockNotAvailable) {
    return new Problem('conflict', { retryAfterS: 1, cause: error });
  }
  return error;
};
