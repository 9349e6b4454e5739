import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { systemText } from '../messages';
import type { SystemProblem } from '../problems';
import classes from './system-room.module.css';

const MINUTE_MS = 60_000;

/** Each problem in plain words: what it means, since when, and what to do. */
export const ProblemList = ({ problems }: { problems: readonly SystemProblem[] }) => {
  const words = useRoomText(systemText);
  const formats = useFormats();
  const nowMs = useNow(1_000);
  return (
    <ul className={classes.problems} aria-label={words.problems.label}>
      {problems.map(({ kind, severity, host, instanceId, since }) => {
        const said = words.problems[kind];
        return (
          <li key={`${kind}/${instanceId}`} className={classes.problem} data-severity={severity}>
            <h2 className={classes.problemTitle}>
              {said.title}{' '}
              {host !== null && <span className={classes.quiet}>{formatMessage(words.on, { host })}</span>}
            </h2>
            {since !== null && (
              <p className={classes.since}>
                <time dateTime={since} title={formats.dateTime(since)}>
                  {formatMessage(words.since, {
                    time:
                      nowMs - Date.parse(since) < MINUTE_MS
                        ? formats.time(since)
                        : `${formats.time(since)} (${formats.ago(since, nowMs)})`,
                  })}
                </time>
              </p>
            )}
            <p>{said.hint}</p>
            <p>
              <strong>{said.action}</strong>{' '}
              <span className={classes.quiet}>{formatMessage(words.more, { term: said.term })}</span>
            </p>
          </li>
        );
      })}
    </ul>
  );
};
