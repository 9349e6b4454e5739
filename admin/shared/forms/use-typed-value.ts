import { useUncontrolled } from '@mantine/hooks';
import { type FocusEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';

/** How a field turns what somebody types into the value that a form holds, and back. */
export interface Spelling {
  /** Null for a text that means nothing. */
  readonly read: (text: string) => string | null;
  /** True for a text that need not be left first to be read. */
  readonly isWhole: (text: string) => boolean;
  readonly isValue: (text: string) => boolean;
  readonly write: (value: string) => string;
  /** What is wrong with a value that means something, in words. */
  readonly check?: (value: string) => string | null;
}

export interface TypedValueProps {
  readonly value?: string | undefined;
  readonly defaultValue?: string | undefined;
  /** Gets a value, '' when the field is empty, or the text itself when it means nothing: forms refuse and keep that. */
  readonly onChange?: ((value: string) => void) | undefined;
  /** Called after the field has read its text. */
  readonly onBlur?: ((event: FocusEvent<HTMLInputElement>) => void) | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent<HTMLInputElement>) => void) | undefined;
}

/** What is in the field: not the value's spelling but the person's, until the field is left or Enter is pressed. */
interface Typed {
  readonly text: string;
  readonly before: string;
  readonly after: string;
}

/** A field whose text and value differ. */
export const useTypedValue = (
  { value, defaultValue, onChange, onBlur, onKeyDown }: TypedValueProps,
  { read, isWhole, isValue, write, check }: Spelling,
  wrong: string,
) => {
  const [current, setCurrent] = useUncontrolled<string>({
    finalValue: '',
    ...(value === undefined ? {} : { value }),
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(onChange && { onChange }),
  });
  const [typed, setTyped] = useState<Typed | null>(null);
  const [isWrong, setWrong] = useState(false);
  const inputRef = useRef<HTMLInputElement>(null);
  // another value than the typed one came from elsewhere: it is shown
  const own = typed !== null && (current === typed.before || current === typed.after) ? typed : null;
  const text = own?.text ?? (isValue(current) ? write(current) : current);
  const error =
    own === null && isValue(current)
      ? (check?.(current) ?? null)
      : isWrong && text.trim() !== ''
        ? wrong
        : null;

  const choose = (next: string) => {
    setTyped(null);
    setWrong(false);
    if (next !== current) setCurrent(next);
  };
  const type = (next: string) => {
    const after = isWhole(next) ? (read(next) ?? next) : next.trim() === '' ? '' : next;
    setTyped({ text: next, before: current, after });
    setWrong(false);
    if (after !== current) setCurrent(after);
  };
  const settle = () => {
    if (own === null && isValue(current)) return;
    const meant = text.trim() === '' ? '' : read(text);
    if (meant === null) setWrong(true);
    else choose(meant);
  };
  useEffect(() => inputRef.current?.setCustomValidity(error ?? ''), [error]);

  return {
    value: isValue(current) ? current : null,
    error,
    choose,
    settle,
    inputRef,
    input: {
      value: text,
      onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
        type(event.currentTarget.value),
      onBlur: (event: FocusEvent<HTMLInputElement>) => {
        settle();
        onBlur?.(event);
      },
      onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => {
        if (event.key === 'Enter') settle();
        onKeyDown?.(event);
      },
    },
  };
};
