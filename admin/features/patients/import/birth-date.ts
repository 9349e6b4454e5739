import { readDates } from '@wardbell/contract/patient-search';

/** What stands first in dates with slashes or hyphens. With dots it is always the day, in ISO 8601 the year. */
export type DateOrder = 'day' | 'month';

const TWO_NUMBERS = /^(\d{1,2})([-/.])(\d{1,2})\2\d+$/;
/** A time of day behind the date, as databases export it. */
const TIME = /[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/** The order that the dates of a column show; null: none of them tells, or they contradict each other. */
export function findOrder(texts: readonly string[]): DateOrder | null {
  const shown = new Set<DateOrder>();
  for (const text of texts) {
    const [, first = '', sign, second = ''] = TWO_NUMBERS.exec(text.replace(TIME, '')) ?? [];
    if (sign === undefined || sign === '.') continue;
    if (Number(first) > 12) shown.add('day');
    if (Number(second) > 12) shown.add('month');
  }
  const [only] = shown;
  return shown.size === 1 && only !== undefined ? only : null;
}

/** Does the order matter to one of them? */
export const needsOrder = (texts: readonly string[]): boolean =>
  texts.some((text) => {
    const [, , sign = '.'] = TWO_NUMBERS.exec(text.replace(TIME, '')) ?? [];
    return sign !== '.' && readDates(text.replace(TIME, '')).length > 1;
  });

/** The date as `YYYY-MM-DD`; otherwise why it is none. */
export function readBirthDate(
  text: string,
  order: DateOrder,
): { readonly date: string } | { readonly problem: 'date' | 'century' } {
  const plain = text.replace(TIME, '');
  const readings = readDates(plain);
  const [, first, , second] = TWO_NUMBERS.exec(plain) ?? [];
  const fitting =
    first === undefined
      ? readings
      : readings.filter((date) => {
          const [day, month] = order === 'day' || plain.includes('.') ? [first, second] : [second, first];
          return Number(date.slice(8)) === Number(day) && Number(date.slice(5, 7)) === Number(month);
        });
  const [date] = fitting;
  if (date === undefined) return { problem: 'date' };
  return fitting.length === 1 ? { date } : { problem: 'century' };
}
