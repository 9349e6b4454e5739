import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './figures.module.css';

/** Numbers that are read at a glance, side by side. */
export const Figures = ({
  label,
  stale = false,
  children,
}: {
  label: string;
  stale?: boolean;
  children: ReactNode;
}) => (
  <section className={classes.figures} aria-label={label} data-stale={stale || undefined}>
    {children}
  </section>
);

/** One of them. Without a value it is still on its way. */
export const Figure = ({
  name,
  value,
  hint,
  share,
  heading: Heading = 'h2',
}: {
  name: string;
  value: ReactNode | undefined;
  hint?: ReactNode;
  /** How much of what is allowed, 0 to 1. */
  share?: number | undefined;
  /** `h3` where they stand under a heading of their own. */
  heading?: 'h2' | 'h3';
}) => (
  <div className={classes.figure}>
    <Heading className={classes.name}>{name}</Heading>
    {value === undefined ? <Skeleton height="2rem" width="5rem" /> : <p className={classes.value}>{value}</p>}
    {share !== undefined && (
      <span className={classes.track} aria-hidden="true">
        <span
          className={classes.fill}
          data-full={share >= 0.9 || undefined}
          style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }}
        />
      </span>
    )}
    <div className={classes.hint}>{hint}</div>
  </div>
);
