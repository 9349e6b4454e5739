import type { Appointment } from '@wardbell/contract';
import type { ReactNode } from 'react';
import { scheduleText } from '../../lib/text/schedule';
import { useRoomText } from '../../lib/text/text';
import classes from './day-list.module.css';

/** The day on a narrow window: one list by time. */
export const DayList = ({
  label,
  rows,
  stale,
  children,
  renderBlock,
}: {
  label: string;
  rows: readonly Appointment[];
  stale: boolean;
  /** Stands below the day. */
  children: ReactNode;
  renderBlock: (appointment: Appointment) => ReactNode;
}) => {
  const words = useRoomText(scheduleText);
  return (
    <div className={classes.scroller} data-stale={stale || undefined}>
      {rows.length === 0 ? (
        <p className={classes.empty}>{words.emptyList}</p>
      ) : (
        <ul className={classes.list} aria-label={label}>
          {rows.map((row) => (
            <li key={row.id} className={classes.item}>
              {renderBlock(row)}
            </li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
};
