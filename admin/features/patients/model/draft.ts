import type { Patient } from '@wardbell/contract';
import { PatientCreate } from '@wardbell/contract/patient';
import type { Body, EndpointOf } from '../../../shared/api/types';
import {
  addIssues,
  errorsAt,
  type FieldErrors,
  type FieldIssue,
  fieldsOf,
} from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { PatientFormText } from '../messages';

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
  /** "restricted", or empty; only tenant admins set it. */
  readonly restricted: 'restricted' | '';
  /** Ids of the users who may open a restricted record, as sorted JSON, so that two lists can be compared. */
  readonly restricted_to: string;
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
  restricted: '',
  restricted_to: '[]',
};

type CreateBody = Body<EndpointOf<'POST', '/patients'>>;
type UpdateBody = Body<EndpointOf<'PATCH', '/patients/:id'>>;

/** A patient as a form shows it. */
export const toDraft = (patient: Patient): PatientDraft => ({
  first_name: patient.first_name,
  last_name: patient.last_name,
  birth_date: patient.birth_date ?? '',
  gender: patient.gender,
  phone: patient.phone ?? '',
  email: patient.email ?? '',
  mrn: patient.mrn,
  notes: patient.notes ?? '',
  restricted: patient.restricted ? 'restricted' : '',
  restricted_to: joinIds(patient.restricted_to ?? []),
});

/** Ids as the draft holds them. */
export const joinIds = (ids: readonly string[]): string => JSON.stringify(ids.toSorted());

/** The ids that a draft holds. */
export const splitIds = (joined: string): string[] => {
  const ids: unknown = joined === '' ? [] : JSON.parse(joined);
  return Array.isArray(ids) ? ids.map(String) : [];
};

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
    ...(draft.restricted === '' ? {} : { restricted: true, restricted_to: splitIds(draft.restricted_to) }),
  };
};

/** The body of `PATCH /patients/{id}`: what differs from `base`; an emptied field is taken away. */
export const toUpdateBody = (base: PatientDraft, draft: PatientDraft): UpdateBody => {
  const body: UpdateBody = {};
  const changed = (field: DraftField) => draft[field].trim() !== base[field].trim();
  for (const field of ['first_name', 'last_name', 'mrn'] as const) {
    if (changed(field)) body[field] = draft[field].trim();
  }
  for (const field of ['birth_date', 'phone', 'email', 'notes'] as const) {
    if (changed(field)) body[field] = draft[field].trim() || null;
  }
  if (changed('gender')) body.gender = draft.gender;
  if (changed('restricted')) body.restricted = draft.restricted !== '';
  if (changed('restricted_to')) body.restricted_to = splitIds(draft.restricted_to);
  return body;
};

type Errors = FieldErrors<DraftField>;
type Words = PatientFormText['errors'];

const isField = fieldsOf(EMPTY_DRAFT);

const describe = (field: DraftField, issue: FieldIssue, words: Words): string => {
  if (issue.code === 'too_small') return words.required;
  if (issue.code === 'too_big' && issue.maximum !== undefined)
    return formatMessage(words.tooLong, { max: Number(issue.maximum) });
  if (field === 'birth_date') return words.date;
  if (field === 'email') return words.email;
  return words.characters;
};

/** What the contract finds wrong in a draft, by field, in words. A patient who is there has an MRN. */
export const validateDraft = (draft: PatientDraft, words: Words, mrnRequired = false): Errors => {
  const parsed = PatientCreate.safeParse(toCreateBody(draft));
  const errors: Errors = mrnRequired && draft.mrn.trim() === '' ? { mrn: words.required } : {};
  addIssues(errors, parsed.error?.issues, isField, (field, issue) => describe(field, issue, words));
  return errors;
};

/** What the server found wrong in a draft, by field, in words. */
export const refusedFields = (
  code: string,
  fields: readonly { readonly path: string }[],
  words: Words,
): Errors => {
  if (code === 'mrn_taken') return { mrn: words.mrnTaken };
  return errorsAt(fields, (part) => (isField(part) ? part : undefined), words.other);
};
