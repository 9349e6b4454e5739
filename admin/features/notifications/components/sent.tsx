'use client';

import { Button, Skeleton, UnstyledButton } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import type { SentNotice } from '@wardbell/contract';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useNow } from '../../../shared/hooks/use-now';
import room from '../../../shared/room/room.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { useSentNotices } from '../use-sent';
import { Board } from './board';
import classes from './escalation.module.css';
import { DrillMark } from './notice-body';

const Item = ({ notice, isOpen, onOpen }: { notice: SentNotice; isOpen: boolean; onOpen: () => void }) => {
  const words = useRoomText(NOTIFICATIONS);
  const formats = useFormats();
  const nowMs = useNow(30_000);
  const { title, message, state, requires_ack, test, sent_at } = notice;
  return (
    <li
      className={classes.item}
      data-state={requires_ack ? state : undefined}
      data-open={isOpen || undefined}
    >
      <UnstyledButton className={classes.itemText} aria-pressed={isOpen} onClick={onOpen}>
        <strong>
          {test && <DrillMark />} {title ?? message}
        </strong>
        {title !== null && <span>{message}</span>}
        <span className={classes.quiet}>
          {formats.ago(sent_at, nowMs)} ·{' '}
          {formatMessage(requires_ack ? words.sentList.asked : words.sentList.told, {
            recipients: notice.recipients,
            seen: notice.seen,
            acknowledged: notice.acknowledged,
          })}
        </span>
      </UnstyledButton>
      <span className={classes.badge} data-state={requires_ack ? state : undefined}>
        {requires_ack ? words.inbox.state[state] : words.sentList.plain}
      </span>
    </li>
  );
};

/** The notices of the clinic and, beside them, how far one has come. */
export const Sent = () => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS);
  const address = useAddress();
  const list = useSentNotices();
  const openId = address.get('id');
  const close = () => address.set({ id: null }, 'push');
  useHotkey('Escape', () => openId !== null && close());
  return (
    <>
      <div className={room.sheet}>
        {list.rows.length > 0 ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
          <section className={room.notice} tabIndex={0} aria-label={words.tabs.sent}>
            <ul className={classes.list}>
              {list.rows.map((notice) => (
                <Item
                  key={notice.id}
                  notice={notice}
                  isOpen={notice.id === openId}
                  onOpen={() => address.set({ id: notice.id }, 'push')}
                />
              ))}
            </ul>
            {!list.complete && (
              <Button m="md" variant="light" onClick={list.loadMore}>
                {words.inbox.more}
              </Button>
            )}
          </section>
        ) : list.loading ? (
          <div className={classes.page} role="status" aria-label={text.app.loading}>
            <Skeleton height={48} />
          </div>
        ) : (
          <div className={room.notice} role="status">
            {list.error ? (
              <FailureNotice error={list.error} onRetry={list.retry} />
            ) : (
              <Notice icon={IconSend} {...words.sentList.empty} />
            )}
          </div>
        )}
      </div>
      {openId !== null && (
        <Board key={openId} id={openId} notice={list.rows.find(({ id }) => id === openId)} onClose={close} />
      )}
    </>
  );
};
