import type { Appointment, AppointmentStatus, Conflict } from '@wardbell/contract';
import { isAllowedMove, movesBack } from '@wardbell/contract/appointment-status';
import { useState } from 'react';
import { toast } from '../../../shared/components/toast';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { startMsOf } from '../model/axis';
import { MINUTE_MS } from '../model/clock';
import { sayConflict } from '../model/conflict-text';
import { mayMove, mayReschedule } from '../model/standing';
import { sameClockOn } from '../model/week';
import type { Placement, Write } from '../model/writes';
import type { Nudge } from './use-day-keys';
import type { DropTarget } from './use-drag';
import type { Schedule } from './use-schedule';
import { useUndo } from './use-undo';

/** Others are counted, not named. */
const MAX_CONFLICTS_NAMED = 2;

interface Asking {
  readonly kind: 'cancel' | 'error';
  readonly appointment: Appointment;
}

/** What can be done to an appointment of the day, by click, key or drag; says what was done, and why not. */
export const useDayActions = (
  schedule: Pick<Schedule, 'view' | 'bounds' | 'columns' | 'written' | 'patients' | 'write'>,
  nameOf: (appointment: Appointment) => string,
) => {
  const { view, bounds, columns, written, patients, write } = schedule;
  const { by, span } = view;
  const text = useText();
  const labelOf = (label: string) => formatMessage(text.app.label, { label });
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const [announcement, setAnnouncement] = useState('');
  const [asking, setAsking] = useState<Asking | null>(null);

  const undo = useUndo(write, setAnnouncement);
  const titleOf = (name: string | null) => name ?? words.unnamed[by];
  const sayConflicts = (row: Appointment, conflicts: readonly Conflict[] = []): string | null => {
    if (conflicts.length === 0) return null;
    const said = conflicts.slice(0, MAX_CONFLICTS_NAMED).map((conflict) => {
      const other = written.find(({ id }) => id === conflict.appointment_id);
      return sayConflict(conflict, {
        words: words.conflicts,
        formats,
        date: row.datetime === null ? '' : todayIn(formats.timeZone, Date.parse(row.datetime)),
        practitioner: row.practitioner ?? '',
        room: row.room ?? '',
        other,
        patient: other && patients.get(other.patient_id),
      });
    });
    const more = conflicts.length - said.length;
    if (more > 0) said.push(formatMessage(words.conflicts.more, { n: more }));
    return `${labelOf(words.conflicts.title)} ${said.join(' · ')}`;
  };
  const change = (appointment: Appointment, what: Write, message: string) =>
    undo.write(appointment, what, message, (made) => sayConflicts(made, made.conflicts));
  const becameOf = (appointment: Appointment, status: AppointmentStatus) => {
    const became = formatMessage(words.became, {
      name: nameOf(appointment),
      status: text.appointment.status[status],
    });
    // who arrives is told the number under which the screen of the waiting room will call
    const number = status === 'arrived' ? appointment.board_number : null;
    return number ? `${became}. ${labelOf(words.panel.boardNumber)} ${number}` : became;
  };
  const movedOf = (moved: Appointment) => {
    const timeOf = span === 'week' ? formats.day : formats.clock;
    const time = moved.datetime === null ? words.panel.noTime : timeOf(moved.datetime);
    return `${labelOf(nameOf(moved))} ${formatMessage(words.moved, { time, column: titleOf(moved[by]) })}`;
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

  const nudge = (appointment: Appointment, { minutes, columns: aside }: Nudge) => {
    const { status } = appointment;
    if (!mayMove(status)) return refuse('over');
    if (aside !== 0 && span === 'day') {
      const from = columns.findIndex(({ rows }) => rows.some(({ id }) => id === appointment.id));
      const next = columns[from + aside];
      return next === undefined ? refuse('edge') : place(appointment, { [by]: next.name });
    }
    if (!mayReschedule(status)) return refuse('time');
    const startMs = startMsOf(appointment);
    const atMs = aside === 0 ? startMs + minutes * MINUTE_MS : sameClockOn(startMs, aside, formats.timeZone);
    if (atMs < bounds.startMs || atMs >= bounds.endMs) return refuse('edge');
    place(appointment, { datetime: new Date(atMs).toISOString() });
  };

  const drop = (appointment: Appointment, { column, atMs }: DropTarget) => {
    const untimed = appointment.datetime === null;
    // The columns of a week are days, which the time has already.
    const isSame = span === 'week' || appointment[by] === column || (untimed && column === null);
    const placement: Placement = {
      ...(startMsOf(appointment) === atMs ? {} : { datetime: new Date(atMs).toISOString() }),
      ...(isSame ? {} : { [by]: column }),
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
      undo.saved(before, after, message);
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
export type DayActions = ReturnType<typeof useDayActions>;
