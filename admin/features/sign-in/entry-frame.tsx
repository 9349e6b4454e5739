import { type ReactNode, useState } from 'react';
import { LanguageChoice } from '../../shared/components/language-choice';
import { lastClinic } from '../../shared/session/last-clinic';
import { Frame } from './frame';
import classes from './frame.module.css';

/** The page of signing in and of unlocking, with the languages and the clinic: that of this browser unless another one is known. */
export const EntryFrame = ({ clinic, children }: { clinic?: string | null; children: ReactNode }) => {
  const [last] = useState(lastClinic);
  return (
    <Frame
      clinic={clinic === undefined ? last : clinic}
      footer={
        <div className={classes.language}>
          <LanguageChoice />
        </div>
      }
    >
      {children}
    </Frame>
  );
};
