import type { PatientIdentity } from '@wardbell/contract';
import { FIRST_BIRTH_YEAR, isCalendarDate } from '../../../shared/forms/calendar-days';
import type { PatientDraft } from './draft';

type Draft = Pick<PatientDraft, 'first_name' | 'last_name' | 'birth_date'>;

const MIN_LETTERS = 2;

/** Who a draft is about, for the search for duplicates; null while too little is known. */
export const identityOf = (draft: Draft): PatientIdentity | null => {
  const [first_name, last_name] = [draft.first_name.trim(), draft.last_name.trim()];
  if (Math.min(first_name.length, last_name.length) < MIN_LETTERS) return null;
  const isDate =
    isCalendarDate(draft.birth_date, FIRST_BIRTH_YEAR) && Date.parse(draft.birth_date) <= Date.now();
  return { first_name, last_name, ...(isDate ? { birth_date: draft.birth_date } : {}) };
};

export const isSameIdentity = (a: PatientIdentity | null, b: PatientIdentity | null): boolean =>
  a?.first_name === b?.first_name && a?.last_name === b?.last_name && a?.birth_date === b?.birth_date;
