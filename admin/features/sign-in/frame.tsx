import { type ReactNode, useState } from 'react';
import { LanguageChoice } from '../../shared/components/language-choice';
import { Logo } from '../../shared/components/logo';
import { lastClinic } from '../../shared/session/last-clinic';
import classes from './frame.module.css';

/** The page of those who are not signed in. */
export const Frame = ({ children }: { children: ReactNode }) => {
  const [clinic] = useState(lastClinic);
  return (
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
        <div className={classes.language}>
          <LanguageChoice />
        </div>
      </div>
    </main>
  );
};
