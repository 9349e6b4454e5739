import { Limits } from '@wardbell/contract/tenant';
import { formatMessage } from '../../../shared/text/message';
import type { LimitsText } from '../messages';
import { LIMIT_FIELDS, type LimitField } from './fields';

/** Limits as fields hold them: empty is no limit of one's own, text is what is no number yet. */
export type LimitsDraft = Record<LimitField, number | string>;

const map = <T>(read: (field: LimitField) => T): Record<LimitField, T> => ({
  max_connections: read('max_connections'),
  max_connections_per_user: read('max_connections_per_user'),
  max_messages_per_minute: read('max_messages_per_minute'),
});

export const toDraft = (limits: Limits): LimitsDraft => map((field) => limits[field] ?? '');

/** The number in a field; null: none; undefined: what stands there is no number. */
const numberIn = (entry: number | string): number | null | undefined => {
  if (entry === '') return null;
  return typeof entry === 'number' ? entry : undefined;
};

/** The limits of a draft, those of `base` where it is not valid. */
export const toLimits = (draft: LimitsDraft, base: Limits): Limits =>
  map((field) => {
    const value = Limits.shape[field].safeParse(numberIn(draft[field]));
    return value.success ? value.data : base[field];
  });

/** What is to be sent: only what was changed, so that nobody else's change is undone. */
export const changedFields = (base: Limits, draft: LimitsDraft): Partial<Limits> => {
  const next = toLimits(draft, base);
  return Object.fromEntries(
    LIMIT_FIELDS.filter((field) => next[field] !== base[field]).map((field) => [field, next[field]]),
  );
};

/** What is wrong with it, by field: against the contract, and against the ceilings. */
export const validateDraft = (
  draft: LimitsDraft,
  ceilings: Limits | null,
  words: LimitsText['errors'],
): Partial<Record<LimitField, string>> => {
  const errors: Partial<Record<LimitField, string>> = {};
  for (const field of LIMIT_FIELDS) {
    const value = numberIn(draft[field]);
    const parsed = Limits.shape[field].safeParse(value);
    const ceiling = ceilings?.[field] ?? null;
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      if (issue?.code === 'too_small')
        errors[field] = formatMessage(words.atLeast, { n: Number(issue.minimum) });
      else if (issue?.code === 'too_big')
        errors[field] = formatMessage(words.atMost, { n: Number(issue.maximum) });
      else errors[field] = words.whole;
    } else if (typeof value === 'number' && ceiling !== null && value > ceiling) {
      errors[field] = formatMessage(words.aboveCeiling, { n: ceiling });
    }
  }
  return errors;
};
