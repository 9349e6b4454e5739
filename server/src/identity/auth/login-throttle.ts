import { createHash } from 'node:crypto';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

const WINDOW_S = 15 * 60;
/**
 * Failures within the window after which sign-in is refused: for one account from one network address, for one account
 * from all addresses, and for all accounts from one address (which a whole clinic may share).
 */
const LIMITS = { pair: 10, account: 50, address: 200 } as const;

interface Counts {
  readonly pair: bigint;
  readonly account: bigint;
  readonly address: bigint;
  readonly wait_s: number;
}

/**
 * Records an attempt as failed before the password is checked, so that parallel attempts on all instances count. A
 * success deletes the record.
 * @throws Problem 429 with the seconds until the next attempt is allowed
 */
export async function recordAttempt(tx: Tx, email: string, address: string): Promise<void> {
  const account = hashEmail(email);
  // Always in this order, so that two sign-ins cannot deadlock.
  await tx.sql.execute`
    SELECT pg_advisory_xact_lock(hashtextextended('wardbell.login/account/' || encode(${account}, 'hex'), 0))`;
  await tx.sql.execute`
    SELECT pg_advisory_xact_lock(hashtextextended('wardbell.login/address/' || ${address}, 0))`;
  const [counts] = await tx.sql.query<Counts[]>`
    SELECT count(*) FILTER (WHERE email_hash = ${account} AND address = ${address}) AS pair,
           count(*) FILTER (WHERE email_hash = ${account}) AS account,
           count(*) FILTER (WHERE address = ${address}) AS address,
           coalesce(ceil(extract(epoch FROM min(at) - now()) + ${WINDOW_S}), 1)::int AS wait_s
    FROM wardbell.login_failure
    WHERE (email_hash = ${account} OR address = ${address})
      AND at > now() - make_interval(secs => ${WINDOW_S})`;
  if (counts && isOver(counts)) {
    throw new Problem('too_many_attempts', { retryAfterS: Math.max(1, counts.wait_s) });
  }
  await tx.sql.execute`
    INSERT INTO wardbell.login_failure (email_hash, address) VALUES (${account}, ${address})`;
}

const isOver = (counts: Counts): boolean =>
  counts.pair >= LIMITS.pair || counts.account >= LIMITS.account || counts.address >= LIMITS.address;

/** Deletes the record of a successful attempt and the earlier failures of this account from the same address. */
export async function clearAttempts(tx: Tx, email: string, address: string): Promise<void> {
  await tx.sql.execute`
    DELETE FROM wardbell.login_failure WHERE email_hash = ${hashEmail(email)} AND address = ${address}`;
}

const hashEmail = (email: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(email).digest());
