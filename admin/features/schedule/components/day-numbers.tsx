import { Checkbox, UnstyledButton } from '@mantine/core';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import type { Counts } from '../model/standing';
import classes from './day-numbers.module.css';

const ORDER = ['booked', 'late', 'arrived', 'waiting'] as const satisfies readonly (keyof Counts)[];

/** The day in four numbers, and what else there is to see of it. */
export const DayNumbers = ({
  title,
  counts,
  cancelled,
  withCancelled,
  untimed,
  withUntimed,
  onCancelled,
  onUntimed,
}: {
  title: string;
  /** Undefined while the day is being loaded. */
  counts: Counts | undefined;
  cancelled: number;
  withCancelled: boolean;
  untimed: number;
  withUntimed: boolean;
  onCancelled: (shown: boolean) => void;
  onUntimed: (shown: boolean) => void;
}) => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  return (
    <div className={classes.line}>
      <h2 className={classes.title}>{title}</h2>
      <dl className={classes.numbers} aria-label={words.counts.label}>
        {ORDER.map((name) => (
          <div
            key={name}
            data-name={name}
            data-none={counts?.[name] === 0 || undefined}
            title={words.counts.hint[name]}
          >
            <dt>{words.counts[name]}</dt>
            <dd>{counts ? formats.number(counts[name]) : '–'}</dd>
          </div>
        ))}
      </dl>
      <div className={classes.more}>
        {(cancelled > 0 || withCancelled) && (
          <Checkbox
            size="xs"
            label={formatMessage(words.showCancelled, { n: cancelled })}
            checked={withCancelled}
            onChange={(event) => onCancelled(event.currentTarget.checked)}
          />
        )}
        {untimed > 0 && (
          <UnstyledButton
            className={classes.untimed}
            aria-expanded={withUntimed}
            onClick={() => onUntimed(!withUntimed)}
          >
            {words.untimed.label}
            <span className={classes.badge}>{formats.number(untimed)}</span>
          </UnstyledButton>
        )}
      </div>
    </div>
  );
};
