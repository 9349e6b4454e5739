import { type ReactNode, useState } from 'react';
import { LanguageChoice } from '../../shared/components/language-choice';
import { lastClinic } from '../../shared/session/last-clinic';
import { Frame } from './frame';
import classes from './frame.module.css';

/** The page of signing in and of unlocking, with the clinic of this browser and the languages. */
export const EntryFrame = ({ children }: { children: ReactNode }) => {
  const [clinic] = useState(lastClinic);
  return (
    <Frame
      clinic={clinic}
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
