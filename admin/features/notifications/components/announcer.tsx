'use client';

import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { toast } from '../../../shared/components/toast';
import { useMe } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { Burst } from '../model/burst';
import { type Note, useInbox } from '../model/inbox';
import classes from './note.module.css';
import { ReviewLink } from './review-link';

/** How long each level stays on the screen; what is urgent stays until it is closed. */
const STAYS_MS = { info: 8_000, warning: 16_000, error: false } as const;

const JOINED = 'joined-notifications';

/** Announced by whichever screen was there; a lock in between takes this component away, but not the memory. */
let announced: { owner: string; seq: number } = { owner: '', seq: 0 };

/** Says in the corner of the screen what has just arrived; of a burst the first few, then how many more. */
export const Announcer = () => {
  const me = useMe();
  const words = useRoomText(NOTIFICATIONS);
  const notes = useInbox(me.id);
  const burst = useRef(new Burst());

  useEffect(() => {
    if (announced.owner !== me.id) announced = { owner: me.id, seq: 0 };
    const fresh = notes.filter(({ seq }) => seq > announced.seq).toReversed();
    const last = fresh.at(-1);
    if (!last) return;
    announced = { owner: me.id, seq: last.seq };
    const single = (note: Note) =>
      void toast({
        tone: note.level,
        title: words.level[note.level],
        message: (
          <span className={classes.message}>
            {note.message}
            <ReviewLink note={note} />
          </span>
        ),
        autoClose: STAYS_MS[note.level],
      });
    const join = (count: number) =>
      void toast({
        id: JOINED,
        tone: 'warning',
        title: formatMessage(words.more, { n: count }),
        message: (
          <>
            {words.moreHint}{' '}
            <Anchor component={Link} href="/notifications/" prefetch={false} size="sm">
              {words.all}
            </Anchor>
          </>
        ),
        autoClose: false,
      });
    let more = 0;
    for (const note of fresh) {
      const place = burst.current.add(Date.now());
      if (place === 0) single(note);
      else more = place;
    }
    if (more > 0) join(more);
  }, [notes, me.id, words]);
  return null;
};
