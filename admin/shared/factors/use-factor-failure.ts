import { useRoomText, useWords } from '../text/text';
import { describeFactorFailure } from './describe-factor-failure';
import { FACTORS } from './messages';
import type { ProofMethod } from './proof-method';

/** `describeFactorFailure` in the reader's language. */
export const useFactorFailure = () => {
  const { text, locale } = useWords();
  const factors = useRoomText(FACTORS);
  return (error: unknown, method?: ProofMethod) =>
    describeFactorFailure(error, { text, factors, locale }, method);
};
