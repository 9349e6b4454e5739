'use client';

import { Button } from '@mantine/core';
import { IconBellRinging, IconVolume } from '@tabler/icons-react';
import type { WaitingBoard } from '@wardbell/contract';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Splash } from '../../../shared/components/splash';
import { useNow } from '../../../shared/hooks/use-now';
import { useTitle } from '../../../shared/room/use-title';
import { createFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useWords } from '../../../shared/text/text';
import { playTone } from '../../notifications/model/alert';
import { BOARD } from '../messages';
import { useBoard } from '../use-board';
import classes from './board.module.css';

type Row = WaitingBoard['data'][number];

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

/** The key of the link stands behind the `#`, which browsers send to nobody. Null before the page is in a browser. */
const useKeyOfLink = (): string | null =>
  useSyncExternalStore(
    subscribe,
    () => window.location.hash.slice(1),
    () => null,
  );

/** The screen of a waiting room: who is called, by number or initials, and who waits. Works by its link alone, without a session. */
export const Board = () => {
  const words = useRoomText(BOARD);
  const key = useKeyOfLink();
  useTitle(words.title);
  if (key === null) return <Splash />;
  return key === '' ? <Message {...words.noKey} /> : <BoardOf key={key} linkKey={key} />;
};

const Message = ({ title, hint }: { title: string; hint: string }) => (
  <main className={classes.message}>
    <h1>{title}</h1>
    <p>{hint}</p>
  </main>
);

const keyOf = ({ number, since }: Row): string => `${number} ${since}`;

/** What a patient is called by: initials if the link has them, and beside them the number where two have the same. */
const namesOf = ({ number, initials }: Row, rows: readonly Row[]): readonly string[] => {
  if (initials === undefined) return [number];
  const spelled = [...initials].map((letter) => `${letter}.`).join('\u00a0');
  return rows.filter((row) => row.initials === initials).length > 1 ? [spelled, number] : [spelled];
};

const Called = ({ row, rows }: { row: Row; rows: readonly Row[] }) => {
  const [name, number] = namesOf(row, rows);
  return (
    <>
      <strong>{name}</strong> {number !== undefined && <em className={classes.number}>{number}</em>}
    </>
  );
};

/** Chimes when a number is called that was not called before; what was called when the page was opened is no news. */
const useChime = (board: WaitingBoard | null, isOn: boolean): void => {
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (board === null) return;
    const called = board.data.filter(({ state }) => state === 'called').map(keyOf);
    const before = known.current;
    known.current = new Set(called);
    if (before === null || !isOn || called.every((each) => before.has(each))) return;
    void playTone('ordinary').catch(() => undefined);
  }, [board, isOn]);
};

const BoardOf = ({ linkKey }: { linkKey: string }) => {
  const words = useRoomText(BOARD);
  const { locale } = useWords();
  const { board, staleSinceMs, hasEnded } = useBoard(linkKey);
  const [isSoundOn, setSoundOn] = useState(false);
  useChime(board, isSoundOn);
  const nowMs = useNow(1_000);
  if (hasEnded) return <Message {...words.ended} />;
  if (board === null) return <Message title={words.title} hint={words.loading} />;
  const formats = createFormats(locale, board.time_zone);
  const called = board.data.filter(({ state }) => state === 'called');
  const waiting = board.data.filter(({ state }) => state === 'waiting');
  const turnOn = () => {
    setSoundOn(true);
    // The click allows this page to be heard from here on, and one hears how loud it is.
    void playTone('ordinary').catch(() => undefined);
  };
  return (
    <main className={classes.board} data-stale={staleSinceMs !== null || undefined}>
      <header className={classes.header}>
        <h1>{board.clinic}</h1>
        <div role="status">
          {staleSinceMs !== null && (
            <p className={classes.stale}>
              {formatMessage(words.stale, { time: formats.clock(staleSinceMs) })}
            </p>
          )}
        </div>
        {isSoundOn ? (
          <IconBellRinging size={40} role="img" aria-label={words.soundOn} />
        ) : (
          <Button
            size="md"
            variant="light"
            leftSection={<IconVolume size={22} aria-hidden="true" />}
            onClick={turnOn}
          >
            {words.sound}
          </Button>
        )}
        <span className={classes.clock}>{nowMs > 0 && formats.clock(nowMs)}</span>
      </header>
      <section aria-labelledby="called" className={classes.called}>
        <h2 id="called">{words.called}</h2>
        {called.length === 0 && <p className={classes.hint}>{words.nobodyCalled}</p>}
        <ul aria-live="polite" style={{ '--rows': called.length }}>
          {called.map((row) => (
            <li key={keyOf(row)}>
              <Called row={row} rows={board.data} />
              {row.room !== null && <span>{row.room}</span>}
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="waiting" className={classes.waiting}>
        <h2 id="waiting">{words.waiting}</h2>
        {waiting.length === 0 && <p className={classes.hint}>{words.nobodyWaits}</p>}
        <ul style={{ '--rows': waiting.length }}>
          {waiting.map((row) => (
            <li key={keyOf(row)}>
              <Called row={row} rows={board.data} />
            </li>
          ))}
        </ul>
      </section>
    </main>
  );
};
