import type { Entered } from '../../../shared/forms/deleted-meanwhile';
import type { PatientFormText } from '../messages';
import { type DraftField, EMPTY_DRAFT, type PatientDraft } from '../model/draft';

/** What each field of the form is called. */
export const FIELD_WORDS = {
  first_name: 'firstName',
  last_name: 'lastName',
  birth_date: 'birthDate',
  gender: 'gender',
  phone: 'phone',
  email: 'email',
  mrn: 'mrn',
  notes: 'notes',
  restricted: 'restricted',
  restricted_to: 'restrictedTo',
} as const satisfies Record<DraftField, string>;
export const FIELDS = Object.keys(EMPTY_DRAFT).filter((name): name is DraftField => name in EMPTY_DRAFT);

/** A draft as text. Who may open the record is set anew, by choice. */
export const enteredIn = (draft: PatientDraft, words: PatientFormText): readonly Entered[] =>
  FIELDS.filter((field) => field !== 'restricted' && field !== 'restricted_to').map((field) => ({
    label: words[FIELD_WORDS[field]],
    value: draft[field],
  }));
