import type { Patient } from '@wardbell/contract';
import { PatientCreate } from '@wardbell/contract/patient';
import type { Body, EndpointOf } from '../api/types';
import type { Text } from '../text/en';

/**
 * A patient as a form holds it: text in every field, empty for "not given". This module brings the contract's
 * schemas with it, so it belongs to what is loaded when a form is opened, not to the page.
 */
export interface PatientDraft {
  readonly first_name: string;
  readonly last_name: string;
  readonly birth_date: string;
  readonly gender: Patient['gender'];
  readonly phone: string;
  readonly email: string;
  readonly mrn: string;
  readonly notes: string;
}
export type DraftField = keyof PatientDraft;

export const EMPTY_DRAFT: PatientDraft = {
  first_name: '',
  last_name: '',
  birth_date: '',
  gender: 'unknown',
  phone: '',
  email: '',
  mrn: '',
  notes: '',
};

type CreateBody = Body<EndpointOf<'POST', '/patients'>>;

/** The body of `POST /patients` for a draft: what was left empty is left out. */
export const toCreateBody = (draft: PatientDraft): CreateBody => {
  const optional = (name: 'birth_date' | 'phone' | 'email' | 'mrn' | 'notes') => {
    const value = draft[name].trim();
    return value === '' ? {} : { [name]: value };
  };
  return {
    first_name: draft.first_name.trim(),
    last_name: draft.last_name.trim(),
    gender: draft.gender,
    ...optional('birth_date'),
    ...optional('phone'),
    ...optional('email'),
    ...optional('mrn'),
    ...optional('notes'),
  };
};

type Errors = Partial<Record<DraftField, string>>;
type Words = Text['patientForm']['errors'];

const isField = (name: unknown): name is DraftField => typeof name === 'string' && name in EMPTY_DRAFT;

const describe = (
  field: DraftField,
  issue: { readonly code: string; readonly maximum?: number | bigint },
  words: Words,
): string => {
  if (issue.code === 'too_small') return words.required;
  if (issue.code === 'too_big' && issue.maximum !== undefined) return words.tooLong(Number(issue.maximum));
  if (field === 'birth_date') return words.date;
  if (field === 'email') return words.email;
  return words.characters;
};

/** What the contract finds wrong in a draft, by field, in words. */
export const validateDraft = (draft: PatientDraft, words: Words): Errors => {
  const parsed = PatientCreate.safeParse(toCreateBody(draft));
  const errors: Errors = {};
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path[0];
    if (isField(field)) errors[field] ??= describe(field, issue, words);
  }
  return errors;
};

/** What the server found wrong in a draft, by field, in words. */
export const refusedFields = (
  code: string,
  fields: readonly { readonly path: string }[],
  words: Words,
): Errors => {
  if (code === 'mrn_taken') return { mrn: words.mrnTaken };
  const errors: Errors = {};
  for (const { path } of fields) {
    const field = path.split(/[./]/).find(isField);
    if (field) errors[field] ??= words.other;
  }
  return errors;
};
