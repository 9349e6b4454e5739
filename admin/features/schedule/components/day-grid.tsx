import type { Appointment } from '@wardbell/contract';
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { type Axis, endMsOf, startMsOf } from '../model/axis';
import { HOUR_MS, MINUTE_MS } from '../model/clock';
import type { Looks } from '../model/column-looks';
import type { DayColumn as Column } from '../model/columns';
import { DayColumn, verticalPlace } from './day-column';
import classes from './day-grid.module.css';
import type { Drag } from './use-drag';

/** Height of an hour. With shorter visits than a quarter of an hour all is drawn larger, to be read and hit. */
const HOUR_REM = { usual: 6.5, fine: 9.5 } as const;
const SHORTEST_MS = { usual: 15 * MINUTE_MS, fine: 10 * MINUTE_MS } as const;

/** The day: a column for each practitioner or room, time from top to bottom. */
export const DayGrid = ({
  label,
  date,
  columns,
  titleOf,
  axis,
  nowMs,
  stale,
  looks,
  drag,
  scroller,
  renderBlock,
  onSlot,
}: {
  label: string;
  date: string;
  columns: readonly Column[];
  titleOf: (name: string | null) => string;
  axis: Axis;
  nowMs: number | null;
  stale: boolean;
  looks: Looks;
  drag: Drag | null;
  scroller: RefObject<HTMLDivElement | null>;
  renderBlock: (appointment: Appointment, compact: boolean) => ReactNode;
  onSlot: (name: string | null, atMs: number) => void;
}) => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const rows = columns.flatMap((column) => column.rows);
  const density = rows.some((row) => row.duration_minutes < 15) ? 'fine' : 'usual';
  const shortestMs = SHORTEST_MS[density];
  const hours = (axis.endMs - axis.startMs) / HOUR_MS;

  // A day opens at what matters: now, or its first appointment; the reader scrolls from there.
  const opening = useRef({ axis, rows, nowMs });
  opening.current = { axis, rows, nowMs };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each day that is opened
  useLayoutEffect(() => {
    const day = scroller.current;
    const { axis: shown, nowMs: now, rows: all } = opening.current;
    if (!day) return;
    const first = Math.min(...all.map(startMsOf), shown.endMs);
    const within = now !== null && now >= shown.startMs && now < shown.endMs;
    const at = within ? now - HOUR_MS : first - HOUR_MS / 4;
    const share = (at - shown.startMs) / (shown.endMs - shown.startMs);
    day.scrollTo({ top: Math.max(0, share * day.scrollHeight), behavior: 'instant' });
  }, [date, scroller]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a section of its own would be one more landmark among the columns
    <div
      ref={scroller}
      className={classes.scroller}
      role="group"
      aria-label={label}
      data-stale={stale || undefined}
      data-dragging={drag !== null || undefined}
      style={{ '--hour': `${HOUR_REM[density]}rem`, '--hours': hours, '--columns': columns.length }}
    >
      <div className={classes.gutter} aria-hidden="true">
        <div className={classes.corner} />
        <div className={classes.times}>
          {axis.hours.map((hour) => (
            <span key={hour} className={classes.time} style={{ top: verticalPlace(axis, hour, hour).top }}>
              {formats.clock(hour)}
            </span>
          ))}
          {nowMs !== null && nowMs >= axis.startMs && nowMs < axis.endMs && (
            <span className={classes.nowTime} style={{ top: verticalPlace(axis, nowMs, nowMs).top }}>
              {formats.clock(nowMs)}
            </span>
          )}
        </div>
      </div>
      {columns.map((column) => (
        <DayColumn
          key={column.name ?? ''}
          name={column.name}
          title={titleOf(column.name)}
          rows={column.rows}
          color={looks.colorOf(column.name)}
          closed={looks.closedOf(column.name)}
          axis={axis}
          shortestMs={shortestMs}
          nowMs={nowMs}
          drag={drag}
          renderBlock={(row) => renderBlock(row, endMsOf(row) - startMsOf(row) < 1.7 * shortestMs)}
          onSlot={(atMs) => onSlot(column.name, atMs)}
        />
      ))}
      <span className={classes.spoken}>{words.block.keys}</span>
    </div>
  );
};
