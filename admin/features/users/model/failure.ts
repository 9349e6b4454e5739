import { type Described, describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import type { Text } from '../../../shared/text/text';
import type { UsersText } from '../messages';

/** Why an account was not changed, in words. */
export const describeUserFailure = (error: unknown, text: Text, words: UsersText): Described => {
  if (hasCode(error, 'own_account')) return words.failed.ownAccount;
  if (hasCode(error, 'account_disabled')) return words.failed.disabled;
  if (hasCode(error, 'clinic_has_admin')) return words.failed.clinicHasAdmin;
  if (hasCode(error, 'version_mismatch')) return words.failed.changed;
  return describeFailure(error, text);
};
