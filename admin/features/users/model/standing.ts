import type { User } from '@wardbell/contract';

/** How an account stands: an invitation that was not accepted is told apart from people who can sign in. */
export const standingOf = (user: User): User['status'] | 'invited' | 'lapsed' => {
  if (user.status === 'disabled' || user.has_password !== false) return user.status;
  return user.invited_until ? 'invited' : 'lapsed';
};
