import { ActionIcon, Popover, TextInput, type TextInputProps } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { lazily } from '../lazily';
import { todayIn, useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useRoomText, useWords } from '../text/text';
import { FIRST_BIRTH_YEAR, isCalendarDate } from './calendar-days';
import { FORMS } from './messages';
import { dateInDigits, isWholeDate, readDate } from './typed-date';
import { type TypedValueProps, useTypedValue } from './use-typed-value';

const Calendar = lazily(async () => (await import('./calendar')).Calendar);

/** Day and month of the example in an error, which differ at a glance. */
const EXAMPLE = '-04-24';
const EXAMPLE_BIRTH_YEAR = '1961';

type OwnProps = TypedValueProps & {
  /** A date of the past, such as a birth date. */
  readonly isPast?: boolean;
  /** The first and the last date that make sense, `YYYY-MM-DD`. */
  readonly min?: string | undefined;
  readonly max?: string | undefined;
};

/**
 * A date, written and read as everywhere in the console: typed in any of the usual ways, or chosen in a calendar. Its value
 * is `YYYY-MM-DD`.
 */
export const DateField = ({
  value,
  defaultValue,
  onChange,
  onBlur,
  onKeyDown,
  isPast = false,
  min,
  max,
  error,
  ...props
}: OwnProps & Omit<TextInputProps, keyof OwnProps>) => {
  const words = useRoomText(FORMS).dates;
  const { locale } = useWords();
  const formats = useFormats();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const today = todayIn(formats.timeZone);
  const exampleYear = isPast ? EXAMPLE_BIRTH_YEAR : today.slice(0, 4);
  const field = useTypedValue(
    { value, defaultValue, onChange, onBlur, onKeyDown },
    {
      read: (text) => readDate(text, { locale, today, isPast }),
      isWhole: isWholeDate,
      isValue: (date) => isCalendarDate(date, isPast ? FIRST_BIRTH_YEAR : undefined),
      write: formats.date,
      check: (date) => {
        if (min && date < min) return formatMessage(words.tooEarly, { date: formats.date(min) });
        return max && date > max ? formatMessage(words.tooLate, { date: formats.date(max) }) : null;
      },
    },
    formatMessage(words.notADate, { example: dateInDigits(exampleYear + EXAMPLE, locale) }),
  );
  const { input } = field;
  const inputId = props.id ?? id;
  const pressKey = (event: KeyboardEvent<HTMLInputElement>) => {
    input.onKeyDown(event);
    if (event.altKey && event.key === 'ArrowDown') {
      event.preventDefault();
      field.settle();
      setOpen(true);
    }
  };
  return (
    <TextInput
      autoComplete="off"
      spellCheck={false}
      {...props}
      {...input}
      id={inputId}
      ref={field.inputRef}
      onKeyDown={pressKey}
      error={field.error ?? error}
      rightSection={
        <Popover
          opened={isOpen}
          onChange={setOpen}
          position="bottom-end"
          shadow="md"
          trapFocus
          returnFocus
          withinPortal
        >
          <Popover.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={
                props['aria-label'] === undefined
                  ? words.calendar
                  : formatMessage(words.calendarOf, { field: props['aria-label'] })
              }
              {...(props.label ? { 'aria-describedby': `${inputId}-label` } : {})}
              disabled={props.disabled ?? false}
              onClick={() => setOpen((open) => !open)}
            >
              <IconCalendar size={18} aria-hidden="true" />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown
            aria-modal="true"
            aria-labelledby={`${id}-choose`}
            p="xs"
            // Mantine's dialogs take Escape in the capture phase of the window unless its target says that it is not for them
            onFocusCapture={({ target }) => target.setAttribute('data-mantine-stop-propagation', 'true')}
          >
            <span id={`${id}-choose`} hidden>
              {words.choose}
            </span>
            <Calendar
              value={field.value}
              today={today}
              isPast={isPast}
              min={min}
              max={max}
              onChoose={(date) => {
                field.choose(date);
                setOpen(false);
              }}
            />
          </Popover.Dropdown>
        </Popover>
      }
    />
  );
};
