'use client';

import { Autocomplete } from '@mantine/core';
import { EVENT_TYPES } from '@wardbell/contract/event-types';
import { useState } from 'react';
import { useRoomText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import classes from './events-room.module.css';
import { useEventWords } from './use-event-words';

/** As the contract has it; its schema would bring zod into the room. */
const TYPE = /^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/;

export const isEventType = (value: string | null): value is string => value !== null && TYPE.test(value);

/** One type of event: one of ours, one that was seen, or any that is typed. */
export const TypeFilter = ({
  value,
  seen,
  onChange,
}: {
  value: string | null;
  /** Types that are loaded. */
  seen: readonly string[];
  onChange: (type: string | null) => void;
}) => {
  const words = useRoomText(EVENTS);
  const { typeOf } = useEventWords();
  const [typed, setTyped] = useState(value ?? '');
  const invalid = typed.trim() !== '' && !isEventType(typed.trim());
  const apply = (next: string) => {
    const type = next.trim();
    if (type === '') onChange(null);
    else if (isEventType(type)) onChange(type);
  };
  return (
    <Autocomplete
      className={classes.type}
      aria-label={words.type}
      placeholder={words.typePlaceholder}
      data={[...new Set([...Object.keys(EVENT_TYPES), ...seen])]}
      renderOption={({ option: { value: type } }) => (
        <span className={classes.option}>
          {typeOf(type)}
          {typeOf(type) !== type && <code>{type}</code>}
        </span>
      )}
      filter={({ options, search }) =>
        options.filter(
          (option) =>
            'value' in option &&
            [option.value, typeOf(option.value)].some((name) =>
              name.toLowerCase().includes(search.trim().toLowerCase()),
            ),
        )
      }
      value={typed}
      error={invalid && words.typeInvalid}
      clearable
      clearButtonProps={{ 'aria-label': words.showAll }}
      onChange={(next) => {
        setTyped(next);
        if (next === '') onChange(null);
      }}
      onOptionSubmit={apply}
      onBlur={() => apply(typed)}
      onKeyDown={(event) => event.key === 'Enter' && apply(typed)}
    />
  );
};
