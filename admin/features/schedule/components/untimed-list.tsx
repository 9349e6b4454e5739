import { Button } from '@mantine/core';
import type { Appointment, Patient } from '@wardbell/contract';
import type { PointerEvent } from 'react';
import { lazily } from '../../../shared/lazily';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { scheduleText } from '../messages';
import classes from './untimed-list.module.css';

const RestrictedBadge = lazily(async () => (await import('../../care/restricted-badge')).RestrictedBadge);

/** Who waits for a time: to be dragged into the day, or booked by the form. */
export const UntimedList = ({
  groups,
  patients,
  nowMs,
  failed,
  draggable,
  onBook,
  onGrip,
}: {
  groups: Readonly<Record<'waitlist' | 'proposed', readonly Appointment[]>>;
  patients: ReadonlyMap<string, Patient>;
  nowMs: number;
  failed: boolean;
  draggable: boolean;
  onBook: (appointment: Appointment) => void;
  onGrip: (event: PointerEvent<HTMLElement>, appointment: Appointment) => void;
}) => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const item = (appointment: Appointment) => {
    const patient = patients.get(appointment.patient_id);
    const name = patient ? listedName(patient) : words.block.unknownPatient;
    return (
      <li
        key={appointment.id}
        className={classes.item}
        data-draggable={draggable || undefined}
        onPointerDown={draggable ? (event) => onGrip(event, appointment) : undefined}
      >
        <span className={classes.name}>
          {name}
          {patient?.restricted && <RestrictedBadge compact />}
        </span>
        <span className={classes.what}>
          {appointment.type} · {formatMessage(words.panel.minutes, { n: appointment.duration_minutes })}
        </span>
        <span className={classes.what}>
          {formatMessage(words.untimed.since, { ago: formats.ago(appointment.created_at, nowMs) })}
        </span>
        <Button
          size="compact-sm"
          variant="light"
          className={classes.book}
          aria-label={formatMessage(words.untimed.bookOf, { name })}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => onBook(appointment)}
        >
          {words.untimed.book}
        </Button>
      </li>
    );
  };
  return (
    <aside className={classes.side} aria-label={words.untimed.label}>
      <h2 className={classes.title}>{words.untimed.label}</h2>
      {failed && (
        <p className={classes.hint} role="alert">
          {words.untimed.failed}
        </p>
      )}
      {draggable && <p className={classes.hint}>{words.untimed.hint}</p>}
      {(['waitlist', 'proposed'] as const).map(
        (name) =>
          groups[name].length > 0 && (
            <section key={name}>
              <h3 className={classes.group}>{words.untimed[name]}</h3>
              <ul className={classes.list}>{groups[name].map(item)}</ul>
            </section>
          ),
      )}
    </aside>
  );
};
