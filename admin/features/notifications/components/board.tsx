'use client';

import { Skeleton, VisuallyHidden } from '@mantine/core';
import type { NoticeProgress, SentNotice } from '@wardbell/contract';
import { useId } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { useNow } from '../../../shared/hooks/use-now';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { useProgress } from '../use-sent';
import classes from './escalation.module.css';
import { DrillMark } from './notice-body';
import { Why } from './why';

type Person = NoticeProgress['people'][number];

/** People of the latest step first; of one step those who have taken it on. */
const byStep = (a: Person, b: Person): number =>
  b.step - a.step || Number(b.acknowledged_at !== null) - Number(a.acknowledged_at !== null);

const Due = ({ progress }: { progress: NoticeProgress }) => {
  const words = useRoomText(NOTIFICATIONS).board;
  const formats = useFormats();
  const nowMs = useNow(1_000);
  if (progress.due_at === null) return words.nothingDue;
  const seconds = Math.max(0, Math.ceil((Date.parse(progress.due_at) - nowMs) / 1_000));
  const when = { when: formats.inSeconds(seconds), time: formats.clock(progress.due_at) };
  if (progress.state === 'acknowledged') return formatMessage(words.holdEnds, when);
  return formatMessage(progress.state === 'unanswered' ? words.repeats : words.nextStep, when);
};

const People = ({ people, notice }: { people: readonly Person[]; notice: SentNotice | undefined }) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).board;
  const formats = useFormats();
  const me = useMe();
  const colleagues = useColleagueNames();
  const tableId = useId();
  const timeOf = (at: string | null) => (at === null ? text.app.none : formats.time(at));
  return (
    <div className={classes.scroller}>
      <table className={classes.people}>
        <caption>
          <VisuallyHidden>{words.people}</VisuallyHidden>
        </caption>
        <thead>
          <tr>
            <th scope="col">{words.person}</th>
            <th scope="col">{words.delivered}</th>
            <th scope="col">{words.seen}</th>
            <th scope="col">{words.acknowledged}</th>
          </tr>
        </thead>
        <tbody>
          {people.toSorted(byStep).map((person) => (
            <tr key={person.user_id} data-user={person.user_id}>
              <th scope="row">
                <span id={`${tableId}${person.user_id}`}>
                  {person.user_id === me.id
                    ? text.app.you
                    : (colleagues.get(person.user_id) ?? person.user_id)}
                </span>
                <div className={classes.quiet}>
                  {person.step === 0 ? words.first : formatMessage(words.step, { step: person.step })}
                </div>
              </th>
              <td>{timeOf(person.delivered_at)}</td>
              <td>{timeOf(person.seen_at)}</td>
              <td>
                {timeOf(person.acknowledged_at)}
                {person.acknowledged_at === null && notice !== undefined && (
                  <Why
                    notice={notice}
                    userId={person.user_id}
                    step={person.step}
                    nameId={`${tableId}${person.user_id}`}
                  />
                )}
                {person.note !== null && <div className={classes.quiet}>{person.note}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

/** How far a notice has come, live: who has it, who saw it, who took it on, and what happens next. */
export const Board = ({
  id,
  notice,
  onClose,
}: {
  id: string;
  notice: SentNotice | undefined;
  onClose: () => void;
}) => {
  const words = useRoomText(NOTIFICATIONS);
  const formats = useFormats();
  const { progress, error, retry } = useProgress(id);
  const title = notice?.title ?? notice?.message ?? words.board.title;
  return (
    <Panel label={words.board.title} title={title} focusKey={id} onClose={onClose}>
      {notice?.test && (
        <p>
          <DrillMark /> {words.drillHint}
        </p>
      )}
      {notice && notice.title !== null && <p className={classes.message}>{notice.message}</p>}
      {progress ? (
        <>
          <dl className={panel.facts}>
            <Fact name={words.board.state}>
              <span className={classes.badge} data-state={notice?.requires_ack ? progress.state : undefined}>
                {notice && !notice.requires_ack ? words.sentList.plain : words.inbox.state[progress.state]}
              </span>
            </Fact>
            {notice && <Fact name={words.board.sentAt}>{formats.dateTime(notice.sent_at)}</Fact>}
            {(notice === undefined || notice.requires_ack) && (
              <>
                <Fact name={words.board.stepNow}>
                  {progress.step === 0
                    ? words.board.first
                    : formatMessage(words.board.step, { step: progress.step })}
                </Fact>
                <Fact name={words.board.next}>
                  <Due progress={progress} />
                </Fact>
              </>
            )}
            <Fact name={words.board.reached}>
              <span role="status">
                {formatMessage(words.board.counts, {
                  recipients: progress.recipients,
                  delivered: progress.delivered,
                  seen: progress.seen,
                  acknowledged: progress.acknowledged,
                })}
              </span>
            </Fact>
          </dl>
          <People people={progress.people} notice={notice} />
        </>
      ) : error ? (
        <FailureNotice error={error} onRetry={retry} />
      ) : (
        <Skeleton height={120} />
      )}
    </Panel>
  );
};
