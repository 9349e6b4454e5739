import { VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle, IconUrgent, type TablerIcon } from '@tabler/icons-react';
import type { InboxNotice } from '@wardbell/contract';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import classes from './notice.module.css';
import { NoticeWords } from './notice-words';

export type Level = InboxNotice['level'];

const ICONS: Record<Level, TablerIcon> = {
  info: IconInfoCircle,
  warning: IconAlertTriangle,
  error: IconUrgent,
};

/** How urgent a notice is, for screen readers. */
export const LevelWord = ({ level }: { level: Level }) => {
  const text = useText();
  const label = useRoomText(NOTIFICATIONS).level[level];
  return <VisuallyHidden>{formatMessage(text.app.label, { label })} </VisuallyHidden>;
};

/** How urgent a notice is, as a symbol and for screen readers. */
export const LevelIcon = ({ level }: { level: Level }) => {
  const Icon = ICONS[level];
  return (
    <span className={classes.icon} data-level={level}>
      <Icon size={20} stroke={1.8} aria-hidden="true" />
      <LevelWord level={level} />
    </span>
  );
};

/** Marks a drill wherever a notice is shown. */
export const DrillMark = () => {
  const words = useRoomText(NOTIFICATIONS);
  return <span className={classes.drill}>{words.drill}</span>;
};

/** What a notice says and how urgent it is. */
export const NoticeBody = ({
  level,
  title,
  message,
  test,
  nameId,
}: Pick<InboxNotice, 'level' | 'title' | 'message' | 'test'> & {
  /** Id of the element that names the notice. */
  nameId?: string;
}) => (
  <>
    <LevelIcon level={level} />
    <span className={classes.text}>
      {test && <DrillMark />}
      <NoticeWords
        title={title}
        message={message}
        nameId={nameId}
        titleClass={classes.title}
        messageClass={classes.message}
      />
    </span>
  </>
);
