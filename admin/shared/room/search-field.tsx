'use client';

import { CloseButton, Kbd, Loader, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useState } from 'react';
import classes from './search-field.module.css';

/** A room's search field; `/` brings the cursor here, the arrow down leads into the list. */
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
  const section = busy ? (
    <Loader size={16} aria-hidden="true" />
  ) : value !== '' ? (
    <CloseButton size="sm" aria-label={clearLabel} onClick={() => onChange('')} />
  ) : focused ? null : (
    <Kbd aria-hidden="true">/</Kbd>
  );
  return (
    <TextInput
      ref={inputRef}
      className={classes.search}
      type="search"
      role="searchbox"
      aria-label={label}
      aria-keyshortcuts="/"
      placeholder={placeholder}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      rightSection={section}
      autoComplete="off"
      spellCheck={false}
      maxLength={200}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onKeyDown={onKeyDown}
    />
  );
};
