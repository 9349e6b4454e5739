import type { ReactNode } from 'react';
import { Logo } from '../../shared/components/logo';
import classes from './frame.module.css';

/** The page of those who are not signed in. */
export const Frame = ({ children }: { children: ReactNode }) => (
  <main className={classes.page}>
    <div className={classes.card}>
      <div className={classes.brand}>
        <Logo size={36} />
        <span>Wardbell</span>
      </div>
      {children}
    </div>
  </main>
);
