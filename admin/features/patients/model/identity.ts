import type { PatientIdentity } from '@wardbell/contract';
import type { PatientDraft } from './draft';

type Draft = Pick<PatientDraft, 'first_name' | 'last_name' | 'birth_date'>;

const MIN_LETTERS = 2;
/** While the year is typed, a date field has the years 1, 19 and 198 before 1984. */
const EARLIEST = '1850-01-01';

/** Who a draft is about, for the search for duplicates; null while too little is known. */
export const identityOf = (draft: Draft): PatientIdentity | null => {
  const [first_name, last_name] = [draft.first_name.trim(), draft.last_name.trim()];
  if (Math.min(first_name.length, last_name.length) < MIN_LETTERS) return null;
  const isDate = draft.birth_date >= EARLIEST && Date.parse(draft.birth_date) <= Date.now();
  return { first_name, last_name, ...(isDate ? { birth_date: draft.birth_date } : {}) };
};

export const isSameIdentity = (a: PatientIdentity | null, b: PatientIdentity | null): boolean =>
  a?.first_name === b?.first_name && a?.last_name === b?.last_name && a?.birth_date === b?.birth_date;
