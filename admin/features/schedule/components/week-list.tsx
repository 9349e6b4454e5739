import { UnstyledButton } from '@mantine/core';
import type { Appointment } from '@wardbell/contract';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import type { BoardColumn } from './use-schedule';
import classes from './week-list.module.css';

const Day = ({
  column,
  current,
  renderBlock,
  onTitle,
}: {
  column: BoardColumn;
  /** It is today. */
  current: boolean;
  renderBlock: (appointment: Appointment) => ReactNode;
  onTitle: () => void;
}) => {
  const words = useRoomText(scheduleText);
  const headingId = useId();
  const { title, rows, closed, open, axis } = column;
  const away = closed.flatMap(({ absence }) => (absence ? [absence.label || words.away] : []));
  const isClosed = open.length === 0 && closed.some(({ absence, endMs }) => !absence && endMs >= axis.endMs);
  return (
    <section
      className={classes.day}
      data-today={current || undefined}
      aria-label={formatMessage(words.column, { name: title, n: rows.length })}
    >
      <h2 id={headingId} className={classes.head}>
        <UnstyledButton className={classes.title} onClick={onTitle}>
          {title}
        </UnstyledButton>
        <span className={classes.count} aria-hidden="true">
          {rows.length}
        </span>
      </h2>
      {[...(isClosed ? [words.closed] : []), ...new Set(away)].map((label) => (
        <p key={label} className={classes.closed}>
          {label}
        </p>
      ))}
      {rows.length > 0 && (
        <ul className={classes.list}>
          {rows.map((row) => (
            <li key={row.id} className={classes.item}>
              {renderBlock(row)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

/** A week of everybody, or on a narrow window: a list for each day, so that no name is squeezed away. */
export const WeekList = ({
  label,
  openedFor,
  columns,
  today,
  stale,
  children,
  renderBlock,
  onTitle,
}: {
  label: string;
  openedFor: string;
  columns: readonly BoardColumn[];
  today: string;
  stale: boolean;
  /** Stands below the week. */
  children?: ReactNode;
  renderBlock: (appointment: Appointment) => ReactNode;
  onTitle: (column: BoardColumn) => void;
}) => {
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each week that is opened
  useLayoutEffect(() => {
    const day = scroller.current?.querySelector('[data-today]');
    day?.scrollIntoView({ block: 'start', inline: 'nearest', behavior: 'instant' });
  }, [openedFor]);
  return (
    <div ref={scroller} className={classes.scroller} data-stale={stale || undefined}>
      {/* biome-ignore lint/a11y/useSemanticElements: a section of its own would be one more landmark among the days */}
      <div className={classes.week} role="group" aria-label={label}>
        {columns.map((column) => (
          <Day
            key={column.date}
            column={column}
            current={column.date === today}
            renderBlock={renderBlock}
            onTitle={() => onTitle(column)}
          />
        ))}
      </div>
      {children}
    </div>
  );
};
