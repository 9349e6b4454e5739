import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useFormats } from '../text/formats';
import { useRoomText, useWords } from '../text/text';
import classes from './calendar.module.css';
import { addDays, addMonths, FIRST_BIRTH_YEAR, firstDayOfWeek, weekOf, weeksOf } from './calendar-days';
import { FORMS } from './messages';

/** Years that are offered before and after the present one, where dates are not of the past. */
const YEARS_AROUND = 10;

/** Where a key leads from a date; undefined: the calendar does not know the key. */
const targetOf = (date: string, { key, shiftKey }: KeyboardEvent, firstDay: number): string | undefined => {
  const week = weekOf(date, firstDay);
  switch (key) {
    case 'ArrowLeft':
      return addDays(date, -1);
    case 'ArrowRight':
      return addDays(date, 1);
    case 'ArrowUp':
      return addDays(date, -7);
    case 'ArrowDown':
      return addDays(date, 7);
    case 'Home':
      return week[0];
    case 'End':
      return week[6];
    case 'PageUp':
      return addMonths(date, shiftKey ? -12 : -1);
    case 'PageDown':
      return addMonths(date, shiftKey ? 12 : 1);
    default:
      return undefined;
  }
};

/**
 * The days of a month in the reader's language, as a grid of one tab stop (date picker dialog of the ARIA Authoring
 * Practices): arrows go by days and weeks, Home and End within the week, Page Up and Page Down by months, with Shift by years.
 */
export const Calendar = ({
  value,
  today,
  isPast,
  min = isPast ? `${FIRST_BIRTH_YEAR}-01-01` : undefined,
  max = isPast ? today : undefined,
  onChoose,
}: {
  value: string | null;
  today: string;
  isPast: boolean;
  min?: string | undefined;
  max?: string | undefined;
  onChoose: (date: string) => void;
}) => {
  const words = useRoomText(FORMS).dates;
  const { locale } = useWords();
  const formats = useFormats();
  const within = (date: string) =>
    min !== undefined && date < min ? min : max !== undefined && date > max ? max : date;
  /** The day that has the focus, or gets it with the next Tab. */
  const [day, setDay] = useState(() => within(value ?? today));
  const grid = useRef<HTMLTableElement>(null);
  const firstDay = useMemo(() => firstDayOfWeek(locale), [locale]);
  const named = useMemo(() => {
    const format = (options: Intl.DateTimeFormatOptions) => {
      const formatter = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
      return (date: string) => formatter.format(Date.parse(date));
    };
    return {
      month: format({ month: 'long' }),
      monthOfYear: format({ month: 'long', year: 'numeric' }),
      weekday: format({ weekday: 'long' }),
      weekdayShort: format({ weekday: 'short' }),
      number: format({ day: 'numeric' }),
    };
  }, [locale]);
  const focusDay = () => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  useEffect(focusDay, []);
  const [year, month] = [day.slice(0, 4), day.slice(5, 7)];
  const thisYear = Number(today.slice(0, 4));
  const [from, to] = isPast
    ? [FIRST_BIRTH_YEAR, thisYear]
    : [thisYear - YEARS_AROUND, thisYear + YEARS_AROUND];
  const years = [...Array(to - from + 1).keys()].map((after) => String(to - after));
  const go = (date: string) => setDay(within(date));
  const pressKey = (event: KeyboardEvent) => {
    const target =
      event.ctrlKey || event.metaKey || event.altKey ? undefined : targetOf(day, event, firstDay);
    if (target === undefined) return;
    event.preventDefault();
    go(target);
    requestAnimationFrame(focusDay);
  };
  const isOutside = (date: string) => within(date) !== date;
  return (
    <div className={classes.calendar}>
      <div className={classes.header}>
        <ActionIcon
          variant="subtle"
          size="lg"
          aria-label={words.previousMonth}
          onClick={() => go(addMonths(day, -1))}
        >
          <IconChevronLeft size={18} aria-hidden="true" />
        </ActionIcon>
        <NativeSelect
          aria-label={words.month}
          value={month}
          data={[...Array(12).keys()].map((index) => {
            const number = String(index + 1).padStart(2, '0');
            return { value: number, label: named.month(`2000-${number}-01`) };
          })}
          onChange={({ currentTarget }) => go(addMonths(day, Number(currentTarget.value) - Number(month)))}
        />
        <NativeSelect
          aria-label={words.year}
          value={year}
          data={years.includes(year) ? years : [year, ...years]}
          onChange={({ currentTarget }) =>
            go(addMonths(day, (Number(currentTarget.value) - Number(year)) * 12))
          }
        />
        <ActionIcon
          variant="subtle"
          size="lg"
          aria-label={words.nextMonth}
          onClick={() => go(addMonths(day, 1))}
        >
          <IconChevronRight size={18} aria-hidden="true" />
        </ActionIcon>
      </div>
      <span className={classes.spoken} aria-live="polite">
        {named.monthOfYear(day)}
      </span>
      <table
        ref={grid}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid of days is a table (ARIA APG)
        role="grid"
        aria-label={named.monthOfYear(day)}
        className={classes.grid}
        onKeyDown={pressKey}
      >
        <thead>
          <tr>
            {weekOf(day, firstDay).map((date) => (
              <th key={date.slice(8)} scope="col" abbr={named.weekday(date)}>
                {named.weekdayShort(date)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(day, firstDay).map((week) => (
            <tr key={week[0]}>
              {week.map((date) => (
                // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: cells of a grid are gridcells
                // biome-ignore lint/a11y/useFocusableInteractive: the button in it has the focus
                <td key={date} role="gridcell" aria-selected={date === value}>
                  <button
                    type="button"
                    className={classes.day}
                    tabIndex={date === day ? 0 : -1}
                    // where the trap of the dialog puts the focus
                    data-autofocus={date === day || undefined}
                    aria-label={formats.fullDate(date)}
                    aria-current={date === today ? 'date' : undefined}
                    data-chosen={date === value || undefined}
                    data-other={date.slice(0, 7) !== day.slice(0, 7) || undefined}
                    disabled={isOutside(date)}
                    onClick={() => onChoose(date)}
                  >
                    {Number(date.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!isOutside(today) && (
        <Button variant="subtle" size="compact-sm" fullWidth mt="xs" onClick={() => onChoose(today)}>
          {words.today}
        </Button>
      )}
    </div>
  );
};
