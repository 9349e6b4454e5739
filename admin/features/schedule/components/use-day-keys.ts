import type { Appointment, AppointmentStatus } from '@wardbell/contract';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { statusOfKey } from '../model/standing';

export const blockId = (appointmentId: string): string => `appointment-${appointmentId}`;

/** A step of a move by keys: minutes and columns. */
export interface Nudge {
  readonly minutes: number;
  readonly columns: number;
}

const NUDGES: Readonly<Record<string, Nudge>> = {
  ArrowUp: { minutes: -15, columns: 0 },
  ArrowDown: { minutes: 15, columns: 0 },
  ArrowLeft: { minutes: 0, columns: -1 },
  ArrowRight: { minutes: 0, columns: 1 },
};
/** With the shift key too, time is moved finely. */
const FINE_DIVISOR = 3;

type Lists = readonly (readonly Appointment[])[];

type PlaceOf = (appointment: Appointment) => number;

/** The one of a column that stands nearest to a place. */
const nearest = (rows: readonly Appointment[], place: number, placeOf: PlaceOf): Appointment | undefined =>
  rows.toSorted((a, b) => Math.abs(placeOf(a) - place) - Math.abs(placeOf(b) - place))[0];

/** Where a key leads from a block: along its column, or to the nearest of the next column that has any. */
const neighbourOf = (columns: Lists, id: string, key: string, placeOf: PlaceOf): Appointment | undefined => {
  const place = columns.findIndex((rows) => rows.some((row) => row.id === id));
  const column = columns[place] ?? [];
  const index = column.findIndex((row) => row.id === id);
  const current = column[index];
  if (!current) return undefined;
  switch (key) {
    case 'ArrowUp':
      return column[index - 1];
    case 'ArrowDown':
      return column[index + 1];
    case 'Home':
      return column[0];
    case 'End':
      return column.at(-1);
    case 'ArrowLeft':
    case 'ArrowRight': {
      const beside = key === 'ArrowLeft' ? columns.slice(0, place).toReversed() : columns.slice(place + 1);
      const next = beside.find((rows) => rows.length > 0);
      return next && nearest(next, placeOf(current), placeOf);
    }
    default:
      return undefined;
  }
};

/**
 * Keys on the blocks of a day. One block is in the tab order; arrows walk, letters set the status, Alt with
 * arrows moves the appointment. The focus stays with an appointment that moves to another column.
 */
export const useDayKeys = ({
  columns,
  placeOf,
  firstId,
  onStep,
  onNudge,
}: {
  readonly columns: Lists;
  /** How far down its column an appointment stands. */
  readonly placeOf: PlaceOf;
  /** The block that Tab leads to first. */
  readonly firstId: string | undefined;
  readonly onStep: (appointment: Appointment, status: AppointmentStatus) => void;
  readonly onNudge: (appointment: Appointment, nudge: Nudge) => void;
}) => {
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const rows = columns.flat();
  const activeId = rows.some((row) => row.id === focusedId) ? focusedId : (firstId ?? null);

  const following = useRef<string | null>(null);
  useEffect(() => {
    const id = following.current;
    const block = id === null ? null : document.getElementById(blockId(id));
    if (!block) return;
    if (document.activeElement === block) {
      // It may have gone up or down out of sight.
      block.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
      return;
    }
    // In another column it is another element, and the focus has fallen to the body.
    if (document.activeElement === document.body) block.focus();
    else following.current = null;
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const id = event.target instanceof HTMLElement ? event.target.dataset.appointment : undefined;
    const current = rows.find((row) => row.id === id);
    if (!current || event.ctrlKey || event.metaKey) return;
    const nudge = NUDGES[event.key];
    if (event.altKey) {
      if (!nudge) return;
      event.preventDefault();
      following.current = current.id;
      const minutes = event.shiftKey ? nudge.minutes / FINE_DIVISOR : nudge.minutes;
      onNudge(current, { ...nudge, minutes });
      return;
    }
    const status = event.shiftKey ? undefined : statusOfKey(event.key);
    if (status !== undefined) {
      event.preventDefault();
      onStep(current, status);
      return;
    }
    const next = neighbourOf(columns, current.id, event.key, placeOf);
    if (!next && !nudge) return;
    // An arrow at the end of the day must not scroll it away.
    event.preventDefault();
    if (next) document.getElementById(blockId(next.id))?.focus();
  };

  return {
    activeId,
    firstId,
    onKeyDown,
    onFocus: (id: string) => {
      following.current = null;
      setFocusedId(id);
    },
  };
};
