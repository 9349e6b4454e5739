import { Alert, Button } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useText } from '../lib/text/text';
import classes from './colleague.module.css';

/** A field that both changed: its name, and what the colleague made of it. */
export interface Collision {
  readonly field: string;
  readonly label: string;
  readonly theirs: string;
  readonly onTake: () => void;
}

/** What a colleague saved while this form was open, and the choice where both changed the same. */
export const Colleague = ({ title, collisions }: { title: string; collisions: readonly Collision[] }) => {
  const text = useText();
  const words = text.patient.merge;
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconUsers />}
      title={title}
      classNames={{ title: classes.title }}
      role="status"
      mb="md"
    >
      {collisions.length === 0 ? words.taken : words.collided}
      {collisions.map(({ field, label, theirs, onTake }) => (
        <div key={field} className={classes.conflict}>
          <span>
            {label}: <strong>{theirs || text.app.none}</strong>
          </span>
          <Button size="compact-sm" variant="default" onClick={onTake}>
            {words.take}
          </Button>
        </div>
      ))}
    </Alert>
  );
};
