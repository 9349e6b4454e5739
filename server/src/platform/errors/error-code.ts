/**
 * The stable code of a caught error (`ENOENT`, an SQLSTATE, …), or `unknown`. Does not use `instanceof`, because under
 * a test runner the errors of Node's built-in modules belong to another realm.
 */
export const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown';
