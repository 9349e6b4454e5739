'use client';

import { VisuallyHidden } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { Disclosure } from '../../../shared/components/disclosure';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { useNotifications } from '../use-notifications';
import classes from './bell.module.css';
import note from './note.module.css';
import { NoteCard } from './note-card';

/** As many as fit below a header; the room has the rest. */
const SHOWN = 5;

/** Marks what is looked at as seen when it has been looked at: what was new stays marked while it is open. */
const Latest = () => {
  const words = useRoomText(NOTIFICATIONS);
  const { notes, unseen, seeAll } = useNotifications();
  const [newIds] = useState(() => new Set(notes.slice(0, unseen).map(({ id }) => id)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what arrives while the list is open is seen, too
  useEffect(seeAll, [notes]);
  return (
    <>
      {notes.length === 0 ? (
        <p className={classes.nothing}>{words.nothing}</p>
      ) : (
        <ul className={note.list}>
          {notes.slice(0, SHOWN).map((one) => (
            <NoteCard key={one.id} note={one} isNew={newIds.has(one.id)} />
          ))}
        </ul>
      )}
      <Link className={classes.all} href="/notifications/" prefetch={false}>
        {words.all}
      </Link>
    </>
  );
};

/** The bell of the header: how many notifications nobody has looked at, and the latest of them. */
export const Bell = () => {
  const words = useRoomText(NOTIFICATIONS);
  const { unseen } = useNotifications();
  return (
    <Disclosure
      label={words.latest}
      className={classes.bell}
      button={
        <>
          <IconBell size={20} stroke={1.7} aria-hidden="true" />
          {unseen > 0 && (
            <span className={classes.count} aria-hidden="true">
              {unseen > 9 ? '9+' : unseen}
            </span>
          )}
          <VisuallyHidden>{formatMessage(words.bell, { unseen })}</VisuallyHidden>
        </>
      }
    >
      <Latest />
    </Disclosure>
  );
};
