import type { Appointment } from '@wardbell/contract';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import classes from './day-list.module.css';
import { blockId } from './use-day-keys';

/** The day on a narrow window: one list by time. */
export const DayList = ({
  label,
  date,
  firstId,
  rows,
  stale,
  children,
  renderBlock,
}: {
  label: string;
  date: string;
  /** What matters first: the list opens at it. */
  firstId: string | undefined;
  rows: readonly Appointment[];
  stale: boolean;
  /** Stands below the day. */
  children: ReactNode;
  renderBlock: (appointment: Appointment) => ReactNode;
}) => {
  const words = useRoomText(scheduleText);
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each day that is opened
  useLayoutEffect(() => {
    const first = firstId === undefined ? null : document.getElementById(blockId(firstId));
    if (!first || !scroller.current) return;
    const { top } = scroller.current.getBoundingClientRect();
    scroller.current.scrollBy({ top: first.getBoundingClientRect().top - top - 8, behavior: 'instant' });
  }, [date]);
  return (
    <div ref={scroller} className={classes.scroller} data-stale={stale || undefined}>
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
