'use client';

import { Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useRoomText } from '../../../shared/text/text';
import { SHELL } from '../messages';
import classes from './palette.module.css';
import { type Command, matching, useCommands } from './use-commands';

/** Goes to a room or does something by a few typed letters (ARIA combobox with a listbox that is always open). */
export const Palette = ({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) => {
  const words = useRoomText(SHELL).palette;
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [place, setPlace] = useState(0);
  const found = matching(useCommands(onShortcuts), typed);
  const active = found[Math.min(place, found.length - 1)];
  const activeElement = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another active line is scrolled to
  useEffect(() => {
    activeElement.current?.scrollIntoView({ block: 'nearest' });
  }, [active?.id]);

  const run = (command: Command) => {
    // The help takes the place of the palette; everything else is done behind it.
    if (command.id !== 'shortcuts') onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = found.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: place >= last ? 0 : place + 1,
      ArrowUp: place <= 0 ? last : place - 1,
      Home: 0,
      End: last,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setPlace(Math.max(0, step));
    } else if (event.key === 'Enter' && active && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(active);
    }
  };
  const optionId = ({ id }: Command) => `${listId}-${id}`;
  return (
    <Modal.Root opened onClose={onClose} yOffset="12vh" size="lg">
      <Modal.Overlay />
      <Modal.Content aria-label={words.title}>
        <TextInput
          variant="unstyled"
          size="lg"
          className={classes.input}
          leftSection={<IconSearch size={20} aria-hidden="true" />}
          role="combobox"
          aria-label={words.title}
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={active && optionId(active)}
          placeholder={words.placeholder}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          data-autofocus
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setPlace(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div id={listId} role="listbox" aria-label={words.title} className={classes.list}>
          {found.map((command, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which has the focus
            // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names the active line
            <div
              key={command.id}
              id={optionId(command)}
              ref={command === active ? activeElement : undefined}
              role="option"
              aria-selected={command === active}
              className={classes.option}
              onClick={() => run(command)}
              onPointerMove={() => setPlace(index)}
            >
              <span>{command.label}</span>
              <span className={classes.group}>{command.group}</span>
            </div>
          ))}
        </div>
        {found.length === 0 && (
          <p role="status" className={classes.nothing}>
            {words.nothing}
          </p>
        )}
      </Modal.Content>
    </Modal.Root>
  );
};
