import { createHash } from 'node:crypto';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { networkOf } from './network.js';

const WINDOW_S = 15 * 60;
/** Failures within the window after which a network is refused. */
const MAX_OF_NETWORK = 30;
/** The same for one account from one network, and for a known browser. */
const MAX_OF_PAIR = 10;
/** Failures of an account, from anywhere, after which further attempts are delayed, by how much each, and at most. */
const UNDELAYED_FAILURES = 10;
const DELAY_PER_FAILURE_MS = 100;
const MAX_DELAY_MS = 2_000;

/** Begins the source of known browsers; no network begins with it. */
const BROWSER = 'browser/';

/** An attempt to sign in. */
export interface Attempt {
  /** In lower case. */
  readonly email: string;
  /** What its failure is counted by besides the account: a network, or a browser that has signed this account in. */
  readonly source: string;
  readonly isKnownBrowser: boolean;
}

/** @param browserId of a browser that is known for this account */
export const attemptOf = (email: string, address: string, browserId: string | undefined): Attempt =>
  browserId === undefined
    ? { email, source: networkOf(address), isKnownBrowser: false }
    : { email, source: BROWSER + browserId, isKnownBrowser: true };

/** The attempt that a further step of a sign-in belongs to. @param source as the first step had it */
export const resumeAttempt = (email: string, source: string): Attempt => ({
  email,
  source,
  isKnownBrowser: source.startsWith(BROWSER),
});

interface Counts {
  readonly network: bigint;
  readonly pair: bigint;
  readonly network_wait_s: number | null;
  readonly pair_wait_s: number | null;
}

/**
 * Records an attempt as failed before the password is checked, so that parallel attempts on all instances count. A
 * success deletes the record.
 * @returns how long the attempt must wait, in milliseconds
 * @throws Problem 429 with the seconds until the next attempt is allowed
 */
export async function recordAttempt(tx: Tx, { email, source, isKnownBrowser }: Attempt): Promise<number> {
  const account = hashEmail(email);
  await tx.sql.execute`
    SELECT pg_advisory_xact_lock(hashtextextended('wardbell.login/' || ${source}, 0))`;
  const [counts] = await tx.sql.query<Counts[]>`
    SELECT count(*) AS network,
           count(*) FILTER (WHERE email_hash = ${account}) AS pair,
           ceil(extract(epoch FROM min(at) - now()) + ${WINDOW_S})::int AS network_wait_s,
           ceil(extract(epoch FROM min(at) FILTER (WHERE email_hash = ${account}) - now()) + ${WINDOW_S})::int
             AS pair_wait_s
    FROM wardbell.login_failure
    WHERE address = ${source} AND at > now() - make_interval(secs => ${WINDOW_S})`;
  const waitS = Math.max(
    counts && counts.pair >= MAX_OF_PAIR ? (counts.pair_wait_s ?? 1) : 0,
    counts && counts.network >= MAX_OF_NETWORK && !isKnownBrowser ? (counts.network_wait_s ?? 1) : 0,
  );
  if (waitS > 0) throw new Problem('too_many_attempts', { retryAfterS: waitS });
  const delayMs = isKnownBrowser ? 0 : await delayOf(tx, account);
  await tx.sql.execute`
    INSERT INTO wardbell.login_failure (email_hash, address) VALUES (${account}, ${source})`;
  return delayMs;
}

/** Failures of an account delay and never refuse: otherwise anyone who knows the address could lock its owner out. */
async function delayOf(tx: Tx, account: Uint8Array<ArrayBuffer>): Promise<number> {
  const [row] = await tx.sql.query<{ failures: bigint }[]>`
    SELECT count(*) AS failures FROM wardbell.login_failure
    WHERE email_hash = ${account} AND at > now() - make_interval(secs => ${WINDOW_S})`;
  const excess = Number(row?.failures ?? 0) - UNDELAYED_FAILURES + 1;
  return Math.min(MAX_DELAY_MS, Math.max(0, excess) * DELAY_PER_FAILURE_MS);
}

/** Deletes the record of a successful attempt and the earlier failures of this account from the same source. */
export async function clearAttempts(tx: Tx, { email, source }: Attempt): Promise<void> {
  await tx.sql.execute`
    DELETE FROM wardbell.login_failure WHERE email_hash = ${hashEmail(email)} AND address = ${source}`;
}

const hashEmail = (email: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(email).digest());
