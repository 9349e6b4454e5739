import sql, { raw } from 'sql-template-tag';
import type { Ask, InTransaction } from './head-check.js';
import { HASHED_COLUMNS, HashedRow, hashOfRow } from './row-hash.js';

const PAGE = 1_000;

const newestOf = (scope: string) => sql`
  SELECT audit_seq::text AS seq, translate(encode(audit_hash, 'base64'), '+/=', '-_') AS hash
  FROM wardbell.tenant_head WHERE tenant_id = ${scope}::uuid`;
const beginningOf = (scope: string) => sql`
  SELECT seq::text, translate(encode(hash, 'base64'), '+/=', '-_') AS hash
  FROM wardbell.audit_anchor WHERE scope = ${scope}::uuid`;
const firstOf = (scope: string) => sql`
  SELECT min(seq)::text AS seq FROM wardbell.audit WHERE scope = ${scope}::uuid`;
const rowsAfter = (scope: string, seq: number) => sql`
  SELECT row_to_json(line) AS line FROM (
    SELECT ${raw(HASHED_COLUMNS)} FROM wardbell.audit
    WHERE scope = ${scope}::uuid AND seq > ${seq}::bigint ORDER BY seq LIMIT ${PAGE}::integer
  ) AS line`;

interface Link {
  readonly seq: string;
  readonly hash: string;
}

/** What the hashes of a chain say. */
export interface ChainVerdict {
  /** Rows whose hash was computed. */
  readonly checked: number;
  /** The number of the last row before the first failure, or of the chain. */
  readonly end: number;
  /** The first row that does not have the hash of its content, or is not there. */
  readonly firstBad: number | null;
}

/**
 * Checks a chain as `wardbell.verify_audit()` does, but computes the hashes here: the owner of a database could replace
 * its functions. While servers write, each page is read in a snapshot of its own.
 * @param inTransaction with REPEATABLE READ
 */
export async function checkChain(inTransaction: InTransaction, scope: string): Promise<ChainVerdict> {
  let position = { seq: 0, hash: '' };
  let checked = 0;
  for (;;) {
    const page = await inTransaction((ask) => readPage(ask, scope, position.seq));
    if (position.seq < page.begins.seq) position = page.begins;
    if (page.first !== null && page.first <= page.begins.seq)
      return { checked, end: position.seq, firstBad: page.first };
    for (const row of page.rows) {
      const expected = position.seq + 1;
      if (row.seq !== expected || row.hash !== hashOfRow(position.hash, row))
        return { checked, end: position.seq, firstBad: expected };
      position = { seq: row.seq, hash: row.hash };
      checked += 1;
    }
    if (page.rows.length === PAGE) continue;
    const isWhole = position.seq === page.newest.seq && position.hash === page.newest.hash;
    return { checked, end: position.seq, firstBad: isWhole ? null : position.seq + 1 };
  }
}

async function readPage(ask: Ask, scope: string, after: number) {
  await ask(sql`LOCK TABLE wardbell.audit IN ACCESS SHARE MODE`);
  const link = ([row]: readonly Link[]) => ({ seq: Number(row?.seq ?? 0), hash: row?.hash ?? '' });
  const newest = link(await ask<Link>(newestOf(scope)));
  const begins = link(await ask<Link>(beginningOf(scope)));
  const [first] = await ask<{ seq: string | null }>(firstOf(scope));
  const lines = await ask<{ line: unknown }>(rowsAfter(scope, Math.max(after, begins.seq)));
  return {
    newest,
    begins,
    first: first?.seq ? Number(first.seq) : null,
    rows: lines.map(({ line }) => HashedRow.parse(line)),
  };
}
