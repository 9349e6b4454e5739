import { Alert, Button } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useId } from 'react';
import { formatMessage } from '../text/message';
import { useRoomText, useText } from '../text/text';
import classes from './colleague.module.css';
import { FORMS } from './messages';
import type { Conflicts } from './use-merging-save';

/** A field that both changed: its name, and what the colleague made of it. */
export interface Collision {
  readonly field: string;
  readonly label: string;
  readonly theirs: string;
  readonly onTake: () => void;
}

/** The fields that both changed; taking theirs puts it into the form and settles the conflict. */
export const collisionsOf = <Draft extends Record<keyof Draft & string, string | number>>({
  fields,
  conflicts,
  labelOf,
  onTake,
  shown = (_, theirs) => String(theirs),
}: {
  fields: readonly (keyof Draft & string)[];
  conflicts: Conflicts<Draft>;
  labelOf: (field: keyof Draft & string) => string;
  onTake: (field: keyof Draft & string, theirs: Draft[keyof Draft & string]) => void;
  /** How a value is written for a reader. */
  shown?: (field: keyof Draft & string, theirs: Draft[keyof Draft & string]) => string;
}): Collision[] =>
  fields.flatMap((field) => {
    const theirs: Draft[keyof Draft & string] | undefined = conflicts[field];
    if (theirs === undefined) return [];
    return [
      { field, label: labelOf(field), theirs: shown(field, theirs), onTake: () => onTake(field, theirs) },
    ];
  });

/** What a colleague saved while this form was open, and the choice where both changed the same. */
export const Colleague = ({ title, collisions }: { title: string; collisions: readonly Collision[] }) => {
  const text = useText();
  const words = useRoomText(FORMS).colleague;
  const id = useId();
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
          <span id={`${id}${field}`}>
            {formatMessage(text.app.label, { label })} <strong>{theirs || text.app.none}</strong>
          </span>
          <Button size="compact-sm" variant="default" aria-describedby={`${id}${field}`} onClick={onTake}>
            {words.take}
          </Button>
        </div>
      ))}
    </Alert>
  );
};
