/** The conditions that the code tells apart (PostgreSQL manual, appendix A). */
export const SQLSTATE = {
  invalidParameterValue: '22023',
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  readOnlyTransaction: '25006',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
} as const;

/** How deep errors wrap errors: those of Prisma wrap its adapter's, which keep the driver's code. */
const MAX_DEPTH = 8;
/**
 * The codes of the driver (`EPIPE`) may have five letters too but no digit. Those of Prisma (`P2002`) look like class
 * P0 of PL/pgSQL, of which only `P0…` are PostgreSQL's.
 */
const PATTERN = /^(?=.*\d)(?!P[^0])[0-9A-Z]{5}$/;

/** SQLSTATE of an error that came from PostgreSQL, or that was caused by one. */
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
