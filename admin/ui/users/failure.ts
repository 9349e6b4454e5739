import { hasCode } from '../../lib/api/failure';
import { type Described, describeFailure } from '../../lib/describe-failure';
import type { Text } from '../../lib/text/en';
import type { UsersText } from '../../lib/text/users';

/** Why an account was not changed, in words. */
export const describeUserFailure = (error: unknown, text: Text, words: UsersText): Described => {
  if (hasCode(error, 'own_account')) return words.failed.ownAccount;
  if (hasCode(error, 'version_mismatch')) return words.failed.changed;
  return describeFailure(error, text);
};
