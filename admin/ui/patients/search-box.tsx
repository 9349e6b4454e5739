'use client';

import { CloseButton, Kbd, Loader, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useState } from 'react';
import { useText } from '../../lib/text/text';
import classes from './search-box.module.css';

/** The search field of the patient list; `/` brings the cursor here, the arrow down leads into the list. */
export const SearchBox = ({
  inputRef,
  value,
  busy,
  onChange,
  onLeave,
}: {
  inputRef: Ref<HTMLInputElement>;
  value: string;
  busy: boolean;
  onChange: (value: string) => void;
  onLeave: () => void;
}) => {
  const words = useText().patients;
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
    <CloseButton size="sm" aria-label={words.clearSearch} onClick={() => onChange('')} />
  ) : focused ? null : (
    <Kbd aria-hidden="true">/</Kbd>
  );
  return (
    <TextInput
      ref={inputRef}
      className={classes.search}
      type="search"
      role="searchbox"
      aria-label={words.search}
      aria-keyshortcuts="/"
      placeholder={words.searchPlaceholder}
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
