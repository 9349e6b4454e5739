'use client';

import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import type { PresenceResult } from '@wardbell/client/react';
import { Disclosure } from '../../../shared/components/disclosure';
import { initialsOf } from '../../../shared/components/initials';
import { useNow } from '../../../shared/hooks/use-now';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { PRESENCE } from '../messages';
import { type Person, useNamedPeople, usePeopleHere } from '../use-people-here';
import classes from './people-here.module.css';

/** A list below a header is read, not searched. */
const MAX_SHOWN = 50;
const SHOWN_OF_ID = 8;

/** In the header: how many people of the clinic are online, and who. */
export const PeopleHere = () => {
  const words = useRoomText(PRESENCE);
  const formats = useFormats();
  const people = usePeopleHere();
  const n = people.users.filter(({ status }) => status === 'online').length;
  return (
    <Disclosure
      label={words.title}
      className={classes.button}
      button={
        <>
          <IconUsersGroup size={20} stroke={1.7} aria-hidden="true" />
          {/* Nobody at all: they are not known yet, as whoever reads this is here. */}
          {n > 0 && (
            <span className={classes.count} aria-hidden="true" data-stale={!people.live || undefined}>
              {n > 99 ? '99+' : n}
            </span>
          )}
          <VisuallyHidden>
            {n > 0 ? formatMessage(words.button, { n, formatted: formats.number(n) }) : words.title}
          </VisuallyHidden>
        </>
      }
    >
      <Lists people={people} />
    </Disclosure>
  );
};

const Lists = ({ people }: { people: PresenceResult }) => {
  const text = useText();
  const words = useRoomText(PRESENCE);
  const formats = useFormats();
  const nowMs = useNow(10_000);
  const { users, live, error, refetch } = people;
  const { online, offline } = useNamedPeople(users);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
    <div className={classes.lists} tabIndex={0} data-stale={!live || undefined}>
      {error && online.length === 0 ? (
        <p className={classes.hint} role="alert">
          {words.failed}{' '}
          <UnstyledButton className={classes.retry} onClick={() => void refetch()}>
            {text.app.retry}
          </UnstyledButton>
        </p>
      ) : (
        !live && <p className={classes.hint}>{words.stale}</p>
      )}
      <PersonList
        title={words.online}
        people={online}
        when={({ since }) => formatMessage(words.since, { time: formats.time(since) })}
        isOnline
      />
      {live && online.length <= 1 && <p className={classes.hint}>{words.alone}</p>}
      <PersonList
        title={words.offline}
        people={offline}
        when={({ since }) => formatMessage(words.left, { ago: formats.ago(since, nowMs) })}
        isOnline={false}
      />
    </div>
  );
};

const PersonList = ({
  title,
  people,
  when,
  isOnline,
}: {
  title: string;
  people: readonly Person[];
  when: (person: Person) => string;
  isOnline: boolean;
}) => {
  const me = useMe();
  const words = useRoomText(PRESENCE);
  const formats = useFormats();
  if (people.length === 0) return null;
  const left = people.length - MAX_SHOWN;
  return (
    <>
      <h2 className={classes.title}>{title}</h2>
      <ul className={classes.list} aria-label={title}>
        {people.slice(0, MAX_SHOWN).map((person) => {
          const name = person.name ?? formatMessage(words.unknown, { id: person.id.slice(0, SHOWN_OF_ID) });
          return (
            <li key={person.id} className={classes.person}>
              <span className={classes.initials} data-online={isOnline || undefined} aria-hidden="true">
                {initialsOf(person.name ?? '?')}
              </span>
              <span className={classes.who}>
                <span className={classes.name}>
                  {name}
                  {person.id === me.id && <span className={classes.when}> ({words.you})</span>}
                </span>
                <time className={classes.when} dateTime={person.since} title={formats.dateTime(person.since)}>
                  {when(person)}
                </time>
              </span>
            </li>
          );
        })}
      </ul>
      {left > 0 && (
        <p className={classes.hint}>{formatMessage(words.more, { formatted: formats.number(left) })}</p>
      )}
    </>
  );
};
