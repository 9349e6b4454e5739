import type pg from 'pg';
import { type AuditKeys, type KeyRow, READ_KEYS } from './audit-keys.js';
import { headColumns, isBeginningSigned, SignedHead, signBeginning } from './signed-head.js';

/** Where a chain begins after months were dropped. Without a signature when that was before heads were signed. */
interface Beginning {
  readonly scope: string;
  readonly seq: string;
  readonly hash: string;
  readonly at: string | null;
  readonly key_id: string | null;
  readonly signature: string | null;
  /** Whether signed heads of its dropped rows exist. */
  readonly has_dropped_heads: boolean;
}

export type Beginnings = ReadonlyMap<string, Beginning>;

const READ = `SELECT ${headColumns('a')}, a.has_dropped_heads FROM wardbell.audit_beginnings(NULL) a`;
const SIGN = 'SELECT wardbell.sign_audit_beginning($1, $2, $3, $4, $5)';

/** The beginnings of all chains of which months were dropped. */
export async function readBeginnings(client: pg.ClientBase): Promise<Beginnings> {
  const { rows } = await client.query<Beginning>(READ);
  return new Map(rows.map((row) => [row.scope, row]));
}

/**
 * Signs the beginnings that have moved since `before`, in the transaction that has moved them. One that was moved by
 * somebody else before stays without a signature, so verification still tells.
 */
export async function signBeginnings(
  client: pg.ClientBase,
  keys: AuditKeys,
  before: Beginnings,
): Promise<void> {
  const { signingKey } = keys;
  if (!signingKey) return;
  const listed = (await client.query<KeyRow & pg.QueryResultRow>(READ_KEYS)).rows;
  const trusted = keys.trusted(listed);
  const isHonest = (old: Beginning | undefined): boolean => {
    if (old === undefined) return true;
    const head = SignedHead.safeParse({ ...old, seq: Number(old.seq) }).data;
    const key = head && trusted.get(head.key_id);
    return key ? isBeginningSigned(head, key) : old.signature === null && !old.has_dropped_heads;
  };
  for (const { scope, seq, hash } of (await readBeginnings(client)).values()) {
    const old = before.get(scope);
    if (old?.seq === seq || !isHonest(old)) continue;
    const at = new Date().toISOString();
    const signed = signBeginning({ scope, seq: Number(seq), hash, at }, signingKey);
    const signature = Buffer.from(signed.signature, 'base64url');
    await client.query(SIGN, [scope, seq, at, signed.key_id, signature]);
  }
}
