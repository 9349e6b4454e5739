import type { Patient } from '@wardbell/contract';
import { patientSortName } from '@wardbell/contract/folding';
import type { patientMatcher } from '@wardbell/contract/patient-search';
import type { Sort } from '../../../shared/grid/columns';

/** Sorting a long list compares each row many times. */
const sortNames = new WeakMap<Patient, string>();

const sortName = (patient: Patient): string => {
  const name = sortNames.get(patient) ?? patientSortName(patient);
  sortNames.set(patient, name);
  return name;
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The server's order of patients: last name, first name, then id. */
export const comparePatients = (a: Patient, b: Patient): number =>
  compareText(sortName(a), sortName(b)) || compareText(a.id, b.id);

type Compare = (a: Patient, b: Patient) => number;

const keyOf: Readonly<Record<string, (patient: Patient) => string | null>> = {
  birth_date: (patient) => patient.birth_date,
  updated: (patient) => patient.updated_at || null,
};

/** The server's order of the list. Those without a key, or with one that this person may not see, come last. */
export const orderOf = ({ by, descending }: Sort): Compare => {
  const none = descending ? '' : '~';
  const key = keyOf[by];
  const ascending: Compare = key
    ? (a, b) => compareText(key(a) ?? none, key(b) ?? none) || compareText(a.id, b.id)
    : comparePatients;
  return descending ? (a, b) => ascending(b, a) : ascending;
};

type Matches = (patient: Patient) => boolean;

let matcher: typeof patientMatcher | undefined;

/** Loads what tells who is found: only a search needs it, the list stands without. */
export const loadMatcher = async (): Promise<void> => {
  matcher ??= (await import('@wardbell/contract/patient-search')).patientMatcher;
};

/** Who is found by a search: everybody by an empty one, nobody before `loadMatcher()` is done. */
export const matcherOf = (search: string): Matches => {
  if (search === '') return () => true;
  let matches: Matches | undefined;
  return (patient) => {
    matches ??= matcher?.(search);
    return matches?.(patient) ?? false;
  };
};
