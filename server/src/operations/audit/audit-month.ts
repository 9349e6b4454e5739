import type pg from 'pg';
import { NIL_UUID } from '../../platform/uuid.js';
import { HASHED_COLUMNS } from './row-hash.js';

/** Rows read by one statement: about 500 kB, a few of which are in memory at a time. */
const PAGE = 1_000;

/** Position before every row: the chain of the nil UUID begins with number 1. */
const BEFORE_ALL = { scope: NIL_UUID, seq: '0' };

/**
 * A page of a month in the order of chains and numbers. The bounds are those of the partition, so no other one is read.
 * A line contains exactly what the hash of its row covers (docs/operations.md describes its computation).
 */
const READ = `
  SELECT row_to_json(line)::text AS line, line.scope::text, line.seq::text
  FROM (
    SELECT ${HASHED_COLUMNS}
    FROM wardbell.audit
    WHERE at >= ($1::date::timestamp AT TIME ZONE 'UTC')
      AND at < (($1::date + interval '1 month') AT TIME ZONE 'UTC')
      AND (scope, seq) > ($2::uuid, $3::bigint)
    ORDER BY scope, seq LIMIT ${PAGE}
  ) AS line`;

/** A partition of the audit log, read as NDJSON. */
export class AuditMonth {
  /** The month, such as `2026-11`. */
  readonly month: string;
  #rowCount = 0;

  /** @param partition its table, such as `audit_202611` */
  constructor(readonly partition: string) {
    const [, year, month] = /^audit_(\d{4})(\d{2})$/.exec(partition) ?? [];
    if (year === undefined || month === undefined) throw new TypeError('not a month of the audit log');
    this.month = `${year}-${month}`;
  }

  /** Rows read so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Yields every row as a line. Each page is a separate statement, so no snapshot is held for long. */
  async *lines(client: pg.ClientBase): AsyncGenerator<string> {
    let { scope, seq } = BEFORE_ALL;
    for (;;) {
      const { rows } = await client.query<{ line: string; scope: string; seq: string }>(READ, [
        `${this.month}-01`,
        scope,
        seq,
      ]);
      const last = rows.at(-1);
      if (!last) return;
      this.#rowCount += rows.length;
      yield `${rows.map(({ line }) => line).join('\n')}\n`;
      ({ scope, seq } = last);
    }
  }
}
