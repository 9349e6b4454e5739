import { useState } from 'react';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import classes from './step-help.module.css';

/** What the steps beside it mean, on request. */
export const StepHelp = ({
  meanings,
}: {
  /** By the word on the button, in the order of the buttons. */
  meanings: readonly (readonly [label: string, meaning: string])[];
}) => {
  const words = useRoomText(scheduleText).about;
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={classes.help} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.title}</summary>
      {isOpen && (
        <dl>
          {meanings.map(([label, meaning]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
};
