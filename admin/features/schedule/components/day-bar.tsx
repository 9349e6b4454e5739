'use client';

import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPlus } from '@tabler/icons-react';
import { useId } from 'react';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { addDays, isCalendarDate } from '../model/clock';
import type { Grouping, View } from '../queries/use-view';
import classes from './day-bar.module.css';

const GROUPINGS: readonly Grouping[] = ['practitioner', 'room'];

/** Which day, by what, and a new appointment. `t` is today, `j` and `k` go a day on and back, `n` books. */
export const DayBar = ({
  view,
  today,
  grouped,
  onChange,
  onCreate,
}: {
  view: View;
  today: string;
  /** The day stands in columns. */
  grouped: boolean;
  onChange: (change: Partial<View>) => void;
  onCreate: () => void;
}) => {
  const words = useRoomText(scheduleText);
  const name = useId();
  const go = (date: string) => onChange({ date, openId: null });
  const turn = (days: number) => go(addDays(view.date, days));
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
          aria-label={words.previousDay}
          aria-keyshortcuts="k"
          onClick={() => turn(-1)}
        >
          <IconChevronLeft size={18} aria-hidden="true" />
        </ActionIcon>
        <Button
          variant="default"
          aria-keyshortcuts="t"
          aria-pressed={view.date === today}
          onClick={() => go(today)}
        >
          {words.today}
        </Button>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={words.nextDay}
          aria-keyshortcuts="j"
          onClick={() => turn(1)}
        >
          <IconChevronRight size={18} aria-hidden="true" />
        </ActionIcon>
        <TextInput
          className={classes.date}
          type="date"
          required
          aria-label={words.date}
          value={view.date}
          onChange={({ currentTarget: { value } }) => isCalendarDate(value) && go(value)}
        />
      </div>
      {grouped && (
        <fieldset className={classes.by}>
          <legend className={classes.spoken}>{words.by.label}</legend>
          {GROUPINGS.map((by) => (
            <label key={by}>
              <input
                type="radio"
                name={name}
                className={classes.spoken}
                checked={view.by === by}
                onChange={() => onChange({ by })}
              />
              <span>{words.by[by]}</span>
            </label>
          ))}
        </fieldset>
      )}
      <Button
        leftSection={<IconPlus size={18} aria-hidden="true" />}
        aria-keyshortcuts="n"
        onClick={onCreate}
      >
        {words.create}
      </Button>
    </>
  );
};
