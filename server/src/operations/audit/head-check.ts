import type { KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditProblem } from '@wardbell/contract';
import sql, { raw, type Sql } from 'sql-template-tag';
import { headColumns, isBeginningSigned, isHeadSigned, SignedHead } from './signed-head.js';

/** Heads whose rows one statement reads. Their signatures take 0.1 s, during which nothing else runs. */
export const HEADS = 1_000;

/** Runs a statement of a transaction. */
export type Ask = <Row extends object>(query: Sql) => Promise<Row[]>;

/** Runs work in a transaction of its own. */
export type InTransaction = <T>(work: (ask: Ask) => Promise<T>) => Promise<T>;

/** What signed heads say about a chain. */
export interface HeadVerdict {
  readonly problem: AuditProblem | null;
  /** The first row that no signed head vouches for, when there is a problem. */
  readonly firstBad: number | null;
  /** The row of the first head that does not fit. */
  readonly badHead: number | null;
  /** Heads that were compared with their row. */
  readonly count: number;
  readonly since: string | null;
  readonly last: SignedHead | null;
}

interface Chain {
  /** The last row that was dropped with its month; 0: none was. */
  begins: number;
  /** Its hash. */
  beginsHash: string | undefined;
  /** The same with its signature; null: it has none. */
  beginning: SignedHead | null;
  count: number;
  since: string | null;
  last: SignedHead | null;
  lastGood: number;
  bad: { seq: number; problem: AuditProblem } | null;
  /** The oldest head of a row that was dropped. */
  dropped: number | null;
}

/** Without this lock a partition could be dropped between the two statements. See docs/decisions/0015-audit-by-month.md. */
const lock = () => sql`LOCK TABLE wardbell.audit IN ACCESS SHARE MODE`;

/** A statement that reads where chains begin. */
export type ReadBeginnings = (scopes: readonly string[]) => Sql;

/** For the roles that serve, which have no right to the table. */
export const beginningsAsServer: ReadBeginnings = (scopes) => sql`
  SELECT ${raw(headColumns('a'))} FROM wardbell.audit_beginnings(${scopes}::uuid[]) a`;

/** For the owner. */
export const beginningsAsOwner: ReadBeginnings = (scopes) => sql`
  SELECT ${raw(headColumns('a'))} FROM wardbell.audit_anchor a WHERE a.scope = ANY (${scopes}::uuid[])`;

const rowsOf = (heads: readonly SignedHead[]) => sql`
  SELECT a.scope::text, a.seq::text, translate(encode(a.hash, 'base64'), '+/=', '-_') AS hash
  FROM unnest(${heads.map(({ scope }) => scope)}::uuid[], ${heads.map(({ seq }) => seq)}::bigint[]) AS n (scope, seq)
  JOIN wardbell.audit a ON a.scope = n.scope AND a.seq = n.seq`;

const storedAfter = (scope: string, seq: number) => sql`
  SELECT ${raw(headColumns('h'))} FROM wardbell.audit_head h
  WHERE h.scope = ${scope}::uuid AND h.seq > ${seq}::bigint ORDER BY h.seq LIMIT ${HEADS}::integer`;

type HeadRow = { [Name in keyof SignedHead]: string | null };

const toHead = (row: HeadRow): SignedHead | undefined =>
  SignedHead.safeParse({ ...row, seq: Number(row.seq) }).data;

/**
 * Compares signed heads with the rows of their chains. The heads may come from the database or from anchors, in batches
 * of at most `HEADS`, the oldest first.
 */
export class HeadCheck {
  readonly #chains = new Map<string, Chain>();

  /**
   * @param keys the keys that may have signed
   * @param inTransaction must see the rows of all chains that are compared
   */
  constructor(
    private readonly keys: ReadonlyMap<string, KeyObject>,
    private readonly inTransaction: InTransaction,
    private readonly beginningsOf: ReadBeginnings,
  ) {}

  /** Compares the heads of a chain that the database has. */
  async compareStored(scope: string): Promise<void> {
    for (let after = 0; ; ) {
      const rows = await this.inTransaction((ask) => ask<HeadRow>(storedAfter(scope, after)));
      const heads = rows.flatMap((row) => toHead(row) ?? []);
      await this.compare(heads);
      const last = rows.at(-1);
      if (!last || rows.length < HEADS) break;
      after = Number(last.seq);
    }
    if (!this.#chains.has(scope)) await this.inTransaction((ask) => this.#readBeginnings(ask, [scope]));
  }

  /** @param heads of any chains */
  async compare(heads: readonly SignedHead[]): Promise<void> {
    if (heads.length === 0) return;
    const hashes = await this.inTransaction(async (ask) => {
      await ask(lock());
      await this.#readBeginnings(ask, [...new Set(heads.map(({ scope }) => scope))]);
      const rows = await ask<{ scope: string; seq: string; hash: string }>(rowsOf(heads));
      return new Map(rows.map(({ scope, seq, hash }) => [`${scope} ${seq}`, hash]));
    });
    for (const head of heads) this.#compareOne(head, hashes.get(`${head.scope} ${head.seq}`));
    await nextTurn();
  }

  /** The chains of the heads that were compared. */
  get scopes(): string[] {
    return [...this.#chains.keys()];
  }

  /** @param end the number of the last row that the chain has */
  verdict(scope: string, end: number): HeadVerdict {
    const chain = this.#chainOf(scope);
    const { count, since, last } = chain;
    const moved = this.#isBeginningMoved(chain) ? chain.dropped : null;
    if (moved !== null) {
      return { problem: 'beginning_moved', firstBad: moved, badHead: moved, count, since, last };
    }
    const { bad, lastGood } = chain;
    if (!bad) return { problem: null, firstBad: null, badHead: null, count, since, last };
    const firstBad = bad.problem === 'row_missing' ? Math.min(end + 1, bad.seq) : lastGood + 1;
    return { problem: bad.problem, firstBad, badHead: bad.seq, count, since, last };
  }

  #compareOne(head: SignedHead, hash: string | undefined): void {
    const chain = this.#chainOf(head.scope);
    if (chain.since === null || head.at < chain.since) chain.since = head.at;
    if (chain.last === null || head.seq > chain.last.seq) chain.last = head;
    if (head.seq < chain.begins) {
      chain.dropped = Math.min(chain.dropped ?? head.seq, head.seq);
      return;
    }
    chain.count += 1;
    const problem = this.#problemOf(head, head.seq === chain.begins ? chain.beginsHash : hash);
    if (problem === null) {
      if (chain.bad === null || head.seq < chain.bad.seq) chain.lastGood = Math.max(chain.lastGood, head.seq);
    } else if (chain.bad === null || head.seq < chain.bad.seq) {
      chain.bad = { seq: head.seq, problem };
      chain.lastGood = Math.min(chain.lastGood, head.seq - 1);
    }
  }

  #problemOf(head: SignedHead, hash: string | undefined): AuditProblem | null {
    const key = this.keys.get(head.key_id);
    if (!key) return 'unknown_key';
    if (!isHeadSigned(head, key)) return 'invalid_signature';
    if (hash === undefined) return 'row_missing';
    return hash === head.hash ? null : 'row_changed';
  }

  /** A beginning that moved before heads were signed has no signature, and no head of rows before it exists. */
  #isBeginningMoved({ beginning, dropped }: Chain): boolean {
    if (dropped === null) return false;
    const key = beginning && this.keys.get(beginning.key_id);
    return !key || !isBeginningSigned(beginning, key);
  }

  async #readBeginnings(ask: Ask, scopes: readonly string[]): Promise<void> {
    for (const row of await ask<HeadRow>(this.beginningsOf(scopes))) {
      const chain = this.#chainOf(row.scope ?? '');
      chain.begins = Number(row.seq);
      chain.lastGood = Math.max(chain.lastGood, chain.begins);
      chain.beginsHash = row.hash ?? undefined;
      chain.beginning = toHead(row) ?? null;
    }
  }

  #chainOf(scope: string): Chain {
    const known = this.#chains.get(scope);
    if (known) return known;
    const chain: Chain = {
      begins: 0,
      beginsHash: undefined,
      beginning: null,
      count: 0,
      since: null,
      last: null,
      lastGood: 0,
      bad: null,
      dropped: null,
    };
    this.#chains.set(scope, chain);
    return chain;
  }
}

/** The first failure of a chain. Its hashes tell the very row, signed heads only a range, so they go first within it. */
export function failureOf(
  rowHash: number | null,
  { problem, firstBad, badHead }: HeadVerdict,
): { readonly problem: AuditProblem; readonly firstBad: number | null } | null {
  if (rowHash !== null && (badHead === null || rowHash <= badHead))
    return { problem: 'row_hash', firstBad: rowHash };
  return problem === null ? null : { problem, firstBad };
}
