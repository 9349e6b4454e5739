'use client';

import { VisuallyHidden } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import type { InboxNotice } from '@wardbell/contract';
import { useEffect, useRef } from 'react';
import { Disclosure } from '../../../shared/components/disclosure';
import { Link } from '../../../shared/components/link';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { hideJoined } from '../joined-toast';
import { NOTIFICATIONS } from '../messages';
import { useNoticeInbox } from '../use-notice-inbox';
import { useShown } from '../use-shown';
import { useUnreadMark } from '../use-unread-mark';
import classes from './bell.module.css';
import styles from './notice.module.css';
import { NoticeBody } from './notice-body';
import { NoticeMeta } from './notice-meta';
import { useOpenNotice } from './use-open-notice';

/** As many as fit below a header; the room has the rest. */
const SHOWN = 5;
const MAX_COUNT = 99;

const Line = ({ notice }: { notice: InboxNotice }) => {
  const open = useOpenNotice();
  const element = useRef<HTMLLIElement>(null);
  useShown(element, notice);
  return (
    <li ref={element} className={styles.row} data-unread={notice.read_at === null || undefined}>
      <button type="button" className={classes.line} onClick={() => open(notice)}>
        <NoticeBody {...notice} />
      </button>
      <NoticeMeta notice={notice} />
    </li>
  );
};

const Latest = () => {
  const words = useRoomText(NOTIFICATIONS);
  const { notices } = useNoticeInbox();
  useEffect(hideJoined, []);
  return (
    <>
      {notices.length === 0 ? (
        <p className={classes.nothing}>{words.nothing}</p>
      ) : (
        <ul className={styles.list}>
          {notices.slice(0, SHOWN).map((notice) => (
            <Line key={notice.id} notice={notice} />
          ))}
        </ul>
      )}
      <Link className={classes.all} href="/notifications/">
        {words.all}
      </Link>
    </>
  );
};

/** The bell of the header: how many notices are unread, and the latest. */
export const Bell = () => {
  const words = useRoomText(NOTIFICATIONS);
  const { unread } = useNoticeInbox();
  useUnreadMark(unread);
  return (
    <Disclosure
      label={words.latest}
      className={classes.bell}
      button={
        <>
          <IconBell size={20} stroke={1.7} aria-hidden="true" />
          {unread > 0 && (
            <span className={classes.count} aria-hidden="true">
              {unread > MAX_COUNT ? `${MAX_COUNT}+` : unread}
            </span>
          )}
          <VisuallyHidden>{formatMessage(words.bell, { unread })}</VisuallyHidden>
        </>
      }
    >
      <Latest />
    </Disclosure>
  );
};
