'use client';

import { IconEye, IconPencil } from '@tabler/icons-react';
import type { WorkingOn } from '@wardbell/client';
import { useObjectPresence } from '@wardbell/client/react';
import { useColleagueNames } from '../api/colleagues';
import { useMe } from '../session/context';
import { useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useRoomText, useWords } from '../text/text';
import { WHO_ELSE } from './messages';
import classes from './who-else.module.css';

/** More names are a number. */
const MAX_NAMES = 3;

/** Says to others that this is looked at or edited here, and shows who else does. */
export const WhoElse = (object: WorkingOn) => {
  const words = useRoomText(WHO_ELSE);
  const formats = useFormats();
  const { locale } = useWords();
  const me = useMe();
  const others = useObjectPresence(object).filter((person) => person.user_id !== me.id);
  const nameById = useColleagueNames(others.length > 0);
  const ids = (activity: WorkingOn['activity']) =>
    others.filter((person) => person.activity === activity).map((person) => person.user_id);
  const sentence = (message: string, people: readonly string[]) => {
    const names = people.slice(0, MAX_NAMES).map((id) => nameById.get(id) ?? words.colleague);
    const left = people.length - names.length;
    if (left > 0) names.push(formatMessage(words.more, { formatted: formats.number(left) }));
    return formatMessage(message, {
      n: people.length,
      names: new Intl.ListFormat(locale, { type: 'conjunction' }).format(names),
    });
  };
  const editing = ids('editing');
  const looking = ids('looking');
  return (
    <div role="status" className={classes.people}>
      {editing.length > 0 && (
        <p className={classes.line} data-editing>
          <IconPencil size={16} aria-hidden="true" />
          <span>
            {sentence(words.editing, editing)}
            {object.activity === 'editing' && <span className={classes.hint}>{words.beforeSave}</span>}
          </span>
        </p>
      )}
      {looking.length > 0 && (
        <p className={classes.line}>
          <IconEye size={16} aria-hidden="true" />
          <span>{sentence(words.looking, looking)}</span>
        </p>
      )}
    </div>
  );
};
