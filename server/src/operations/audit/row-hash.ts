import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A row of the audit log with exactly what its hash covers. */
export const HashedRow = z.object({
  scope: z.string(),
  seq: z.int(),
  id: z.string(),
  /** UTC with microseconds. */
  at: z.string(),
  actor_id: z.string().nullable(),
  actor_role: z.string().nullable(),
  action: z.string(),
  object_type: z.string().nullable(),
  object_id: z.string().nullable(),
  patient_id: z.string().nullable(),
  address: z.string().nullable(),
  changed: z.array(z.string()),
  details: z.record(z.string(), z.unknown()).nullable(),
  /** SHA-256, base64url. */
  hash: z.string(),
});
export type HashedRow = z.output<typeof HashedRow>;

/** The columns of such a row, without the table: a list for a SELECT from `wardbell.audit`. */
export const HASHED_COLUMNS = `
  scope, seq, id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  actor_id, actor_role, action, object_type, object_id, patient_id, address, changed, details,
  translate(encode(hash, 'base64'), '+/=', '-_') AS hash`;

/**
 * The hash that a row must have, computed without the database: SHA-256 over the hash of the row before it and the row
 * as a JSON array, formatted as PostgreSQL prints `jsonb` (docs/operations.md).
 * @param previous base64url; empty before the first row
 */
export function hashOfRow(previous: string, row: HashedRow): string {
  const names = [row.actor_id, row.actor_role, row.action, row.object_type, row.object_id];
  const items = [
    JSON.stringify(row.scope),
    String(row.seq),
    JSON.stringify(row.id),
    epochText(row.at),
    ...[...names, row.patient_id, row.address].map((value) => JSON.stringify(value)),
    `[${row.changed.map((name) => JSON.stringify(name)).join(', ')}]`,
    ...(row.details ? [objectText(row.details)] : []),
  ];
  return createHash('sha256')
    .update(Buffer.from(previous, 'base64url'))
    .update(`[${items.join(', ')}]`)
    .digest('base64url');
}

/** Seconds since 1970 as PostgreSQL writes them: with six decimals. */
function epochText(at: string): string {
  const [, seconds = '', fraction = ''] = /^(.{19})\.(\d{6})Z$/.exec(at) ?? [];
  const micros = (BigInt(Date.parse(`${seconds}Z`)) / 1_000n) * 1_000_000n + BigInt(fraction);
  const digits = String(micros < 0n ? -micros : micros).padStart(7, '0');
  return `${micros < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** A flat object as PostgreSQL prints `jsonb`: shorter names first, those of equal length by their bytes. */
function objectText(object: Readonly<Record<string, unknown>>): string {
  const order = (a: string, b: string): number =>
    Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
  const fields = Object.keys(object).sort(order);
  return `{${fields.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(object[name])}`).join(', ')}}`;
}
