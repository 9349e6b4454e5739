import { fold } from '@wardbell/contract/folding';
import { FIRST_BIRTH_YEAR, isCalendarDate } from './calendar-days';

/** How somebody writes dates. Calendar dates are `YYYY-MM-DD`. */
export interface DateHabit {
  /** BCP 47 tag. */
  readonly locale: string;
  readonly today: string;
  /** Birth dates and the like: a year of two digits has begun, and none may be left out. */
  readonly isPast: boolean;
}

const MIN_NAME_LETTERS = 3;

/** True for a text that is a date by itself, while more may follow: in others a year of two digits may become one of four. */
export const isWholeDate = (text: string): boolean => /(^|\D)\d{4}$|^\d{4}\D\d\d?\D\d\d$/.test(text.trim());

/**
 * The calendar date that a text means: as in the language (`3.4.1961`, `04/03/1961`, `3 Apr 1961`), as digits alone, or as
 * `1961-04-03` in every language. Null if it is none.
 */
export const readDate = (text: string, habit: DateHabit): string | null => {
  const parts = partsOf(text, habit);
  if (parts === null) return null;
  const { day, month, year } = parts;
  if (year === undefined) return habit.isPast ? null : nearest(month, day, habit.today);
  if (year.length === 4) return dateOf(year, month, day, habit.isPast);
  return habit.isPast
    ? latest(Number(year), month, day, habit.today)
    : dateOf(nearestYear(Number(year), habit.today), month, day);
};

interface Parts {
  readonly day: string;
  readonly month: string;
  readonly year: string | undefined;
}

const partsOf = (text: string, habit: DateHabit): Parts | null => {
  const { locale } = habit;
  const words = fold(text)
    .split(/[\s.,/\-–]+/)
    .filter(Boolean);
  const numbers = words.filter((word) => /^\d+$/.test(word.replace(/(?<=\d)(er|st|nd|rd|th)$/, '')));
  const [name, ...others] = words.filter((word) => !numbers.includes(word));
  const digits = numbers.map((word) => word.replace(/\D/g, ''));
  if (others.length > 0 || !digits.every((each) => /^(\d{1,2}|\d{4}|\d{6}|\d{8})$/.test(each))) return null;
  if (name !== undefined) return withName(digits, monthNamed(name, locale));
  if (digits.length === 1) return withoutSigns(digits[0] ?? '', habit);
  // one at the end may be a slip
  const hasDots = /\d\.\s*\d/.test(text);
  return inOrder(digits, isMonthFirst(locale) && !hasDots, hasDots);
};

/** The month is a word; the year is the number of four digits, or the last one. */
const withName = (digits: readonly string[], month: string | null): Parts | null => {
  if (month === null || digits.length === 0 || digits.length > 2) return null;
  const [year, day = ''] = digits[0]?.length === 4 ? digits : [digits[1], digits[0]];
  return day.length > 2 ? null : { day, month, year };
};

/** Year first, or day and month in the order of the language. Between slashes, the other order where only that is a date. */
const inOrder = (digits: readonly string[], monthFirst: boolean, isFixed: boolean): Parts | null => {
  const [first = '', second = '', third] = digits;
  if (digits.length > 3 || second.length > 2) return null;
  if (first.length === 4) return third === undefined ? null : { day: third, month: second, year: first };
  if (first.length > 2 || (third !== undefined && third.length !== 2 && third.length !== 4)) return null;
  const isMonth = (digits: string) => Number(digits) <= 12;
  const otherFits = !isFixed && !isMonth(monthFirst ? first : second) && isMonth(monthFirst ? second : first);
  return monthFirst !== otherFits
    ? { day: second, month: first, year: third }
    : { day: first, month: second, year: third };
};

/** `03041961`, `030461` or `19610403`. */
const withoutSigns = (digits: string, { locale, isPast }: DateHabit): Parts | null => {
  if (digits.length < 6) return null;
  const parts = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)];
  const local = inOrder(parts, isMonthFirst(locale), true);
  if (digits.length === 6 || (local?.year && dateOf(local.year, local.month, local.day, isPast)))
    return local;
  return { year: digits.slice(0, 4), month: digits.slice(4, 6), day: digits.slice(6) };
};

/** Asks the medium style, which puts the year last where the short one puts it first (`1961-04-03` in en-ZA, en-CA, fr-CA). */
const isMonthFirst = (locale: string): boolean => {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const parts = format.formatToParts(0).map(({ type }) => type);
  return parts.indexOf('month') < parts.indexOf('day');
};

/** `01` to `12` of a name, or of a beginning that only one month has. */
const monthNamed = (name: string, locale: string): string | null => {
  if (name.length < MIN_NAME_LETTERS) return null;
  const months = [...Array(12).keys()].filter((month) =>
    (['long', 'short'] as const).some((style) =>
      lettersOf(
        new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: style }).format(
          Date.UTC(2000, month),
        ),
      ).startsWith(lettersOf(name)),
    ),
  );
  return months.length === 1 ? String((months[0] ?? 0) + 1).padStart(2, '0') : null;
};
const lettersOf = (text: string): string => fold(text).replace(/^\d+(er|st|nd|rd|th)?|[^a-z]/g, '');

/** Null for a day that no calendar has. */
const dateOf = (year: string, month: string, day: string, isPast = false): string | null => {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isCalendarDate(date, isPast ? FIRST_BIRTH_YEAR : undefined) ? date : null;
};

/** The years that end with these two digits, of the last century, this one and the next. */
const yearsEndingWith = (digits: number, today: string): readonly number[] => {
  const now = Number(today.slice(0, 4));
  const ofCentury = now - (now % 100) + digits;
  return [ofCentury - 100, ofCentury, ofCentury + 100];
};

const nearestYear = (digits: number, today: string): string => {
  const distance = (year: number) => Math.abs(year - Number(today.slice(0, 4)));
  return String(yearsEndingWith(digits, today).toSorted((a, b) => distance(a) - distance(b))[0]);
};

/** The last such date that is not after today. */
const latest = (digits: number, month: string, day: string, today: string): string | null =>
  yearsEndingWith(digits, today)
    .flatMap((year) => dateOf(String(year), month, day, true) ?? [])
    .findLast((date) => date <= today) ?? null;

/** The one that is least far from today, of last year, this one and the next. */
const nearest = (month: string, day: string, today: string): string | null => {
  const distance = (date: string) => Math.abs(Date.parse(date) - Date.parse(today));
  const dates = [-1, 0, 1].flatMap(
    (years) => dateOf(String(Number(today.slice(0, 4)) + years), month, day) ?? [],
  );
  return dates.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
};

/** A date in the digits of a language: "24.04.1961". */
export const dateInDigits = (date: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  }).format(Date.parse(`${date}T00:00:00Z`));
