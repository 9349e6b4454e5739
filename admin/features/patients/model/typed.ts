import { parsePatientSearch, takeDates } from '@wardbell/contract/patient-search';
import type { PatientDraft } from './draft';

/** A shorter number is no telephone number. */
const MIN_PHONE_DIGITS = 5;
const NUMBER = /^[-+()./\d]*\d[-+()./\d]*$/;

/** A name as it is written in a record, if it was typed in small letters. */
const capital = (name: string): string =>
  name === name.toLowerCase()
    ? name.replace(
        /(^|[\s-])(\p{Ll})/gu,
        (_, before: string, letter: string) => before + letter.toUpperCase(),
      )
    : name;

/**
 * What somebody has typed into a search, as fields of a new patient: a birth date that can be read in one way only, a telephone
 * number, an MRN, and names. Of several names the first is the first name, unless a comma stands after the last name.
 */
export const draftOf = (typed: string): Partial<PatientDraft> => {
  const { birthDates } = parsePatientSearch(typed);
  const { words } = takeDates(typed.trim().split(/\s+/));
  const phone = words.filter((word) => NUMBER.test(word)).join(' ');
  const mrn = words.find((word) => /\d/.test(word) && !NUMBER.test(word));
  const names = words.filter((word) => !/\d/.test(word)).join(' ');
  const [beforeComma = '', afterComma] = names.split(',', 2).map((part) => part.trim());
  const [first = '', ...others] = beforeComma.split(' ');
  const [first_name, last_name] =
    afterComma !== undefined
      ? [afterComma, beforeComma]
      : others.length > 0
        ? [first, others.join(' ')]
        : ['', first];
  return {
    ...(first_name !== '' && { first_name: capital(first_name) }),
    ...(last_name !== '' && { last_name: capital(last_name) }),
    ...(birthDates?.length === 1 && { birth_date: birthDates[0] ?? '' }),
    ...(phone.replace(/\D/g, '').length >= MIN_PHONE_DIGITS && { phone }),
    ...(mrn !== undefined && { mrn }),
  };
};
