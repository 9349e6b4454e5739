import { fold } from './folding.js';

/** Words of a search that are used; more would hardly narrow the result. */
const MAX_WORDS = 10;
/** A shorter number that begins with 0 may be an MRN as it stands. */
const MIN_PHONE_DIGITS = 7;
/** Shorter words are looked for at the beginning of words: inside of words, most of the list has them. */
const MIN_INNER_LENGTH = 3;

const PUNCTUATION = /[ !-/:-@[-`{-~]/g;
/** A word of a telephone number, an MRN, or anything else that is digits. */
const NUMBER = /^[-+()./]*\d[-+()./\d]*$/;
/** The international prefix and a country code (ITU-T E.164), with a 0 that is dialled only within the country. */
const PREFIX = /^(?:\+|00)(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})0?|^0/;

/** Names of the months in English, German and French, folded, with spellings of which they are no beginning. */
const MONTHS = [
  'january januar janner jaenner janvier',
  'february februar feber fevrier',
  'march marz maerz mrz mars',
  'april avril',
  'may mai',
  'june juni juin',
  'july juli juillet',
  'august aout',
  'september septembre',
  'october oktober octobre',
  'november novembre',
  'december dezember decembre',
].map((names) => names.split(' '));
/** Shorter beginnings are common in names. */
const MIN_MONTH_LENGTH = 3;
const DAY_MONTH_YEAR = /^(\d{1,2})(?:st|nd|rd|th|er)?[-/. ]+([a-z]+)[-/. ]+(\d{4}|\d{2})$/;
const MONTH_DAY_YEAR = /^([a-z]+)[. ]+(\d{1,2})(?:st|nd|rd|th)?[. ]+(\d{4})$/;
/** Words of one date, the longest first: "28 Aug 1946", "28 Aug.1946", "28.8.1946". */
const DATE_LENGTHS = [3, 2, 1];

/** What a patient must have to be found. */
export interface PatientSearch {
  /** All of them stand in the patient's names, MRN or phone. */
  readonly words: readonly string[];
  /** One of them (`YYYY-MM-DD`) is the birth date; null: no birth date is searched. */
  readonly birthDates: readonly string[] | null;
}

/**
 * What a text that somebody typed looks for: words in any order, with or without accents; telephone numbers in any
 * spelling; birth dates as day, month and year, or year first. Where a date can be read in two ways, both are meant.
 */
export function parsePatientSearch(text: string): PatientSearch {
  const { words, dates } = takeDates(fold(text).split(/\s+/).filter(Boolean).slice(0, MAX_WORDS));
  return {
    words: wordsOf(words),
    birthDates:
      dates.length === 0
        ? null
        : dates.reduce((all, reading) => all.filter((date) => reading.includes(date))),
  };
}

/** Separates the words of dates, with what each date can mean, from all others. */
export function takeDates(typed: readonly string[]): { words: string[]; dates: string[][] } {
  const words: string[] = [];
  const dates: string[][] = [];
  const readAt = (index: number, length: number) =>
    readDates(
      fold(typed.slice(index, index + length).join(' '))
        .trim()
        .replace(/^\*/, ''),
    );
  for (let index = 0; index < typed.length; ) {
    const [date] = DATE_LENGTHS.flatMap((length) => {
      const readings = readAt(index, length);
      return readings.length === 0 ? [] : [{ length, readings }];
    });
    if (date === undefined) words.push(typed[index] ?? '');
    else dates.push(date.readings);
    index += date?.length ?? 1;
  }
  return { words, dates };
}

/** Dates that a text can mean, as `YYYY-MM-DD`; none if it is no date. */
export function readDates(text: string): string[] {
  const iso = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text);
  if (iso) return datesOf([[iso[1], iso[3], iso[4]]]);
  const usual = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/.exec(text);
  if (!usual) return readNamedMonth(fold(text).trim());
  const [, first, sign, second, year] = usual;
  // 10-11-12 is rather a number than a date
  if (sign === '-' && year?.length !== 4) return [];
  return datesOf([
    [year, second, first],
    // a dot stands between day and month, in this order, wherever it is used
    ...(sign === '.' ? [] : [[year, first, second] as const]),
  ]);
}

/** As the console and others print dates: "28 Aug 1946", "28. August 1946", "28 août 1946", "Aug 28, 1946". */
function readNamedMonth(text: string): string[] {
  const [, day, name, year] = DAY_MONTH_YEAR.exec(text) ?? [];
  if (name !== undefined) return datesOf([[year, monthOf(name), day]]);
  const [, first = '', second, last] = MONTH_DAY_YEAR.exec(text) ?? [];
  return datesOf([[last, monthOf(first), second]]);
}

/** The number of the month that alone begins so. */
function monthOf(name: string): number | undefined {
  if (name.length < MIN_MONTH_LENGTH) return undefined;
  const [month, other] = MONTHS.flatMap((names, index) =>
    names.some((known) => known.startsWith(name)) ? [index + 1] : [],
  );
  return other === undefined ? month : undefined;
}

type Part = string | number | undefined;

/** The days of these readings that a calendar has, as year, month and day; of years with two digits those that have begun. */
function datesOf(readings: readonly (readonly [year: Part, month: Part, day: Part])[]): string[] {
  const dates = readings.flatMap(([year, month, day]) =>
    yearsOf(year).map((each) => dateOf(each, Number(month), Number(day))),
  );
  return [...new Set(dates)].filter((date) => date !== '');
}

function yearsOf(year: Part): number[] {
  const number = Number(year);
  if (String(year).length === 4) return [number];
  return [1900 + number, 2000 + number].filter((each) => each <= new Date().getFullYear());
}

/** Empty for a day that no calendar has. */
function dateOf(year: number, month: number, day: number): string {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.toISOString().slice(0, 10) : '';
}

/** Words as the text of a patient has them. */
function wordsOf(typed: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < typed.length; ) {
    const rest = typed.slice(index);
    const end = rest.findIndex((other) => !NUMBER.test(other));
    const run = end === -1 ? rest : rest.slice(0, end);
    const word = rest[0] ?? '';
    if (run.length > 0) words.push(...numbersOf(run));
    else if (/\d/.test(word)) words.push(word.replace(PUNCTUATION, ''));
    else words.push(...word.split('-').filter(Boolean));
    index += Math.max(run.length, 1);
  }
  return words;
}

/** Digits of adjacent words: one number without its prefix if they begin as a telephone number does, else each as it is. */
function numbersOf(run: readonly string[]): string[] {
  const whole = run.join('').replace(/[^+\d]/g, '');
  const digits = whole.replaceAll('+', '');
  // North American numbers are often written with their country code and without a plus
  const isAmerican = /^1\d{10}$/.test(whole) && (run.length === 1 || run[0] === '1');
  if (isAmerican) return [whole.slice(1)];
  if (digits.length >= MIN_PHONE_DIGITS && PREFIX.test(whole))
    return [whole.replace(PREFIX, '').replaceAll('+', '')];
  return run.map((word) => word.replace(/\D/g, ''));
}

/** What a patient is found by. */
interface Findable {
  readonly last_name: string;
  readonly first_name: string;
  readonly mrn: string;
  readonly phone?: string | null;
  readonly birth_date?: string | null;
}

/** What a search looks at, as `wardbell.patient_search_text()` has it. Each word follows a space. */
export function patientSearchText({ last_name, first_name, mrn, phone }: Findable): string {
  const names = `${last_name} ${first_name}`;
  const plain = fold(names).replaceAll('-', ' ');
  const spelled = names
    .normalize('NFC')
    .replace(/[äÄ]/g, 'ae')
    .replace(/[öÖøØ]/g, 'oe')
    .replace(/[üÜ]/g, 'ue')
    .replace(/[åÅ]/g, 'aa');
  const texts = new Set([
    plain,
    plain.replaceAll('ae', 'a').replaceAll('oe', 'o').replaceAll('ue', 'u').replaceAll('aa', 'a'),
    fold(spelled).replaceAll('-', ' '),
    fold(mrn).replace(PUNCTUATION, ''),
    (phone ?? '').replace(/\D/g, ''),
  ]);
  return ` ${[...texts].join(' ')}`;
}

/** Finds the patients that the server finds for the same text; everybody for an empty one. */
export function patientMatcher(text: string): (patient: Findable) => boolean {
  const { words, birthDates } = parsePatientSearch(text);
  if (words.length === 0 && birthDates === null) return () => true;
  const parts = words.map((word) => (isShort(word) ? ` ${word}` : word));
  return (patient) => {
    if (birthDates !== null && !birthDates.includes(patient.birth_date ?? '')) return false;
    const found = patientSearchText(patient);
    return parts.every((part) => found.includes(part));
  };
}

const isShort = (word: string): boolean =>
  [...word].length < MIN_INNER_LENGTH && !/[!-/:-@[-`{-~]/.test(word);
