'use client';

import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../text/text';
import classes from './panel.module.css';
import { useReturnFocus } from './use-return-focus';

/** Details of one object beside its list; on a narrow window it takes the place of the list. */
export const Panel = ({
  label,
  title,
  focusKey,
  children,
  onClose,
}: {
  /** What kind of object this is. */
  label: string;
  title: ReactNode;
  /** The heading takes the focus whenever this changes. */
  focusKey: string;
  children: ReactNode;
  onClose: () => void;
}) => {
  const text = useText();
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // Before the heading takes the focus.
  useReturnFocus(panel);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each object, when there is a heading
  useEffect(() => heading.current?.focus(), [focusKey]);
  return (
    <aside ref={panel} className={classes.panel} aria-label={label} data-panel>
      <header className={classes.head}>
        <h2 ref={heading} tabIndex={-1} className={classes.name}>
          {title}
        </h2>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.app.close} onClick={onClose}>
          <IconX size={20} aria-hidden="true" />
        </ActionIcon>
      </header>
      <div className={classes.body}>{children}</div>
    </aside>
  );
};

/** A name and what it stands for; in a `<dl>` of the class `facts`. */
export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
