import type { User } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';

interface State {
  readonly id: string;
  readonly has_password: boolean;
  readonly last_sign_in_at: Date | null;
  readonly invited_until: Date | null;
}

/** Adds what administrators see of accounts besides their fields. One statement for a page of them. */
export async function withState(tx: Tx, users: readonly User[]): Promise<User[]> {
  const rows = await tx.sql.query<State[]>`
    SELECT u.id::text, u.password_hash IS NOT NULL AS has_password, u.last_sign_in_at,
           (SELECT max(s.expires_at) FROM wardbell.sign_in_step s
            WHERE s.user_id = u.id AND s.purpose = 'invitation' AND s.expires_at > now()) AS invited_until
    FROM wardbell.user_account u WHERE u.id = ANY (${users.map(({ id }) => id)}::uuid[])`;
  const states = new Map(rows.map((row) => [row.id, row]));
  return users.map((user) => {
    const state = states.get(user.id);
    return {
      ...user,
      has_password: state?.has_password ?? false,
      last_sign_in_at: state?.last_sign_in_at?.toISOString() ?? null,
      invited_until: state?.invited_until?.toISOString() ?? null,
    };
  });
}
