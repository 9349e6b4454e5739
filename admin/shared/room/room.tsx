'use client';

import { type ReactNode, useId } from 'react';
import classes from './room.module.css';
import { useTitle } from './use-title';

/** The frame of a room: its name, what can be done in it, and what it shows, side by side. */
export const Room = ({
  title,
  bar,
  children,
}: {
  title: string;
  /** Filters and actions, beside the name. */
  bar?: ReactNode;
  children: ReactNode;
}) => {
  const id = useId();
  useTitle(title);
  return (
    <section className={classes.room} aria-labelledby={id} data-room>
      <div className={classes.bar}>
        <h1 id={id} className={classes.title}>
          {title}
        </h1>
        {bar}
      </div>
      <div className={classes.sides}>{children}</div>
    </section>
  );
};
