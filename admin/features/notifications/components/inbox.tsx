'use client';

import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { IconBellOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { InboxList } from '@wardbell/client/react';
import type { InboxNotice } from '@wardbell/contract';
import { useEffect, useRef, useState } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { toast } from '../../../shared/components/toast';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import room from '../../../shared/room/room.module.css';
import { useApi } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { type NoticeAction, useNoticeAction, useNoticeInbox } from '../use-notice-inbox';
import { InboxRow } from './inbox-row';
import classes from './notice.module.css';
import { useOpenNotice } from './use-open-notice';

const LISTS = ['all', 'unread', 'archived'] as const satisfies InboxList[];

/** Asked of a person before a notice that others wait for leaves the inbox. */
const isAsked = ({ requires_ack, state, acknowledged_at }: InboxNotice): boolean =>
  requires_ack && acknowledged_at === null && (state === 'pending' || state === 'unanswered');

/** What a person does with notices; archiving can be undone. */
const useActions = () => {
  const { inbox: words } = useRoomText(NOTIFICATIONS);
  const { mutate } = useNoticeAction();
  return (notice: InboxNotice, action: NoticeAction): void => {
    const { id } = notice;
    if (action.do !== 'archive') return mutate({ id, action });
    if (isAsked(notice)) return void toast({ tone: 'warning', message: words.ackFirst });
    mutate(
      { id, action },
      {
        onSuccess: async () => {
          const undo = () => {
            mutate({ id, action: { do: 'unarchive' } });
            close();
          };
          const close = await toast({
            id: 'archived-notice',
            message: (
              <>
                {words.didArchive}{' '}
                <Button size="compact-sm" variant="subtle" onClick={undo}>
                  {words.undo}
                </Button>
              </>
            ),
          });
        },
      },
    );
  };
};

/** The inbox of the person: lists, keys and what to do with each notice. */
export const Inbox = () => {
  const text = useText();
  const { inbox: words } = useRoomText(NOTIFICATIONS);
  const api = useApi();
  const address = useAddress();
  const list: InboxList = LISTS.find((known) => known === address.get('list')) ?? 'all';
  const inbox = useNoticeInbox(list);
  const { notices } = inbox;
  const open = useOpenNotice();
  const act = useActions();
  const [currentId, setCurrentId] = useState<string | null>(null);
  const [snoozingId, setSnoozingId] = useState<string | null>(null);
  const buttons = useRef(new Map<string, HTMLButtonElement>());
  const readAll = useMutation({
    mutationFn: (upToSeq: number) =>
      api.call('POST', '/notifications/inbox/read-all', { body: { up_to_seq: upToSeq } }),
  });

  const place = notices.findIndex(({ id }) => id === currentId);
  const current = notices[place];
  const goTo = (index: number) => {
    const next = notices[Math.max(0, Math.min(notices.length - 1, index))];
    if (!next) return;
    setCurrentId(next.id);
    buttons.current.get(next.id)?.focus();
  };
  // Opened from a push message.
  const wanted = address.get('notice');
  const hasWanted = notices.some(({ id }) => id === wanted);
  useEffect(() => {
    if (wanted === null || !hasWanted) return;
    setCurrentId(wanted);
    buttons.current.get(wanted)?.focus();
    address.set({ notice: null });
  }, [wanted, hasWanted, address]);

  useHotkey('j', () => goTo(place + 1));
  useHotkey('k', () => goTo(place - 1));
  useHotkey('e', () => {
    if (!current) return;
    // The next row takes the place of the one that goes.
    if (list !== 'archived') goTo(place + 1 < notices.length ? place + 1 : place - 1);
    act(current, { do: list === 'archived' ? 'unarchive' : 'archive' });
  });
  useHotkey('a', () => current && isAsked(current) && act(current, { do: 'acknowledge' }));
  useHotkey('u', () => current && act(current, { do: current.read_at === null ? 'read' : 'unread' }));
  useHotkey('s', () => current && current.archived_at === null && setSnoozingId(current.id));

  const newest = notices[0]?.seq;
  return (
    <div className={room.sheet}>
      <div className={classes.head}>
        <SegmentedControl
          size="sm"
          aria-label={words.lists}
          value={list}
          onChange={(next) => address.set({ list: next === 'all' ? null : next })}
          data={LISTS.map((value) => ({
            value,
            label:
              value === 'unread' && inbox.unread > 0 ? `${words.unread} (${inbox.unread})` : words[value],
          }))}
        />
        <Button
          className={classes.spring}
          variant="subtle"
          size="compact-md"
          disabled={inbox.unread === 0 || newest === undefined}
          loading={readAll.isPending}
          onClick={() => newest !== undefined && readAll.mutate(newest)}
        >
          {words.readAll}
        </Button>
      </div>
      {!inbox.isLoaded && inbox.error === null ? (
        <div role="status" aria-label={text.app.loading} className={classes.scroll}>
          {[70, 45, 60, 80, 50].map((width) => (
            <div key={width} className={classes.row}>
              <Skeleton height={20} width={20} circle />
              <Skeleton height={12} width={`${width}%`} mt={4} />
            </div>
          ))}
        </div>
      ) : notices.length === 0 ? (
        <div className={room.notice} role="status">
          {inbox.error !== null && !inbox.isLoaded ? (
            <FailureNotice error={inbox.error} onRetry={() => void inbox.reload()} />
          ) : (
            <Notice icon={IconBellOff} {...words.empty[list]} />
          )}
        </div>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
        <section className={classes.scroll} tabIndex={0} aria-label={words[list]}>
          <ul className={classes.list}>
            {notices.map((notice, index) => (
              <InboxRow
                key={notice.id}
                notice={notice}
                isCurrent={current ? notice === current : index === 0}
                isSnoozing={snoozingId === notice.id}
                button={(element) => {
                  if (element) buttons.current.set(notice.id, element);
                  else buttons.current.delete(notice.id);
                }}
                onFocus={() => setCurrentId(notice.id)}
                onOpen={() => open(notice)}
                onAct={(action) => act(notice, action)}
                onSnoozing={(opened) => setSnoozingId(opened ? notice.id : null)}
              />
            ))}
          </ul>
          {inbox.hasMore && (
            <Button className={classes.more} variant="light" onClick={() => void inbox.loadMore()}>
              {words.more}
            </Button>
          )}
        </section>
      )}
      <div className={room.status}>
        <span>{formatMessage(words.counts, { unread: inbox.unread })}</span>
        {inbox.isLoaded && !inbox.live ? (
          <span className={room.warning} role="status">
            {words.stale}
          </span>
        ) : (
          <span className={classes.keys}>{words.keys}</span>
        )}
      </div>
    </div>
  );
};
