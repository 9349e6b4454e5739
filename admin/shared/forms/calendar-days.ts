/** Arithmetic with calendar dates, `YYYY-MM-DD`. */

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

const utc = (date: string): Date => new Date(`${date}T00:00:00Z`);
const toDate = (at: Date): string => at.toISOString().slice(0, 10);

/** The date so many days later. */
export const addDays = (date: string, days: number): string =>
  toDate(new Date(utc(date).getTime() + days * DAY_MS));

/** The years of the contract's dates; people may have been born before. */
const FIRST_YEAR = 1900;
export const FIRST_BIRTH_YEAR = 1850;
const LAST_YEAR = 2199;

/** True for a date that the calendar has, in the years of the contract. */
export const isCalendarDate = (value: string | null, firstYear = FIRST_YEAR): value is string => {
  if (value === null || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const year = Number(value.slice(0, 4));
  return (
    year >= firstYear && year <= LAST_YEAR && !Number.isNaN(Date.parse(value)) && addDays(value, 0) === value
  );
};

/** The same day so many months later, or the last one of a month that is shorter. */
export const addMonths = (date: string, months: number): string => {
  const at = utc(date);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return toDate(new Date(Date.UTC(year, month, Math.min(at.getUTCDate(), lastDay))));
};

/** The seven days around a date. `firstDay` is 1 for Monday to 7 for Sunday. */
export const weekOf = (date: string, firstDay: number): readonly string[] => {
  const back = (utc(date).getUTCDay() - firstDay + 2 * WEEK_DAYS) % WEEK_DAYS;
  return [...Array(WEEK_DAYS).keys()].map((day) => addDays(date, day - back));
};

/** The weeks that the month of a date touches. */
export const weeksOf = (date: string, firstDay: number): readonly (readonly string[])[] => {
  const first = `${date.slice(0, 7)}-01`;
  const weeks: (readonly string[])[] = [];
  for (let day = first; (weekOf(day, firstDay)[0] ?? '') < addMonths(first, 1); day = addDays(day, WEEK_DAYS))
    weeks.push(weekOf(day, firstDay));
  return weeks;
};

/** Older engines have the attribute, newer ones the method. */
interface WithWeek {
  readonly getWeekInfo?: () => { readonly firstDay: number };
  readonly weekInfo?: { readonly firstDay: number };
}

/** The day on which weeks begin where the language is spoken: 1 for Monday to 7 for Sunday. */
export const firstDayOfWeek = (locale: string): number => {
  const known: Intl.Locale & WithWeek = new Intl.Locale(locale);
  return (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1;
};
