import { type Described, describeFailure } from '../api/describe-failure';
import { ApiError } from '../api/failure';
import { createFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import type { Text } from '../text/text';
import type { FactorsText } from './messages';
import type { ProofMethod } from './proof-method';
import { PasskeyError } from './web-authn';

/** Without `Retry-After`, how long is said to be waited. */
const WAIT_S = 60;

/** What is said of a code that is not right. */
export const describeWrongCode = ({ failed }: FactorsText, method: ProofMethod | undefined): Described =>
  method === 'recovery_code' ? failed.wrongRecoveryCode : failed.wrongCode;

/**
 * Why a password, a code or a passkey was not taken, or a factor not changed, in words.
 * @param method what was asked for, where the server tells of a code without saying which
 */
export const describeFactorFailure = (
  error: unknown,
  { text, factors, locale }: { text: Text; factors: FactorsText; locale: string },
  method?: ProofMethod,
): Described => {
  const words = factors.failed;
  if (error instanceof PasskeyError)
    return error.reason === 'already_added' ? words.passkeyAdded : words.passkeyNotUsed;
  if (!(error instanceof ApiError)) return describeFailure(error, text);
  switch (error.code) {
    case 'wrong_password':
      return words.wrongPassword;
    case 'wrong_code':
    // The answer to a second factor, which does not say more to somebody who guesses.
    case 'invalid_credentials':
      return describeWrongCode(factors, method);
    case 'invalid_mfa_token':
    case 'invalid_change_token':
      return words.expired;
    case 'second_factor_demanded':
      return words.demanded;
    case 'invalid_passkey':
      return words.passkeyRefused;
    case 'passkeys_unavailable':
      return words.passkeysUnavailable;
    case 'too_many_objects':
      return words.tooManyPasskeys;
    case 'too_many_attempts': {
      // The time zone does not matter to a duration.
      const wait = createFormats(locale, 'UTC').inSeconds(error.retryAfterS ?? WAIT_S);
      return {
        title: words.tooManyAttempts.title,
        hint: formatMessage(words.tooManyAttempts.hint, { wait }),
      };
    }
    default:
      return describeFailure(error, text);
  }
};
