'use client';

import { Button, Group, VisuallyHidden } from '@mantine/core';
import type { InboxNotice } from '@wardbell/contract';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { SYSTEM_ACTOR } from '../../../shared/api/system-actor';
import { useNow } from '../../../shared/hooks/use-now';
import { setWaitingNotices } from '../../../shared/session/waiting-notices';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { barOf } from '../model/critical';
import { type NoticeAction, useNoticeAction, useNoticeInbox } from '../use-notice-inbox';
import { useShown } from '../use-shown';
import classes from './critical-bar.module.css';
import { LevelWord } from './notice-body';
import { NoticeWords } from './notice-words';
import { targetOf, useOpenNotice } from './use-open-notice';

const MINUTES = [15, 30, 60] as const;
const MINUTE_S = 60;
/** The key that brings the keyboard to the bar from wherever it is. */
const KEY = 'F8';

const Line = ({ notice }: { notice: InboxNotice }) => {
  const words = useRoomText(NOTIFICATIONS);
  const { bar } = words;
  const formats = useFormats();
  const colleagues = useColleagueNames();
  const nowMs = useNow(10_000);
  const action = useNoticeAction();
  const open = useOpenNotice();
  const nameId = useId();
  const element = useRef<HTMLDivElement>(null);
  useShown(element, notice);
  const { id, title, message, sender, sent_at, step, state, test, held_until } = notice;
  const isTaken = state === 'acknowledged';
  const name = colleagues.get(sender) ?? (sender === SYSTEM_ACTOR ? 'Wardbell' : undefined);
  const ago = formats.ago(sent_at, nowMs);
  const from = name === undefined ? ago : formatMessage(bar.from, { name, ago });
  const details = [
    step > 0 ? formatMessage(bar.step, { step }) : null,
    state === 'unanswered' ? bar.unanswered : null,
    isTaken && held_until !== null
      ? formatMessage(bar.held, { time: formats.clock(Date.parse(held_until)) })
      : null,
    !isTaken && held_until !== null ? bar.overdue : null,
  ].filter((detail) => detail !== null);
  const act = (next: NoticeAction) => action.mutate({ id, action: next });
  const button = {
    size: 'compact-md',
    color: 'dark',
    disabled: action.isPending,
    'aria-describedby': nameId,
  } as const;
  return (
    <div
      ref={element}
      className={classes.line}
      data-state={test ? 'drill' : isTaken ? 'taken' : 'open'}
      data-notice={id}
    >
      <div className={classes.text}>
        <div className={classes.said} role={isTaken ? 'status' : 'alert'}>
          {test && <strong className={classes.drill}>{words.drill}</strong>}
          <LevelWord level={notice.level} />
          <NoticeWords
            title={title}
            message={message}
            nameId={nameId}
            titleClass={classes.title}
            messageClass={classes.message}
          />
          {test && <span className={classes.details}>{words.drillHint}</span>}
          {details.length > 0 && <span className={classes.details}>{details.join(' · ')}</span>}
        </div>
        {/* Not within the alert, which would be read aloud again each minute. */}
        <span className={classes.details}>{from}</span>
      </div>
      <Group gap="xs" className={classes.actions}>
        {targetOf(notice) !== null && (
          <Button {...button} variant="white" onClick={() => open(notice)}>
            {bar.open}
          </Button>
        )}
        {isTaken ? (
          <Button {...button} variant="white" onClick={() => act({ do: 'resolve' })}>
            {bar.resolve}
          </Button>
        ) : (
          <>
            <Button {...button} variant="white" onClick={() => act({ do: 'acknowledge' })}>
              {bar.acknowledge}
            </Button>
            <span className={classes.hold}>
              <span aria-hidden="true">{bar.takeOn}</span>
              {MINUTES.map((n) => (
                <Button
                  {...button}
                  key={n}
                  variant="white"
                  aria-label={formatMessage(bar.takeOnLabel, { n })}
                  onClick={() => act({ do: 'acknowledge', holdS: n * MINUTE_S })}
                >
                  {formatMessage(bar.minutes, { n })}
                </Button>
              ))}
            </span>
          </>
        )}
      </Group>
    </div>
  );
};

/** Keeps the rest of the page below the bar. */
const useRoomForBar = (bar: HTMLElement | null): void => {
  useLayoutEffect(() => {
    const root = document.documentElement;
    if (bar === null) {
      root.style.removeProperty('--bar-height');
      return;
    }
    const observer = new ResizeObserver(() =>
      root.style.setProperty('--bar-height', `${bar.offsetHeight}px`),
    );
    observer.observe(bar);
    return () => {
      observer.disconnect();
      root.style.removeProperty('--bar-height');
    };
  }, [bar]);
};

/**
 * Notices that need an answer, across the top of every room and above dialogs. It never takes the focus; F8 brings it here.
 */
export const CriticalBar = () => {
  const { bar: words } = useRoomText(NOTIFICATIONS);
  const { notices, isLoaded } = useNoticeInbox();
  const [isWhole, setWhole] = useState(false);
  const [element, setElement] = useState<HTMLElement | null>(null);
  const { asking, taken } = barOf(notices);
  const lines = [...asking, ...taken];
  const shown = isWhole ? lines : lines.slice(0, 1);
  const others = lines.length - 1;
  useRoomForBar(element);

  useEffect(() => {
    if (isLoaded) setWaitingNotices(asking.length);
  }, [isLoaded, asking.length]);
  useEffect(() => {
    if (element === null) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== KEY) return;
      event.preventDefault();
      element.querySelector('button')?.focus();
    };
    document.addEventListener('keydown', onKeyDown, true);
    return () => document.removeEventListener('keydown', onKeyDown, true);
  }, [element]);

  if (lines.length === 0) return null;
  return createPortal(
    <section ref={setElement} className={classes.bar} aria-label={words.label} aria-keyshortcuts={KEY}>
      {shown.map((notice) => (
        <Line key={notice.id} notice={notice} />
      ))}
      {others > 0 && (
        <div className={classes.others}>
          <span role="status">{formatMessage(words.count, { n: lines.length })}</span>
          <Button
            size="compact-sm"
            variant="white"
            color="dark"
            aria-expanded={isWhole}
            onClick={() => setWhole(!isWhole)}
          >
            {isWhole ? words.fewer : formatMessage(words.others, { n: others })}
          </Button>
        </div>
      )}
      <VisuallyHidden>{words.key}</VisuallyHidden>
    </section>,
    document.body,
  );
};
