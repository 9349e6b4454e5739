/**
 * How names are compared: without case, accents and apostrophes. `wardbell.fold()` does the same in the database for the
 * stored text; a test compares the two for every character.
 */

/** Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic; invisible characters. */
const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200d]/g;

/** Letters that Unicode does not take apart, each with what it becomes. */
const LETTERS = new Map(
  "Øo øo Łl łl Đd đd Ðd ðd ıi Ħh ħh Ŧt ŧt Ŋn ŋn Əa əa ςσ ßss ẞss æae Æae œoe Œoe þth Þth ‐- –- —- ‘ ’ ʼ ʹ ` '"
    .split(' ')
    .map((pair) => [pair[0], pair.slice(1)]),
);

/** Text without case, accents and apostrophes; comma and semicolon are spaces. */
export const fold = (text: string): string =>
  text
    .replaceAll('´', '')
    .normalize('NFKD')
    .replace(MARKS, '')
    // Latin, Greek, Cyrillic, Armenian: of other letters, which ones have a small one depends on the browser
    .replace(/[A-Z\u0370-\u058f]/g, (letter) => letter.toLowerCase())
    .replace(/[,;]/g, ' ')
    .replace(/[`'\x80-\uffff]/g, (letter) => LETTERS.get(letter) ?? letter);

/** The place of a patient in the list, as `wardbell.patient_sort_name()` has it; ids decide between equal ones. */
export const patientSortName = ({
  last_name,
  first_name,
}: {
  readonly last_name: string;
  readonly first_name: string;
}): string => fold(`${last_name}\t${first_name}`);
