'use client';

import { ActionIcon, Button, Menu, UnstyledButton } from '@mantine/core';
import {
  IconArchive,
  IconArchiveOff,
  IconClock,
  IconMail,
  IconMailOpened,
  type TablerIcon,
} from '@tabler/icons-react';
import type { InboxNotice } from '@wardbell/contract';
import { type Ref, useId, useRef } from 'react';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { snoozeTimes } from '../model/clinic-time';
import type { NoticeAction } from '../use-notice-inbox';
import { useShown } from '../use-shown';
import classes from './notice.module.css';
import { NoticeBody } from './notice-body';
import { NoticeLink } from './notice-link';
import { NoticeMeta } from './notice-meta';

const Tool = ({
  icon: Icon,
  label,
  nameId,
  onClick,
}: {
  icon: TablerIcon;
  label: string;
  /** Id of the element that names the notice. */
  nameId: string;
  onClick: () => void;
}) => (
  <ActionIcon
    variant="subtle"
    color="gray"
    size="lg"
    aria-label={label}
    aria-describedby={nameId}
    title={label}
    onClick={onClick}
  >
    <Icon size={18} stroke={1.7} aria-hidden="true" />
  </ActionIcon>
);

const SnoozeMenu = ({
  isSnoozed,
  opened,
  nameId,
  onToggle,
  onAct,
}: {
  isSnoozed: boolean;
  nameId: string;
  opened: boolean;
  onToggle: (opened: boolean) => void;
  onAct: (action: NoticeAction) => void;
}) => {
  const { inbox: words } = useRoomText(NOTIFICATIONS);
  const formats = useFormats();
  const snooze = (until: string | null) => onAct({ do: 'snooze', until });
  return (
    <Menu opened={opened} onChange={onToggle} position="bottom-end" withinPortal shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={words.snooze}
          aria-describedby={nameId}
          title={words.snooze}
        >
          <IconClock size={18} stroke={1.7} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {snoozeTimes(formats.timeZone, Date.now()).map(({ name, atMs }) => (
          <Menu.Item key={name} onClick={() => snooze(new Date(atMs).toISOString())}>
            {formatMessage(words.snoozeFor[name], { time: formats.clock(atMs) })}
          </Menu.Item>
        ))}
        {isSnoozed && <Menu.Item onClick={() => snooze(null)}>{words.endSnooze}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
};

/** A notice of the inbox with what can be done about it. */
export const InboxRow = ({
  notice,
  isCurrent,
  isSnoozing,
  button,
  onFocus,
  onOpen,
  onAct,
  onSnoozing,
}: {
  notice: InboxNotice;
  /** The keyboard is at this row. */
  isCurrent: boolean;
  isSnoozing: boolean;
  button: Ref<HTMLButtonElement>;
  onFocus: () => void;
  onOpen: () => void;
  onAct: (action: NoticeAction) => void;
  onSnoozing: (opened: boolean) => void;
}) => {
  const { inbox: words } = useRoomText(NOTIFICATIONS);
  const nameId = useId();
  const element = useRef<HTMLLIElement>(null);
  useShown(element, notice);
  const { read_at, archived_at, acknowledged_at, requires_ack, state, snoozed_until } = notice;
  const isOpen = state === 'pending' || state === 'unanswered';
  const isAsked = requires_ack && isOpen && acknowledged_at === null;
  const isSnoozed = snoozed_until !== null && Date.parse(snoozed_until) > Date.now();
  return (
    <li
      ref={element}
      className={classes.row}
      data-unread={read_at === null || undefined}
      data-critical={isAsked || undefined}
    >
      <UnstyledButton
        ref={button}
        className={classes.open}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={onFocus}
        onClick={onOpen}
      >
        <span className={classes.openInner}>
          <NoticeBody {...notice} nameId={nameId} />
        </span>
        <NoticeMeta notice={notice} />
      </UnstyledButton>
      <span className={classes.actions}>
        <NoticeLink
          notice={notice}
          nameId={nameId}
          onOpen={() => read_at === null && onAct({ do: 'read' })}
        />
        {isAsked && (
          <Button
            size="compact-sm"
            color="red.8"
            aria-describedby={nameId}
            onClick={() => onAct({ do: 'acknowledge' })}
          >
            {words.acknowledge}
          </Button>
        )}
        {requires_ack && acknowledged_at !== null && state === 'acknowledged' && (
          <Button
            size="compact-sm"
            variant="light"
            aria-describedby={nameId}
            onClick={() => onAct({ do: 'resolve' })}
          >
            {words.resolve}
          </Button>
        )}
        {read_at === null ? (
          <Tool
            icon={IconMailOpened}
            label={words.read}
            nameId={nameId}
            onClick={() => onAct({ do: 'read' })}
          />
        ) : (
          <Tool
            icon={IconMail}
            label={words.markUnread}
            nameId={nameId}
            onClick={() => onAct({ do: 'unread' })}
          />
        )}
        {archived_at === null && !isAsked && (
          <SnoozeMenu
            isSnoozed={isSnoozed}
            opened={isSnoozing}
            nameId={nameId}
            onToggle={onSnoozing}
            onAct={onAct}
          />
        )}
        {archived_at === null ? (
          <Tool
            icon={IconArchive}
            label={words.archive}
            nameId={nameId}
            onClick={() => onAct({ do: 'archive' })}
          />
        ) : (
          <Tool
            icon={IconArchiveOff}
            label={words.unarchive}
            nameId={nameId}
            onClick={() => onAct({ do: 'unarchive' })}
          />
        )}
      </span>
    </li>
  );
};
