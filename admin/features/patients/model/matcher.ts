import type { Patient } from '@wardbell/contract';
import type { patientMatcher } from '@wardbell/contract/patient-search';

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
