import type { Patient } from '@wardbell/contract';
import { patientSortName } from '@wardbell/contract/folding';

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorting a long list compares each row many times. */
const sortNames = new WeakMap<Patient, string>();

function sortName(patient: Patient): string {
  let name = sortNames.get(patient);
  if (name === undefined) {
    name = patientSortName(patient);
    sortNames.set(patient, name);
  }
  return name;
}

/** The server's order of patients: last name, first name, then id. */
export const comparePatients = (a: Patient, b: Patient): number =>
  compareText(sortName(a), sortName(b)) || compareText(a.id, b.id);
