'use client';

import { Loader, Modal, TextInput, VisuallyHidden } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { WithUnbroken } from '../../../shared/components/unbroken';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { SHELL } from '../messages';
import { PALETTE } from './messages';
import classes from './palette.module.css';
import { type Command, matching, useCommands } from './use-commands';
import { useFound } from './use-found';

/** The lines of each group, in the order of the first of each. */
const grouped = (lines: readonly Command[]): readonly (readonly [string, readonly Command[]])[] => {
  const groups = new Map<string, Command[]>();
  for (const line of lines) groups.set(line.group, [...(groups.get(line.group) ?? []), line]);
  return [...groups];
};

/**
 * Goes to a page, a patient, an appointment or a user, or does something, by a few typed letters (ARIA combobox with a
 * listbox that is always open). What is typed may be a patient's name: it is in no address and in no storage.
 */
export const Palette = ({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) => {
  const words = useRoomText(SHELL).palette;
  const more = useRoomText(PALETTE);
  const formats = useFormats();
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [activeId, setActiveId] = useState<string | null>(null);
  const commands = matching(useCommands(onShortcuts), typed);
  const { items, isSearching, hasFailed } = useFound(typed);
  // In the order in which they stand on the screen. What is searched comes after what is there at once.
  const groups = grouped([...commands, ...items]);
  const lines = groups.flatMap(([, ofGroup]) => ofGroup);
  const active = lines.find(({ id }) => id === activeId) ?? lines[0];
  const place = active ? lines.indexOf(active) : -1;
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
    const last = lines.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: place >= last ? 0 : place + 1,
      ArrowUp: place <= 0 ? last : place - 1,
      Home: 0,
      End: last,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActiveId(lines[Math.max(0, step)]?.id ?? null);
    } else if (event.key === 'Enter' && active && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(active);
    }
  };
  const optionId = ({ id }: Command) => `${listId}-${id}`;
  const summary = hasFailed
    ? more.failed
    : isSearching
      ? more.searching
      : formatMessage(more.found, { n: lines.length, formatted: formats.number(lines.length) });
  return (
    <Modal.Root opened onClose={onClose} yOffset="12vh" size="lg">
      <Modal.Overlay />
      <Modal.Content aria-label={words.title}>
        <TextInput
          variant="unstyled"
          size="lg"
          className={classes.input}
          leftSection={
            isSearching ? (
              <Loader size={18} aria-hidden="true" />
            ) : (
              <IconSearch size={20} aria-hidden="true" />
            )
          }
          role="combobox"
          aria-label={words.title}
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-busy={isSearching}
          aria-activedescendant={active && optionId(active)}
          placeholder={items.length === 0 && typed === '' ? more.placeholder : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          data-autofocus
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setActiveId(null);
          }}
          onKeyDown={onKeyDown}
        />
        <div id={listId} role="listbox" aria-label={words.title} className={classes.list}>
          {groups.map(([group, ofGroup], index) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
            <div key={group} role="group" aria-labelledby={`${listId}-group-${index}`}>
              <div id={`${listId}-group-${index}`} className={classes.group} aria-hidden="true">
                {group}
              </div>
              {ofGroup.map((command) => (
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
                  onPointerMove={() => setActiveId(command.id)}
                >
                  <span className={classes.label}>{command.label}</span>
                  {command.detail && (
                    <span className={classes.detail}>
                      <WithUnbroken text={command.detail} number={command.number} />
                    </span>
                  )}
                </div>
              ))}
            </div>
          ))}
        </div>
        <div role="status">
          {lines.length === 0 || hasFailed ? (
            <p className={classes.nothing}>{summary}</p>
          ) : (
            <VisuallyHidden>{summary}</VisuallyHidden>
          )}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
};
