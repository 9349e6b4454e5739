'use client';

import { Loader, UnstyledButton } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useState } from 'react';
import classes from './search-field.module.css';

/**
 * A room's search field; `/` brings the cursor here, the arrow down leads into the list. It is on the first page, and
 * Mantine's TextInput would add 5 kB to its JavaScript.
 */
export const SearchField = ({
  inputRef,
  label,
  placeholder,
  clearLabel,
  value,
  busy,
  onChange,
  onLeave,
}: {
  inputRef: Ref<HTMLInputElement>;
  label: string;
  placeholder: string;
  clearLabel: string;
  value: string;
  busy: boolean;
  onChange: (value: string) => void;
  onLeave: () => void;
}) => {
  const [focused, setFocused] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && value !== '') {
      event.preventDefault();
      onChange('');
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      onLeave();
    }
  };
  return (
    <div className={classes.search}>
      <IconSearch className={classes.icon} size={16} aria-hidden="true" />
      <input
        ref={inputRef}
        className={classes.input}
        type="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={onKeyDown}
      />
      <span className={classes.end}>
        {busy ? (
          <Loader size={16} aria-hidden="true" />
        ) : value !== '' ? (
          <UnstyledButton className={classes.clear} aria-label={clearLabel} onClick={() => onChange('')}>
            <IconX size={16} aria-hidden="true" />
          </UnstyledButton>
        ) : (
          !focused && (
            <span className={classes.key} aria-hidden="true">
              /
            </span>
          )
        )}
      </span>
    </div>
  );
};
