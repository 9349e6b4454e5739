import type { Appointment } from '@wardbell/contract';
import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';

import { type Axis, startMsOf } from '../model/axis';
import { MINUTE_MS } from '../model/clock';
import { mayReschedule } from '../model/standing';

/** A drag falls on these minutes. */
const SNAP_MS = 5 * MINUTE_MS;
/** A hand that only clicks trembles by less. */
const THRESHOLD_PX = 5;
/** So near to the edge the day scrolls along. */
const EDGE_PX = 40;
const SCROLL_PX = 10;

/** Where an appointment would be, were it let go now. */
export interface DropTarget {
  readonly column: string | null;
  readonly atMs: number;
}
export interface Drag {
  readonly appointment: Appointment;
  /** Null while it is over no column. */
  readonly target: DropTarget | null;
}

interface Grip {
  readonly appointment: Appointment;
  readonly pointerId: number;
  readonly startX: number;
  readonly startY: number;
  /** From the top of the block to the hand. */
  readonly offsetPx: number;
  x: number;
  y: number;
  moving: boolean;
  /** Let go by Escape while the button is still down. */
  dropped: boolean;
}

/** Attributes by which the columns of the day are found under the pointer. */
export const columnAttributes = (name: string | null) => ({
  'data-column': name ?? '',
  'data-unnamed': name === null || undefined,
});

type AxisOf = (column: string | null) => Axis | undefined;

const targetAt = (grip: Grip, scroller: HTMLElement, axisOf: AxisOf): DropTarget | null => {
  const within = scroller.getBoundingClientRect();
  if (grip.y < within.top || grip.y > within.bottom || grip.x < within.left || grip.x > within.right)
    return null;
  for (const body of scroller.querySelectorAll<HTMLElement>('[data-column]')) {
    const rect = body.getBoundingClientRect();
    if (grip.x < rect.left || grip.x >= rect.right) continue;
    const column = body.dataset.unnamed === undefined ? (body.dataset.column ?? null) : null;
    const axis = axisOf(column);
    if (!axis) return null;
    const share = (grip.y - grip.offsetPx - rect.top) / rect.height;
    const raw = share * (axis.endMs - axis.startMs);
    const lengthMs = grip.appointment.duration_minutes * MINUTE_MS;
    const latest = Math.max(0, axis.endMs - axis.startMs - lengthMs);
    const atMs = axis.startMs + Math.min(Math.max(0, Math.round(raw / SNAP_MS) * SNAP_MS), latest);
    // Who is already here keeps the time and changes only the column.
    return { column, atMs: mayReschedule(grip.appointment.status) ? atMs : startMsOf(grip.appointment) };
  }
  return null;
};

/**
 * Moves appointments by mouse or pen. A finger scrolls: on a touch screen, times are changed in the form. Escape
 * lets go without a change.
 */
export const useDrag = (
  scroller: RefObject<HTMLElement | null>,
  axisOf: AxisOf,
  onDrop: (appointment: Appointment, target: DropTarget) => void,
) => {
  const [drag, setDrag] = useState<Drag | null>(null);
  const grip = useRef<Grip | null>(null);
  const latest = useRef({ axisOf, onDrop });
  latest.current = { axisOf, onDrop };
  const endGrip = useRef<() => void>(() => undefined);
  useEffect(() => () => endGrip.current(), []);

  const begin = (event: PointerEvent<HTMLElement>, appointment: Appointment) => {
    if (event.button !== 0 || event.pointerType === 'touch' || grip.current) return;
    const held: Grip = {
      appointment,
      pointerId: event.pointerId,
      startX: event.clientX,
      startY: event.clientY,
      x: event.clientX,
      y: event.clientY,
      offsetPx:
        appointment.datetime === null ? 0 : event.clientY - event.currentTarget.getBoundingClientRect().top,
      moving: false,
      dropped: false,
    };
    grip.current = held;
    let frame: number | undefined;

    const update = () => {
      const day = scroller.current;
      setDrag({ appointment, target: day && targetAt(held, day, latest.current.axisOf) });
    };
    const scroll = () => {
      frame = undefined;
      const day = scroller.current;
      if (!day || !held.moving || held.dropped) return;
      const { top, bottom, left, right } = day.getBoundingClientRect();
      const by = (at: number, from: number, to: number) =>
        at < from + EDGE_PX ? -SCROLL_PX : at > to - EDGE_PX ? SCROLL_PX : 0;
      const [byX, byY] = [by(held.x, left, right), by(held.y, top, bottom)];
      if (byX === 0 && byY === 0) return;
      day.scrollBy(byX, byY);
      update();
      frame = requestAnimationFrame(scroll);
    };
    const onMove = (moved: globalThis.PointerEvent) => {
      if (moved.pointerId !== held.pointerId || held.dropped) return;
      held.x = moved.clientX;
      held.y = moved.clientY;
      const far = Math.hypot(held.x - held.startX, held.y - held.startY) > THRESHOLD_PX;
      if (!held.moving && !far) return;
      held.moving = true;
      update();
      frame ??= requestAnimationFrame(scroll);
    };
    const onUp = (up: globalThis.PointerEvent) => {
      if (up.pointerId !== held.pointerId) return;
      const day = scroller.current;
      const target = held.moving && !held.dropped && day ? targetAt(held, day, latest.current.axisOf) : null;
      // A click follows at once, if any: of a drag it must not open the details.
      if (held.moving) setTimeout(end);
      else end();
      if (target) latest.current.onDrop(appointment, target);
    };
    const onKey = (key: KeyboardEvent) => {
      if (key.key !== 'Escape' || !held.moving) return;
      key.preventDefault();
      key.stopPropagation();
      held.dropped = true;
      setDrag(null);
    };
    const onClick = (click: MouseEvent) => {
      if (!held.moving) return;
      click.preventDefault();
      click.stopPropagation();
    };
    const end = () => {
      if (frame !== undefined) cancelAnimationFrame(frame);
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', end);
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('click', onClick, true);
      grip.current = null;
      setDrag(null);
    };
    endGrip.current = end;
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', end);
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('click', onClick, true);
  };
  return { drag, begin };
};
