'use client';

import { Anchor } from '@mantine/core';
import { useConnection, useEvents } from '@wardbell/client/react';
import type { InboxNotice } from '@wardbell/contract';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { Link } from '../../../shared/components/link';
import { toast } from '../../../shared/components/toast';
import { useMe } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { hideJoined, JOINED } from '../joined-toast';
import { NOTIFICATIONS } from '../messages';
import { inOneTab, playTone, showOnDesktop } from '../model/alert';
import { Burst } from '../model/burst';
import { isQuiet } from '../model/clinic-time';
import { useNoticeInbox } from '../use-notice-inbox';
import { usePreferences } from '../use-preferences';
import { usePush } from '../use-push';
import { useShown } from '../use-shown';
import classes from './notice.module.css';
import { DrillMark } from './notice-body';
import { NoticeLink } from './notice-link';

/** How long each level stays on the screen; what is urgent stays until it is closed. */
const STAYS_MS = { info: 8_000, warning: 16_000, error: false } as const;

/** Of several at once, whatever their levels: the bell goes on counting them. */
const JOINED_STAYS_MS = 20_000;

/** Where one sees them. */
const INBOX = '/notifications/';

/** What was announced, by whichever screen was there; a lock in between takes the component away, but not the memory. */
let announced: { owner: string; ids: Set<string>; isFirst: boolean } = {
  owner: '',
  ids: new Set(),
  isFirst: true,
};

const InboxLink = () => {
  const words = useRoomText(NOTIFICATIONS);
  return (
    <Anchor component={Link} href={INBOX} size="sm" underline="always">
      {words.all}
    </Anchor>
  );
};

const ToastText = ({ notice }: { notice: InboxNotice }) => {
  const element = useRef<HTMLSpanElement>(null);
  useShown(element, notice);
  return (
    <span ref={element} className={classes.message}>
      {notice.test && (
        <>
          <DrillMark />{' '}
        </>
      )}
      {notice.message} <NoticeLink notice={notice} />
    </span>
  );
};

/** Sound and desktop notification of what arrives, as the person wants it. */
const useAlerts = () => {
  const words = useRoomText(NOTIFICATIONS);
  const preferences = usePreferences();
  const router = useRouter();
  return ({ id, isCritical, step }: { id: string; isCritical: boolean; step: number }) => {
    if (!preferences || (!isCritical && isQuiet(preferences.quiet_hours, Date.now()))) return;
    const { sound, desktop } = preferences;
    if (!sound && !desktop) return;
    void inOneTab(`${id} ${step}`, () => {
      if (sound) void playTone(isCritical ? 'critical' : 'ordinary').catch(() => undefined);
      if (desktop) showOnDesktop(words.desktop, id, () => router.push(`/notifications/?notice=${id}`));
    });
  };
};

/**
 * Says in the corner of the screen what has just arrived; of a burst the first few, then how many more, and in one
 * sentence what has piled up while nobody was there. What needs an acknowledgement is in the bar instead.
 */
export const Announcer = () => {
  const me = useMe();
  const words = useRoomText(NOTIFICATIONS);
  const { notices, unseen, isLoaded, hasMore } = useNoticeInbox();
  const preferences = usePreferences();
  const { state } = useConnection();
  const isLive = useRef(false);
  isLive.current = state.status === 'live';
  const arrivedLive = useRef(new Set<string>());
  const burst = useRef(new Burst());
  const alert = useAlerts();
  usePush();
  useEvents('system_notification', ({ data }) => {
    if (!isLive.current) return;
    if (arrivedLive.current.size > 1_000) arrivedLive.current.clear();
    arrivedLive.current.add(data.id);
    alert({ id: data.id, isCritical: data.requires_ack, step: data.step });
  });

  const path = usePathname();
  useEffect(() => {
    if (path === INBOX) hideJoined();
  }, [path]);

  useEffect(() => {
    if (!isLoaded) return;
    if (announced.owner !== me.id) announced = { owner: me.id, ids: new Set(), isFirst: true };
    const { ids, isFirst } = announced;
    announced.isFirst = false;
    const fresh = notices.filter(
      ({ id, seen_at, read_at, requires_ack }) =>
        !ids.has(id) && seen_at === null && read_at === null && !requires_ack,
    );
    for (const { id } of notices) ids.add(id);
    if (fresh.length === 0 || isQuiet(preferences?.quiet_hours ?? null, Date.now())) return;
    const single = (notice: InboxNotice) =>
      void toast({
        tone: notice.level,
        title: notice.title ?? words.level[notice.level],
        message: <ToastText notice={notice} />,
        autoClose: STAYS_MS[notice.level],
      });
    const join = (title: string, hint: string, tone: 'warning' | 'error') =>
      void toast({
        id: JOINED,
        tone,
        title,
        message: (
          <>
            {hint} <InboxLink />
          </>
        ),
        autoClose: JOINED_STAYS_MS,
      });
    // Sent while this page was loading: nobody was away.
    for (const { id, sent_at } of isFirst ? fresh : [])
      if (Date.parse(sent_at) >= performance.timeOrigin) arrivedLive.current.add(id);
    const missed = fresh.filter(({ id }) => !arrivedLive.current.has(id));
    // Pages that are not loaded may have more of them.
    const missedCount = isFirst && hasMore ? Math.max(missed.length, unseen) : missed.length;
    const toneOf = (some: readonly InboxNotice[]) =>
      some.some(({ level }) => level === 'error') ? 'error' : 'warning';
    if (missed.length > 0)
      join(formatMessage(words.away, { n: missedCount }), words.awayHint, toneOf(missed));
    let more = 0;
    for (const notice of fresh.toReversed()) {
      if (!arrivedLive.current.has(notice.id)) continue;
      const place = burst.current.add(Date.now());
      if (place === 0) single(notice);
      else more = place;
    }
    if (more > 0) join(formatMessage(words.more, { n: more }), words.moreHint, toneOf(fresh));
  }, [notices, unseen, isLoaded, hasMore, me.id, words, preferences]);
  return null;
};
