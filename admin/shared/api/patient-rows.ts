import { allPatientChanges, type Changes } from '@wardbell/client';
import type { Patient, RestrictedPatient } from '@wardbell/contract';

/**
 * A patient of a list or an event as the console shows it. Of a restricted one that this person may not see, the initials
 * are the name. It has no version: NaN makes the newest event win.
 */
export const toShownPatient = (row: Patient | RestrictedPatient): Patient => {
  if (!('initials' in row)) return row;
  const [first_name = '', last_name = ''] = row.initials;
  const nothing = { birth_date: null, phone: null, email: null, created_at: '', updated_at: '' };
  const { id, mrn, restricted, archived } = row;
  return {
    ...nothing,
    id,
    mrn,
    restricted,
    ...(archived && { archived }),
    first_name,
    last_name,
    tenant_id: '',
    gender: 'unknown',
    version: Number.NaN,
  };
};

/** Only initials and MRN of this patient are known here: it is restricted, and not to this person. */
export const isWithheld = ({ tenant_id }: Patient): boolean => tenant_id === '';

/** `allPatientChanges` for lists of such rows. */
export const shownPatientChanges: Changes<Patient> = (event) => {
  const change = allPatientChanges(event);
  return change?.op === 'put' ? { op: 'put', row: toShownPatient(change.row) } : change;
};
