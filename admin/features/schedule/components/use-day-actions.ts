import type { Appointment, AppointmentStatus } from '@wardbell/contract';
import { isAllowedMove, movesBack } from '@wardbell/contract/appointment-status';
import { useState } from 'react';
import { toast } from '../../../shared/components/toast';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { startMsOf } from '../model/axis';
import { dayBounds, MINUTE_MS } from '../model/clock';
import { mayMove, mayReschedule } from '../model/standing';
import type { Placement, Write } from '../model/writes';
import type { Grouping } from '../queries/use-view';
import type { Nudge } from './use-day-keys';
import type { DropTarget } from './use-drag';
import { useUndo } from './use-undo';

interface Asking {
  readonly kind: 'cancel' | 'error';
  readonly appointment: Appointment;
}

/** What can be done to an appointment of the day, by click, key or drag; says what was done, and why not. */
export const useDayActions = ({
  date,
  by,
  columnNames,
  titleOf,
  nameOf,
  write,
}: {
  readonly date: string;
  readonly by: Grouping;
  /** As they stand on the screen. */
  readonly columnNames: readonly (string | null)[];
  readonly titleOf: (name: string | null) => string;
  readonly nameOf: (appointment: Appointment) => string;
  readonly write: (appointment: Appointment, what: Write) => Promise<Appointment>;
}) => {
  const text = useText();
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const [announcement, setAnnouncement] = useState('');
  const [asking, setAsking] = useState<Asking | null>(null);

  const undo = useUndo(write, (change) => setAnnouncement(formatMessage(words.undo.done, { change })));
  const announce = (message: string, isUndoable: boolean) =>
    setAnnouncement(isUndoable ? `${message}. ${words.undo.key}` : message);
  const change = (appointment: Appointment, what: Write, message: string) =>
    announce(message, undo.write(appointment, what, message));
  const becameOf = (appointment: Appointment, status: AppointmentStatus) =>
    formatMessage(words.became, { name: nameOf(appointment), status: text.appointment.status[status] });
  const movedOf = (moved: Appointment) => {
    const time = moved.datetime === null ? words.panel.noTime : formats.clock(moved.datetime);
    return `${nameOf(moved)}: ${formatMessage(words.moved, { time, column: titleOf(moved[by]) })}`;
  };
  const setStatus = (appointment: Appointment, status: AppointmentStatus, reason?: string) =>
    change(
      appointment,
      { kind: 'status', status, ...(reason ? { reason } : {}) },
      becameOf(appointment, status),
    );

  const step = (appointment: Appointment, status: AppointmentStatus) => {
    if (status === appointment.status) return;
    const isBack = movesBack(appointment, Date.now()).includes(status);
    if (!isBack && !isAllowedMove(appointment.status, status)) {
      const hint = formatMessage(words.cannotStep.hint, {
        status: text.appointment.status[appointment.status],
      });
      void toast({ tone: 'warning', title: words.cannotStep.title, message: hint });
    } else if (status === 'cancelled') setAsking({ kind: 'cancel', appointment });
    else if (status === 'entered-in-error') setAsking({ kind: 'error', appointment });
    else setStatus(appointment, status);
  };

  const place = (appointment: Appointment, placement: Placement, status?: AppointmentStatus) => {
    change(
      appointment,
      { kind: 'place', placement, ...(status === undefined ? {} : { status }) },
      movedOf({ ...appointment, ...placement }),
    );
  };
  const refuse = (why: 'time' | 'over' | 'edge') =>
    void toast({ tone: 'warning', title: words.cannotMove.title, message: words.cannotMove[why] });

  const nudge = (appointment: Appointment, { minutes, columns }: Nudge) => {
    const { status } = appointment;
    if (!mayMove(status)) return refuse('over');
    if (columns !== 0) {
      const name = columnNames[columnNames.indexOf(appointment[by]) + columns];
      return name === undefined ? refuse('edge') : place(appointment, { [by]: name });
    }
    if (!mayReschedule(status)) return refuse('time');
    const atMs = startMsOf(appointment) + minutes * MINUTE_MS;
    const { startMs, endMs } = dayBounds(date, formats.timeZone);
    if (atMs < startMs || atMs >= endMs) return refuse('edge');
    place(appointment, { datetime: new Date(atMs).toISOString() });
  };

  const drop = (appointment: Appointment, { column, atMs }: DropTarget) => {
    const untimed = appointment.datetime === null;
    const placement: Placement = {
      ...(startMsOf(appointment) === atMs ? {} : { datetime: new Date(atMs).toISOString() }),
      ...(appointment[by] === column || (untimed && column === null) ? {} : { [by]: column }),
    };
    if (Object.keys(placement).length === 0) return;
    // Who waited for a time and is given one is booked.
    place(appointment, placement, untimed ? 'booked' : undefined);
  };

  return {
    step,
    nudge,
    drop,
    /** The form has saved. */
    saved: (before: Appointment, after: Appointment) => {
      const message = before.status === after.status ? movedOf(after) : becameOf(after, after.status);
      if (undo.saved(before, after, message)) announce(message, true);
    },
    announcement,
    asking,
    keep: () => setAsking(null),
    confirm: (reason: string) => {
      if (!asking) return;
      setAsking(null);
      if (asking.kind === 'error') setStatus(asking.appointment, 'entered-in-error');
      else setStatus(asking.appointment, 'cancelled', reason);
    },
  };
};
