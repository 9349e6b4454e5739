import { TextInput, type TextInputProps } from '@mantine/core';
import { formatMessage } from '../text/message';
import { useRoomText, useWords } from '../text/text';
import { FORMS } from './messages';
import { isIsoTime, isWholeTime, readTime, writeTime } from './typed-time';
import { type TypedValueProps, useTypedValue } from './use-typed-value';

const EXAMPLE = '14:30';

type OwnProps = TypedValueProps & {
  /** The time is the end of something: 24:00 is the midnight that follows, `00:00`. */
  readonly endsDay?: boolean;
};

/** A time of day, written and read as everywhere in the console and typed in any of the usual ways. Its value is `HH:MM`. */
export const TimeField = ({
  value,
  defaultValue,
  onChange,
  onBlur,
  onKeyDown,
  endsDay = false,
  error,
  ...props
}: OwnProps & Omit<TextInputProps, keyof OwnProps>) => {
  const words = useRoomText(FORMS).dates;
  const { locale } = useWords();
  const example = writeTime(EXAMPLE, locale);
  const field = useTypedValue(
    { value, defaultValue, onChange, onBlur, onKeyDown },
    {
      read: (text) => readTime(text, endsDay),
      isWhole: isWholeTime,
      isValue: isIsoTime,
      write: (time) => writeTime(time, locale),
    },
    formatMessage(words.notATime, { example }),
  );
  return (
    <TextInput
      autoComplete="off"
      spellCheck={false}
      // a pad of digits has no room for "PM"
      {...(example.includes(EXAMPLE) ? { inputMode: 'numeric' as const } : {})}
      {...props}
      {...field.input}
      ref={field.inputRef}
      error={field.error ?? error}
    />
  );
};
