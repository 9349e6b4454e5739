import type { ReactNode } from 'react';
import { Logo } from '../../shared/components/logo';
import classes from './frame.module.css';

/** The page of those who are not signed in. */
export const Frame = ({
  clinic = null,
  footer,
  children,
}: {
  clinic?: string | null;
  footer?: ReactNode;
  children: ReactNode;
}) => (
  <main className={classes.page}>
    <div className={classes.card}>
      <div className={classes.brand}>
        <Logo size={36} />
        <span className={classes.names}>
          <span>Wardbell</span>
          {clinic !== null && <span className={classes.clinic}>{clinic}</span>}
        </span>
      </div>
      {children}
      {footer}
    </div>
  </main>
);
