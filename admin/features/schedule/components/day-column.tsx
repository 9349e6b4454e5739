import { UnstyledButton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { Appointment } from '@wardbell/contract';
import { type CSSProperties, type MouseEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { type Axis, endMsOf, startMsOf } from '../model/axis';
import { MINUTE_MS } from '../model/clock';
import { layLanes } from '../model/lanes';
import classes from './day-grid.module.css';
import { columnAttributes, type Drag } from './use-drag';
import type { BoardColumn } from './use-schedule';

/** A click in the empty day means the quarter of an hour that it falls into. */
const SLOT_MS = 15 * MINUTE_MS;

/** Where a span of time stands in a column, in per cent of its height. */
export const verticalPlace = (axis: Axis, startMs: number, endMs: number): CSSProperties => {
  const share = (ms: number) => `${(ms / (axis.endMs - axis.startMs)) * 100}%`;
  return { top: share(startMs - axis.startMs), height: share(Math.min(endMs, axis.endMs) - startMs) };
};

/** One day of a practitioner, a room, or a week: blocks on the time axis, overlapping ones side by side. */
export const DayColumn = ({
  column: { name, title, rows, color, closed, axis },
  shortestMs,
  nowMs,
  drag,
  renderBlock,
  onSlot,
  onTitle,
}: {
  column: BoardColumn;
  /** A block is not drawn shorter, so that it can be read and hit. */
  shortestMs: number;
  /** Null when the day is not today. */
  nowMs: number | null;
  drag: Drag | null;
  renderBlock: (appointment: Appointment) => ReactNode;
  onSlot: (atMs: number) => void;
  onTitle: (() => void) | undefined;
}) => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const headingId = useId();
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const drawnEndMs = (row: Appointment) => Math.max(endMsOf(row), startMsOf(row) + shortestMs);
  const placed = layLanes(rows, (row) => ({ startMs: startMsOf(row), endMs: drawnEndMs(row) }));
  // A column never becomes narrower under the reader's eyes, only wider when a name would not fit.
  const mostLanes = useRef(1);
  mostLanes.current = Math.max(mostLanes.current, ...placed.map(({ lanes }) => lanes));
  const slotUnder = (event: MouseEvent<HTMLElement>): number | null => {
    if (event.target !== event.currentTarget) return null;
    const rect = event.currentTarget.getBoundingClientRect();
    const share = (event.clientY - rect.top) / rect.height;
    return axis.startMs + Math.floor((share * (axis.endMs - axis.startMs)) / SLOT_MS) * SLOT_MS;
  };
  const target = drag?.target?.column === name ? drag.target : null;
  const spoken = formatMessage(words.column, { name: title, n: rows.length });
  return (
    <section
      className={classes.column}
      style={{ '--lanes': mostLanes.current }}
      {...(onTitle ? { 'aria-label': spoken } : { 'aria-labelledby': headingId })}
    >
      <h2 id={headingId} className={classes.columnHead}>
        {color !== undefined && (
          <span className={classes.columnColor} style={{ background: color }} aria-hidden="true" />
        )}
        {onTitle ? (
          <UnstyledButton
            className={classes.columnName}
            data-today={nowMs !== null || undefined}
            onClick={onTitle}
          >
            {title}
          </UnstyledButton>
        ) : (
          <span className={classes.columnName} aria-hidden="true" title={title}>
            {title}
          </span>
        )}
        <span className={classes.columnCount} aria-hidden="true">
          {rows.length}
        </span>
        {!onTitle && <span className={classes.spoken}>{spoken}</span>}
      </h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a short cut of the mouse; the button and its key do the same */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        className={classes.columnBody}
        {...columnAttributes(name)}
        onPointerMove={(event) =>
          setHoverMs(event.pointerType === 'mouse' && !drag ? slotUnder(event) : null)
        }
        onPointerLeave={() => setHoverMs(null)}
        onClick={(event) => {
          const atMs = slotUnder(event);
          if (atMs !== null) onSlot(atMs);
        }}
      >
        {closed
          .filter(({ startMs, endMs }) => endMs > axis.startMs && startMs < axis.endMs)
          .map(({ startMs, endMs, absence }) => (
            <div
              key={`${startMs}${absence ? 'away' : ''}`}
              className={classes.closed}
              data-away={absence !== null || undefined}
              style={verticalPlace(axis, Math.max(startMs, axis.startMs), endMs)}
            >
              {absence ? absence.label || words.away : words.closed}
            </div>
          ))}
        {nowMs !== null && nowMs >= axis.startMs && nowMs < axis.endMs && (
          <div
            className={classes.now}
            style={{ top: verticalPlace(axis, nowMs, nowMs).top }}
            aria-hidden="true"
          />
        )}
        {hoverMs !== null && !drag && (
          <div
            className={classes.slot}
            style={verticalPlace(axis, hoverMs, hoverMs + SLOT_MS)}
            aria-hidden="true"
          >
            <IconPlus size={14} /> {formatMessage(words.bookAt, { time: formats.clock(hoverMs) })}
          </div>
        )}
        {rows.length > 0 && (
          <ul className={classes.blocks}>
            {placed.map(({ item, lane, lanes }) => (
              <li
                key={item.id}
                className={classes.place}
                style={{
                  ...verticalPlace(axis, startMsOf(item), drawnEndMs(item)),
                  left: `${(lane / lanes) * 100}%`,
                  width: `${100 / lanes}%`,
                }}
              >
                {renderBlock(item)}
              </li>
            ))}
          </ul>
        )}
        {target && drag && (
          <div
            className={classes.ghost}
            style={verticalPlace(
              axis,
              target.atMs,
              target.atMs + Math.max(drag.appointment.duration_minutes * MINUTE_MS, shortestMs),
            )}
            aria-hidden="true"
          >
            {formats.clock(target.atMs)}
          </div>
        )}
      </div>
    </section>
  );
};
