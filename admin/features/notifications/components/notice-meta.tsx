import type { InboxNotice } from '@wardbell/contract';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { SYSTEM_ACTOR } from '../../../shared/api/system-actor';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import classes from './notice.module.css';

/** When a notice came, from whom, and what has become of it. */
export const NoticeMeta = ({ notice }: { notice: InboxNotice }) => {
  const words = useRoomText(NOTIFICATIONS);
  const formats = useFormats();
  const colleagues = useColleagueNames();
  const nowMs = useNow(30_000);
  const { sender, sent_at, requires_ack, state, step, acknowledged_at, snoozed_until } = notice;
  const name = colleagues.get(sender);
  const from =
    name === undefined
      ? sender === SYSTEM_ACTOR
        ? words.fromSystem
        : null
      : formatMessage(words.by, { name });
  const isSnoozed = snoozed_until !== null && Date.parse(snoozed_until) > nowMs;
  const parts = [
    from,
    requires_ack && step > 0 ? formatMessage(words.inbox.again, { step }) : null,
    acknowledged_at === null
      ? null
      : formatMessage(words.inbox.acknowledged, { time: formats.time(acknowledged_at) }),
    isSnoozed ? formatMessage(words.inbox.snoozedUntil, { time: formats.time(snoozed_until) }) : null,
  ].filter((part) => part !== null);
  return (
    <span className={classes.meta}>
      {notice.read_at === null && <strong className={classes.new}>{words.unreadMark} · </strong>}
      <time dateTime={sent_at} title={formats.dateTime(sent_at)}>
        {formats.ago(sent_at, nowMs)}
      </time>
      {parts.map((part) => ` · ${part}`)}
      {requires_ack && (
        <span className={classes.state} data-state={state}>
          {' · '}
          {state === 'pending' && acknowledged_at === null ? words.inbox.needsAck : words.inbox.state[state]}
        </span>
      )}
    </span>
  );
};
