import { VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle, IconUrgent, type TablerIcon } from '@tabler/icons-react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import type { Note } from '../model/inbox';
import classes from './note.module.css';
import { ReviewLink } from './review-link';

const ICONS: Record<Note['level'], TablerIcon> = {
  info: IconInfoCircle,
  warning: IconAlertTriangle,
  error: IconUrgent,
};

/** What a notification says and how urgent it is. */
export const NoteBody = ({
  level,
  message,
  break_glass_id,
  approval_id,
}: Pick<Note, 'level' | 'message' | 'break_glass_id' | 'approval_id'>) => {
  const words = useRoomText(NOTIFICATIONS);
  const Icon = ICONS[level];
  return (
    <>
      <span className={classes.icon} data-level={level} aria-hidden="true">
        <Icon size={20} stroke={1.8} />
      </span>
      <VisuallyHidden>{words.level[level]}: </VisuallyHidden>
      <span className={classes.message}>
        {message}
        <ReviewLink note={{ break_glass_id, approval_id }} />
      </span>
    </>
  );
};

/** One notification in a list. */
export const NoteCard = ({ note, isNew }: { note: Note; isNew: boolean }) => {
  const words = useRoomText(NOTIFICATIONS);
  const formats = useFormats();
  const colleagues = useColleagueNames();
  const nowMs = useNow(30_000);
  const name = note.actor_id === undefined ? undefined : colleagues.get(note.actor_id);
  return (
    <li className={classes.note} data-new={isNew || undefined}>
      <NoteBody {...note} />
      <span className={classes.meta}>
        {isNew && <strong className={classes.new}>{words.isNew} · </strong>}
        <time dateTime={note.timestamp} title={formats.dateTime(note.timestamp)}>
          {formats.ago(note.timestamp, nowMs)}
        </time>
        {name !== undefined && ` · ${formatMessage(words.by, { name })}`}
      </span>
    </li>
  );
};
