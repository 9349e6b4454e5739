'use client';

import { UnstyledButton } from '@mantine/core';
import { useClickOutside } from '@mantine/hooks';
import { type FocusEvent, type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import classes from './disclosure.module.css';

/**
 * A button of the header and the panel that it opens below itself (ARIA disclosure pattern). Panels are many
 * and the header is on every page: this needs none of the positioning code that a free popover brings.
 */
export const Disclosure = ({
  label,
  button,
  className,
  children,
  ...data
}: {
  /** Names the panel. */
  label: string;
  /** What the button shows; it must name itself. */
  button: ReactNode;
  className?: string | undefined;
  children: ReactNode;
  [name: `data-${string}`]: string | undefined;
}) => {
  const id = useId();
  const [opened, setOpened] = useState(false);
  const target = useRef<HTMLButtonElement>(null);
  const root = useClickOutside<HTMLDivElement>(() => setOpened(false));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !opened) return;
    event.stopPropagation();
    setOpened(false);
    target.current?.focus();
  };
  const onBlur = (event: FocusEvent) => {
    // A click on nothing focusable is no leaving: `useClickOutside` looks after those.
    if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget)) {
      setOpened(false);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens to what its button and its panel let through
    <div ref={root} className={classes.root} onKeyDown={onKeyDown} onBlur={onBlur}>
      <UnstyledButton
        ref={target}
        className={className}
        aria-expanded={opened}
        aria-controls={opened ? id : undefined}
        onClick={() => setOpened((now) => !now)}
        {...data}
      >
        {button}
      </UnstyledButton>
      {opened && (
        <section id={id} aria-label={label} className={classes.panel}>
          {children}
        </section>
      )}
    </div>
  );
};
