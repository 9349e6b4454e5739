'use client';

import { Button, Skeleton } from '@mantine/core';
import { IconBellOff, IconSend } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { NEW_NOTIFICATION } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { type Notifications, useNotifications } from '../use-notifications';
import classes from './note.module.css';
import { NoteCard } from './note-card';

const Compose = lazily(async () => (await import('./compose')).Compose);

const SOURCE = {
  tenant_admin: 'log',
  super_admin: 'none',
  clinician: 'received',
  front_desk: 'received',
} as const;
const EMPTY = {
  tenant_admin: 'hintAdmin',
  super_admin: 'hintSuper',
  clinician: 'hint',
  front_desk: 'hint',
} as const;

const List = ({ list, onCompose }: { list: Notifications; onCompose: (() => void) | null }) => {
  const words = useRoomText(NOTIFICATIONS);
  const { role } = useMe();
  const [newIds] = useState(() => new Set(list.notes.slice(0, list.unseen).map(({ id }) => id)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what arrives while the list is looked at is seen, too
  useEffect(list.seeAll, [list.notes]);
  if (list.notes.length > 0) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
      <section className={classes.scroll} tabIndex={0} aria-label={words.all}>
        <ul className={classes.list}>
          {list.notes.map((note) => (
            <NoteCard key={note.id} note={note} isNew={newIds.has(note.id)} />
          ))}
        </ul>
      </section>
    );
  }
  return (
    <div className={room.notice} role="status">
      {list.error ? (
        <FailureNotice error={list.error} onRetry={list.retry} />
      ) : (
        <Notice icon={IconBellOff} title={words.empty.title} hint={words.empty[EMPTY[role]]}>
          {onCompose && <Button onClick={onCompose}>{words.compose.action}</Button>}
        </Notice>
      )}
    </div>
  );
};

/** What administrators told everybody, and, for administrators, the means to tell. */
export const NotificationsRoom = () => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS);
  const { role } = useMe();
  const list = useNotifications();
  const [composing, setComposing] = useState(() => hasInput(NEW_NOTIFICATION));
  const tells = role === 'tenant_admin' || role === 'super_admin';
  const compose = () => setComposing(true);
  useHotkey('n', () => tells && compose());
  return (
    <Room
      title={words.title}
      bar={
        tells && (
          <Button
            leftSection={<IconSend size={18} aria-hidden="true" />}
            aria-keyshortcuts="n"
            onClick={compose}
          >
            {words.compose.action}
          </Button>
        )
      }
    >
      <div className={room.sheet}>
        {list.loading ? (
          <div role="status" aria-label={text.app.loading} className={classes.scroll}>
            {[70, 45, 60, 80, 50].map((width) => (
              <div key={width} className={classes.note}>
                <Skeleton height={20} width={20} circle />
                <Skeleton height={12} width={`${width}%`} mt={4} />
              </div>
            ))}
          </div>
        ) : (
          <List list={list} onCompose={tells ? compose : null} />
        )}
        <div className={room.status}>
          <span>{words.source[SOURCE[role]]}</span>
        </div>
      </div>
      {composing && <Compose onClose={() => setComposing(false)} />}
    </Room>
  );
};
