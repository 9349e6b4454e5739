import type { MergedField, Patient } from '@wardbell/contract';
import type { Body, EndpointOf } from '../../../shared/api/types';

/** In the order of the form. */
const FIELDS: readonly MergedField[] = [
  'first_name',
  'last_name',
  'birth_date',
  'gender',
  'phone',
  'email',
  'mrn',
  'notes',
];

/** The id of the patient whose value is kept, or `both` for notes. */
export type Choices = Readonly<Partial<Record<MergedField, string>>>;

export const textIn = (patient: Patient, field: MergedField): string => patient[field] ?? '';

const isEmpty = (patient: Patient, field: MergedField): boolean =>
  field === 'gender' ? patient.gender === 'unknown' : textIn(patient, field) === '';

/** The fields of which one value must be chosen. */
export const differingFields = (a: Patient, b: Patient): readonly MergedField[] =>
  FIELDS.filter((field) => textIn(a, field) !== textIn(b, field));

/**
 * What is chosen for a field before anybody has chosen: the value of the record that stays, or the only value there is. Notes
 * of both are kept: none of them may be lost by a slip.
 */
export const choiceOf = (choices: Choices, field: MergedField, stays: Patient, goes: Patient): string => {
  const chosen = choices[field];
  if (chosen !== undefined) return chosen;
  if (isEmpty(stays, field)) return goes.id;
  return field === 'notes' && !isEmpty(goes, field) ? 'both' : stays.id;
};

/** The body of `POST /patients/{id}/merge` for what was chosen. */
export const toMergeBody = (
  choices: Choices,
  stays: Patient,
  goes: Patient,
): Body<EndpointOf<'POST', '/patients/:id/merge'>> => {
  const chosen = differingFields(stays, goes).map(
    (field) => [field, choiceOf(choices, field, stays, goes)] as const,
  );
  return {
    into: stays.id,
    version: goes.version,
    into_version: stays.version,
    take_over: chosen.filter(([, id]) => id === goes.id).map(([field]) => field),
    join_notes: chosen.some(([, id]) => id === 'both'),
  };
};
