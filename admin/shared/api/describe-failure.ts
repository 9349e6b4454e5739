import type { Text } from '../text/text';
import { ApiError, Unreachable } from './failure';

/** What went wrong and what to do about it, in words. */
export interface Described {
  readonly title: string;
  readonly hint: string;
}

/** Words for any failure of a request; screens add their own for the codes that they expect. */
export const describeFailure = (error: unknown, text: Text): Described => {
  const words = text.failure;
  if (error instanceof Unreachable) return words.unreachable;
  if (!(error instanceof ApiError)) return words.other;
  switch (error.status) {
    case 401:
      return words.signedOut;
    case 403:
      return error.code === 'reauthentication_required' ? words.stale : words.forbidden;
    case 404:
      return words.notFound;
    case 422:
      return words.invalid;
    case 429:
      return words.tooMany;
    default:
      return error.status >= 500 ? words.busy : words.other;
  }
};
