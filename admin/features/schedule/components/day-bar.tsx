'use client';

import { ActionIcon, Button } from '@mantine/core';
import {
  IconChevronLeft,
  IconChevronRight,
  IconFilter,
  IconPlus,
  IconPrinter,
  IconUser,
} from '@tabler/icons-react';
import { useId } from 'react';
import { addDays, isCalendarDate } from '../../../shared/forms/calendar-days';
import { DateField } from '../../../shared/forms/date-field';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { mondayOf, WEEK_DAYS } from '../model/week';
import type { Grouping, Span, View } from '../queries/use-view';
import classes from './day-bar.module.css';

const ExportDays = lazily(async () => (await import('./export-days')).ExportDays);

const GROUPINGS: readonly Grouping[] = ['practitioner', 'room'];
const SPANS: readonly Span[] = ['day', 'week'];

/** One of a few, side by side. */
const Segments = <Value extends string>({
  label,
  values,
  labels,
  value,
  onChange,
}: {
  label: string;
  values: readonly Value[];
  labels: Readonly<Record<Value, string>>;
  value: Value;
  onChange: (value: Value) => void;
}) => {
  const name = useId();
  return (
    <fieldset className={classes.by}>
      <legend className={classes.spoken}>{label}</legend>
      {values.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name={name}
            className={classes.spoken}
            checked={value === each}
            onChange={() => onChange(each)}
          />
          <span>{labels[each]}</span>
        </label>
      ))}
    </fieldset>
  );
};

/**
 * Which day or week, by what, of whom, and a new appointment. `t` is today, `j` and `k` go a day or a week on and back, `w`
 * changes between the two, `m` is one's own day, `n` books.
 */
export const DayBar = ({
  view,
  today,
  grouped,
  isMine,
  filtering,
  onChange,
  onMine,
  onFilter,
  onPrint,
  onCreate,
}: {
  view: View;
  today: string;
  /** The day stands in columns. */
  grouped: boolean;
  /** One's own day is shown; undefined: the person has none. */
  isMine: boolean | undefined;
  /** The filters are shown. */
  filtering: boolean;
  onChange: (change: Partial<View>) => void;
  onMine: () => void;
  onFilter: () => void;
  onPrint: () => void;
  onCreate: () => void;
}) => {
  const words = useRoomText(scheduleText);
  const week = view.span === 'week';
  const go = (date: string) => onChange({ date, openId: null });
  const turn = (steps: number) => go(addDays(view.date, week ? steps * WEEK_DAYS : steps));
  const show = (span: Span) => onChange({ span, openId: null });
  useHotkey('w', () => show(week ? 'day' : 'week'));
  useHotkey('m', () => isMine !== undefined && onMine());
  useHotkey('t', () => go(today));
  useHotkey('j', () => turn(1));
  useHotkey('k', () => turn(-1));
  useHotkey('n', onCreate);
  return (
    <>
      <div className={classes.days}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={week ? words.previousWeek : words.previousDay}
          aria-keyshortcuts="k"
          onClick={() => turn(-1)}
        >
          <IconChevronLeft size={18} aria-hidden="true" />
        </ActionIcon>
        <Button
          variant="default"
          aria-keyshortcuts="t"
          aria-pressed={week ? mondayOf(view.date) === mondayOf(today) : view.date === today}
          onClick={() => go(today)}
        >
          {words.today}
        </Button>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={week ? words.nextWeek : words.nextDay}
          aria-keyshortcuts="j"
          onClick={() => turn(1)}
        >
          <IconChevronRight size={18} aria-hidden="true" />
        </ActionIcon>
        <DateField
          className={classes.date}
          required
          aria-label={words.date}
          value={view.date}
          onChange={(date) => isCalendarDate(date) && go(date)}
        />
      </div>
      <Segments
        label={words.span.label}
        values={SPANS}
        labels={words.span}
        value={view.span}
        onChange={show}
      />
      {grouped && (
        <Segments
          label={words.by.label}
          values={GROUPINGS}
          labels={words.by}
          value={view.by}
          onChange={(by) => onChange({ by })}
        />
      )}
      <Button
        leftSection={<IconPlus size={18} aria-hidden="true" />}
        aria-keyshortcuts="n"
        onClick={onCreate}
      >
        {words.create}
      </Button>
      <div className={classes.more}>
        {isMine !== undefined && (
          <Button
            variant={isMine ? 'light' : 'default'}
            leftSection={<IconUser size={18} aria-hidden="true" />}
            aria-keyshortcuts="m"
            aria-pressed={isMine}
            onClick={onMine}
          >
            {words.mine.action}
          </Button>
        )}
        <ActionIcon
          variant={filtering ? 'light' : 'default'}
          size={36}
          aria-label={words.filter.label}
          title={words.filter.label}
          aria-expanded={filtering}
          onClick={onFilter}
        >
          <IconFilter size={18} aria-hidden="true" />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={words.print.action}
          title={words.print.action}
          onClick={onPrint}
        >
          <IconPrinter size={18} aria-hidden="true" />
        </ActionIcon>
        <ExportDays date={view.date} />
      </div>
    </>
  );
};
