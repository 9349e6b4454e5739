import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

/** An empty or failed place: what it is, what to do, and the means to do it. */
export const Notice = ({
  icon: Icon,
  title,
  hint,
  tone = 'calm',
  heading: Heading = 'h2',
  children,
}: {
  icon: TablerIcon;
  title: string;
  hint: string;
  tone?: 'calm' | 'alarm';
  /** `h1` where it is the whole page. */
  heading?: 'h1' | 'h2';
  children?: ReactNode;
}) => (
  <div className={classes.notice} role={tone === 'alarm' ? 'alert' : undefined}>
    <span className={classes.icon} data-tone={tone} aria-hidden="true">
      <Icon size={28} stroke={1.6} />
    </span>
    <Heading className={classes.title}>{title}</Heading>
    <p className={classes.hint}>{hint}</p>
    {children}
  </div>
);
