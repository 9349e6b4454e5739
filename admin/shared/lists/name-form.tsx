import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useRoomText } from '../text/text';
import { FILTERS } from './messages';
import classes from './saved-filters.module.css';

const MAX_NAME = 60;

/** A field for the name of a filter, with a button. One that can be cancelled takes the focus. */
export const NameForm = ({
  label,
  action,
  initial = '',
  taken,
  busy,
  onSubmit,
  onCancel,
}: {
  label: string;
  action: string;
  initial?: string;
  taken: readonly string[];
  busy: boolean;
  /** `onSaved` empties the field: a name that could not be saved stays. */
  onSubmit: (name: string, onSaved: () => void) => void;
  onCancel?: () => void;
}) => {
  const words = useRoomText(FILTERS);
  const [typed, setTyped] = useState(initial);
  const input = useRef<HTMLInputElement>(null);
  const canCancel = onCancel !== undefined;
  useEffect(() => {
    if (!canCancel) return;
    input.current?.focus();
    input.current?.select();
  }, [canCancel]);
  const name = typed.trim();
  const isTaken = name !== initial && taken.includes(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // the form stands in a room whose own form would be sent as well
    event.stopPropagation();
    if (name === '' || isTaken) return;
    onSubmit(name, () => setTyped(''));
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        className={classes.name}
        size="xs"
        aria-label={label}
        placeholder={label}
        maxLength={MAX_NAME}
        autoComplete="off"
        value={typed}
        error={isTaken && words.taken}
        ref={input}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel?.();
        }}
      />
      <Button type="submit" size="xs" variant="light" loading={busy} disabled={name === '' || isTaken}>
        {action}
      </Button>
    </form>
  );
};
