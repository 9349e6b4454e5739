import { Alert } from '@mantine/core';
import { IconTrashOff } from '@tabler/icons-react';
import { CopyButton } from '../components/copy-button';
import { formatMessage } from '../text/message';
import { useRoomText, useText } from '../text/text';
import classes from './colleague.module.css';
import { FORMS } from './messages';

/** A field of a form as a person reads it. */
export interface Entered {
  readonly label: string;
  readonly value: string;
}

/** The object of this form is gone, what was entered is not: it can be saved as new, copied as text, or dropped by closing. */
export const DeletedMeanwhile = ({
  title,
  hint,
  entered,
}: {
  title: string;
  /** What can be done with the input; absent: save as new, copy, or drop. */
  hint?: string;
  entered: () => readonly Entered[];
}) => {
  const text = useText();
  const words = useRoomText(FORMS).deleted;
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconTrashOff />}
      title={title}
      classNames={{ title: classes.title }}
      role="alert"
      mb="md"
    >
      <p style={{ marginTop: 0 }}>{hint ?? words.hint}</p>
      <CopyButton
        size="compact-sm"
        value={() =>
          entered()
            .filter(({ value }) => value.trim() !== '')
            .map(({ label, value }) => `${formatMessage(text.app.label, { label })} ${value}`)
            .join('\n')
        }
        words={words}
      />
    </Alert>
  );
};
