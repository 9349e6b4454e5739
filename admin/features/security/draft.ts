import { SECOND_FACTOR_DEMANDS, type SecurityFloor, SecurityPolicy } from '@wardbell/contract/account';
import { formatMessage } from '../../shared/text/message';
import type { SecurityText } from './messages';

export const NUMBER_FIELDS = ['idle_minutes', 'absolute_hours', 'max_sessions_per_user'] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];
export type SecurityField = NumberField | 'second_factor';

/** A policy or a floor as fields hold it: empty is "no bound", text is what is no number yet. */
export type SecurityDraft = Record<NumberField, number | string> & { second_factor: string };

export const toDraft = (values: SecurityFloor): SecurityDraft => ({
  second_factor: values.second_factor ?? 'optional',
  idle_minutes: values.idle_minutes ?? '',
  absolute_hours: values.absolute_hours ?? '',
  max_sessions_per_user: values.max_sessions_per_user ?? '',
});

/** The valid values of a draft; what is empty or no number is absent. */
export const toValues = (draft: SecurityDraft): SecurityFloor => {
  const { data } = SecurityPolicy.partial().safeParse(
    Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== '')),
  );
  return data ?? {};
};

/** What is to be sent of a policy: only what was changed, so that nobody else's change is undone. */
export const changedFields = (base: SecurityPolicy, draft: SecurityDraft): SecurityFloor =>
  Object.fromEntries(
    Object.entries(toValues(draft)).filter(([field, value]) => Reflect.get(base, field) !== value),
  );

const DEMANDS: readonly string[] = SECOND_FACTOR_DEMANDS;
const strictness = (demand: string): number => DEMANDS.indexOf(demand);

/** The demands that a floor allows. */
export const demandsFrom = (floor: SecurityFloor) =>
  SECOND_FACTOR_DEMANDS.filter(
    (demand) => strictness(demand) >= strictness(floor.second_factor ?? 'optional'),
  );

/**
 * What is wrong with it, by field: against the contract and the floor.
 * @param isOptional fields may be empty, as those of a floor
 */
export const validateDraft = (
  draft: SecurityDraft,
  floor: SecurityFloor,
  isOptional: boolean,
  words: SecurityText['errors'],
): Partial<Record<SecurityField, string>> => {
  const errors: Partial<Record<SecurityField, string>> = {};
  for (const field of NUMBER_FIELDS) {
    const value = draft[field];
    if (value === '' && isOptional) continue;
    const parsed = SecurityPolicy.shape[field].safeParse(value);
    const most = floor[field];
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      if (issue?.code === 'too_small')
        errors[field] = formatMessage(words.atLeast, { n: Number(issue.minimum) });
      else if (issue?.code === 'too_big')
        errors[field] = formatMessage(words.atMost, { n: Number(issue.maximum) });
      else errors[field] = words.whole;
    } else if (most !== undefined && parsed.data > most) {
      errors[field] = formatMessage(words.belowFloor, { n: most });
    }
  }
  if (strictness(draft.second_factor) < strictness(floor.second_factor ?? ''))
    errors.second_factor = words.demand;
  return errors;
};
