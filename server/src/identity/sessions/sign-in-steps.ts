import { CHANGE_TOKEN_S, ENROL_TOKEN_S, INVITATION_HOURS, MFA_TOKEN_S } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { hashToken, newToken } from '../../platform/secret-token.js';

const LIFETIME_S = {
  second_factor: MFA_TOKEN_S,
  password_change: CHANGE_TOKEN_S,
  enrolment: ENROL_TOKEN_S,
  assertion: 5 * 60,
  registration: 10 * 60,
  invitation: INVITATION_HOURS * 3600,
} as const;

/** A token that continues a sign-in after the password or begins one, or a WebAuthn challenge. */
export type StepPurpose = keyof typeof LIFETIME_S;

/** Of one account and purpose; the oldest ends. */
const maxOfUser = (purpose: StepPurpose): number => (purpose === 'invitation' ? 1 : 10);
/** Challenges of one network that nobody has answered; further ones are refused. */
const MAX_OF_NETWORK = 200;
/** Wrong codes that a sign-in may have. */
const MAX_FAILURES = 5;
/** The prefix of tokens that serve as bearer, so that they are told from access tokens. */
export const ENROL_PREFIX = 'wbe_';

export interface SignInStep {
  readonly id: string;
  readonly userId: string | null;
  /** What failures are counted by; see `Attempt`. */
  readonly source: string;
  readonly expiresAt: Date;
}

const STEP_COLUMNS = raw(`id, user_id AS "userId", source, expires_at AS "expiresAt"`);

/**
 * Begins a step and returns its token, of which the database keeps the SHA-256.
 * @param source the network or known browser
 */
export async function beginStep(
  tx: Tx,
  purpose: StepPurpose,
  { userId, source }: { readonly userId: string; readonly source: string },
): Promise<string> {
  const token = (purpose === 'enrolment' ? ENROL_PREFIX : '') + newToken();
  await beginChallenge(tx, purpose, { userId, source, challenge: token });
  return token;
}

/** The same for a challenge that was made elsewhere. @returns its id @throws Problem `too_many_attempts` */
export async function beginChallenge(
  tx: Tx,
  purpose: StepPurpose,
  {
    userId,
    source,
    challenge,
  }: { readonly userId: string | null; readonly source: string; readonly challenge: string },
): Promise<string> {
  if (userId === null) await assertFewOfNetwork(tx, source);
  else await deleteOldest(tx, purpose, userId);
  const orm = await tx.orm();
  const { id } = await orm.signInStep.create({
    data: {
      purpose,
      hash: hashToken(challenge),
      user_id: userId,
      source,
      expires_at: new Date(tx.now.getTime() + LIFETIME_S[purpose] * 1000),
    },
  });
  return id;
}

async function assertFewOfNetwork(tx: Tx, source: string): Promise<void> {
  const orm = await tx.orm();
  const open = await orm.signInStep.count({
    where: { user_id: null, source, expires_at: { gt: tx.now } },
  });
  if (open >= MAX_OF_NETWORK) throw new Problem('too_many_attempts', { retryAfterS: 60 });
}

async function deleteOldest(tx: Tx, purpose: StepPurpose, userId: string): Promise<void> {
  await tx.sql.execute`
    DELETE FROM wardbell.sign_in_step WHERE id IN (
      SELECT id FROM wardbell.sign_in_step WHERE user_id = ${userId}::uuid AND purpose = ${purpose}
      ORDER BY created_at DESC, id OFFSET ${maxOfUser(purpose) - 1})`;
}

/** The step of a token, which stays valid; undefined for one that is unknown, used or expired. */
export async function findStep(tx: Tx, purpose: StepPurpose, token: string): Promise<SignInStep | undefined> {
  const [step] = await tx.sql.query<SignInStep[]>`
    SELECT ${STEP_COLUMNS} FROM wardbell.sign_in_step
    WHERE hash = ${hashToken(token)} AND purpose = ${purpose} AND expires_at > now()
      AND failures < ${MAX_FAILURES}`;
  return step;
}

/** Counts a failure before the code is checked, so that parallel guesses count. Undefined as in `findStep`. */
export async function countFailure(tx: Tx, token: string): Promise<SignInStep | undefined> {
  const [step] = await tx.sql.query<SignInStep[]>`
    UPDATE wardbell.sign_in_step SET failures = failures + 1
    WHERE hash = ${hashToken(token)} AND purpose = 'second_factor' AND expires_at > now()
      AND failures < ${MAX_FAILURES}
    RETURNING ${STEP_COLUMNS}`;
  return step;
}

/** Ends a step and returns it, once. Undefined for one that is unknown, used or expired. */
export async function takeStep(tx: Tx, purpose: StepPurpose, token: string): Promise<SignInStep | undefined> {
  const [step] = await tx.sql.query<SignInStep[]>`
    DELETE FROM wardbell.sign_in_step
    WHERE hash = ${hashToken(token)} AND purpose = ${purpose} AND expires_at > now()
    RETURNING ${STEP_COLUMNS}`;
  return step;
}
