/** The conditions that the code handles separately (PostgreSQL manual, appendix A). */
export const SQLSTATE = {
  invalidParameterValue: '22023',
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  checkViolation: '23514',
  exclusionViolation: '23P01',
  readOnlyTransaction: '25006',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
} as const;

/** Bounds the search through nested causes: Prisma's errors wrap its adapter's, which carry the driver's code. */
const MAX_DEPTH = 8;
/**
 * Excludes the driver's own codes (`EPIPE`), which have no digit, and Prisma's (`P2002`): the only SQLSTATE class that
 * begins with P is P0 (PL/pgSQL).
 */
const PATTERN = /^(?=.*\d)(?!P[^0])[0-9A-Z]{5}$/;

/** SQLSTATE of an error of PostgreSQL, or of the first such error among its causes. */
export const sqlState = (error: unknown): string | undefined => search(error, MAX_DEPTH);

function search(value: unknown, depth: number): string | undefined {
  if (!(value instanceof Object) || depth === 0) return undefined;
  for (const key of ['originalCode', 'code']) {
    const code: unknown = Reflect.get(value, key);
    if (typeof code === 'string' && PATTERN.test(code)) return code;
  }
  for (const key of ['cause', 'meta', 'driverAdapterError']) {
    const found = search(Reflect.get(value, key), depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
