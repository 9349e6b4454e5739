import { Skeleton, UnstyledButton } from '@mantine/core';
import type { Appointment } from '@wardbell/contract';
import { Link } from '../../../shared/components/link';
import { useNow } from '../../../shared/hooks/use-now';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { isPast } from '../model/appointment-order';
import type { PatientAppointments } from '../queries/use-patient-appointments';
import classes from './appointment-list.module.css';

const Item = ({ appointment }: { appointment: Appointment }) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM).appointments;
  const formats = useFormats();
  const { id, datetime, status, type, practitioner, room } = appointment;
  const date = datetime === null ? '' : `date=${todayIn(formats.timeZone, Date.parse(datetime))}&`;
  return (
    <li className={classes.item}>
      <Link href={`/schedule/?${date}id=${id}`} className={classes.when}>
        {datetime === null ? words.noTime : <time dateTime={datetime}>{formats.day(datetime)}</time>}
      </Link>
      <span className={classes.status} data-status={status}>
        {text.appointment.status[status]}
      </span>
      <span className={classes.what}>{[type, practitioner, room].filter(Boolean).join(' · ')}</span>
    </li>
  );
};

/** A patient's appointments: what comes, the next first, then what has been, the latest first. */
export const AppointmentList = ({ rows, failed, retry }: PatientAppointments) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM).appointments;
  const { timeZone } = useFormats();
  const nowMs = useNow(60_000);
  if (rows === undefined) {
    return failed ? (
      <p className={classes.none} role="alert">
        {words.failed}{' '}
        <UnstyledButton className={classes.retry} onClick={retry}>
          {text.app.retry}
        </UnstyledButton>
      </p>
    ) : (
      <Skeleton height={12} width="70%" my="xs" />
    );
  }
  if (rows.length === 0) return <p className={classes.none}>{words.none}</p>;
  const isOver = (row: Appointment) => isPast(row, nowMs, (atMs) => todayIn(timeZone, atMs));
  const groups = [
    [words.upcoming, rows.filter((row) => !isOver(row))],
    [words.past, rows.filter(isOver).toReversed()],
  ] as const;
  return groups.map(
    ([title, items]) =>
      items.length > 0 && (
        <div key={title}>
          <h4 className={classes.group}>{title}</h4>
          <ul className={classes.list}>
            {items.map((appointment) => (
              <Item key={appointment.id} appointment={appointment} />
            ))}
          </ul>
        </div>
      ),
  );
};
