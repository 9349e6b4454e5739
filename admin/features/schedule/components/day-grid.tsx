import type { Appointment } from '@wardbell/contract';
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { endMsOf, openingMs, startMsOf } from '../model/axis';
import { HOUR_MS, MINUTE_MS } from '../model/clock';
import { DayColumn, verticalPlace } from './day-column';
import classes from './day-grid.module.css';
import { GutterWidth } from './gutter-width';
import type { Drag } from './use-drag';
import { useInnerWidth } from './use-inner-width';
import type { BoardColumn } from './use-schedule';

/** Height of an hour. With shorter visits than a quarter of an hour all is drawn larger, to be read and hit. */
const HOUR_REM = { usual: 6.5, fine: 9.5 } as const;
const SHORTEST_MS = { usual: 15 * MINUTE_MS, fine: 10 * MINUTE_MS } as const;

/** Where the board opens, as a share of its height: at what matters first in any of its columns. */
const openingShare = (columns: readonly BoardColumn[], today: string, nowMs: number): number => {
  const shares = columns.map(({ date, axis, rows, open }) => {
    const atMs = openingMs(axis, date === today ? nowMs : null, rows, open);
    return (atMs - axis.startMs) / (axis.endMs - axis.startMs);
  });
  return Math.max(0, Math.min(1, ...shares));
};

/** A day with a column for each practitioner or room, or a week with one for each day; time from top to bottom. */
export const DayGrid = ({
  label,
  openedFor,
  columns,
  narrowColumns,
  today,
  nowMs,
  stale,
  drag,
  scroller,
  renderBlock,
  onSlot,
  onTitle,
}: {
  label: string;
  /** Of another one the board opens anew. */
  openedFor: string;
  columns: readonly BoardColumn[];
  /** The columns have little beside each other: they are days of one practitioner or room. */
  narrowColumns: boolean;
  today: string;
  nowMs: number;
  stale: boolean;
  drag: Drag | null;
  scroller: RefObject<HTMLDivElement | null>;
  renderBlock: (appointment: Appointment, compact: boolean) => ReactNode;
  onSlot: (column: BoardColumn, atMs: number) => void;
  /** Absent: the heads of the columns lead nowhere. */
  onTitle?: ((column: BoardColumn) => void) | undefined;
}) => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const density = columns.some(({ rows }) => rows.some((row) => row.duration_minutes < 15))
    ? 'fine'
    : 'usual';
  const shortestMs = SHORTEST_MS[density];
  const [first] = columns;
  const current = columns.find(({ date }) => date === today);

  const gutter = useRef<HTMLDivElement>(null);
  useInnerWidth(scroller, gutter);
  const opening = useRef({ columns, today, nowMs });
  opening.current = { columns, today, nowMs };
  // The reader scrolls from there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each day that is opened
  useLayoutEffect(() => {
    const day = scroller.current;
    if (!day) return;
    const share = openingShare(opening.current.columns, opening.current.today, opening.current.nowMs);
    day.scrollTo({ top: share * day.scrollHeight, behavior: 'instant' });
  }, [openedFor, scroller]);

  if (!first) return null;
  const { axis } = first;
  const nowAxis =
    current && nowMs >= current.axis.startMs && nowMs < current.axis.endMs ? current.axis : null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section of its own would be one more landmark among the columns
    <div
      ref={scroller}
      className={classes.scroller}
      role="group"
      aria-label={label}
      data-stale={stale || undefined}
      data-dragging={drag !== null || undefined}
      data-narrow-columns={narrowColumns || undefined}
      style={{
        '--hour': `${HOUR_REM[density]}rem`,
        '--hours': (axis.endMs - axis.startMs) / HOUR_MS,
        '--columns': columns.length,
      }}
    >
      <div ref={gutter} className={classes.gutter} aria-hidden="true">
        <div className={classes.corner}>
          <GutterWidth />
        </div>
        <div className={classes.times}>
          {axis.hours.map((hour) => (
            <span key={hour} className={classes.time} style={{ top: verticalPlace(axis, hour, hour).top }}>
              {formats.clock(hour)}
            </span>
          ))}
          {nowAxis && (
            <span className={classes.nowTime} style={{ top: verticalPlace(nowAxis, nowMs, nowMs).top }}>
              {formats.clock(nowMs)}
            </span>
          )}
        </div>
      </div>
      {columns.map((column) => (
        <DayColumn
          key={`${column.date}${column.name ?? ''}`}
          column={column}
          shortestMs={shortestMs}
          nowMs={column.date === today ? nowMs : null}
          drag={drag}
          renderBlock={(row) => renderBlock(row, endMsOf(row) - startMsOf(row) < 1.7 * shortestMs)}
          onSlot={(atMs) => onSlot(column, atMs)}
          onTitle={onTitle && (() => onTitle(column))}
        />
      ))}
      <span className={classes.spoken}>{words.block.keys}</span>
    </div>
  );
};
