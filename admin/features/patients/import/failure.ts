import { type Described, describeFailure } from '../../../shared/api/describe-failure';
import { ApiError } from '../../../shared/api/failure';
import type { Text } from '../../../shared/text/text';
import type { ImportText } from './messages';

/** Why nothing was imported, in words. */
export const describeImportFailure = (error: unknown, text: Text, words: ImportText): Described => {
  if (!(error instanceof ApiError)) return describeFailure(error, text);
  switch (error.code) {
    case 'mrn_taken':
      return words.failed.mrnTaken;
    case 'conflict':
    case 'idempotency_in_progress':
      return words.failed.conflict;
    case 'payload_too_large':
      return words.failed.tooLargeBody;
    default:
      return describeFailure(error, text);
  }
};
