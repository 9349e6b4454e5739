/**
 * The stable code of a caught error (`ENOENT`, an SQLSTATE, …), or `unknown`. Not by `instanceof`: errors
 * of Node's own modules belong to another realm under a test runner.
 */
export const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown';
