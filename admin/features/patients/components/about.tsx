import { Skeleton } from '@mantine/core';
import type { Appointment, Patient } from '@wardbell/contract';
import { isWithheld } from '../../../shared/api/patient-rows';
import { Unbroken } from '../../../shared/components/unbroken';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { RestrictedBadge } from '../../care/restricted-badge';
import { PATIENT_FORM } from '../messages';
import { fullName } from '../model/listed-name';
import { usePatientNames } from '../queries/use-patient-names';
import classes from './about.module.css';

/** What of an appointment tells it from the patient's others. */
export type AppointmentSubject = Pick<Appointment, 'datetime'> & Partial<Pick<Appointment, 'type'>>;

/**
 * Whom a dialog is about: name, birth date and MRN, and for an appointment the time by the clinic's clock. Every dialog that
 * asks something about a patient has it, so that nothing happens to the wrong one. Of a restricted patient that is withheld,
 * initials and MRN.
 */
export const About = ({
  patient: given,
  patientId,
  appointment,
}: {
  /** If it is known here already; it is loaded otherwise, as lists are. */
  patient: Patient | undefined;
  patientId: string;
  appointment?: AppointmentSubject;
}) => {
  const words = useRoomText(PATIENT_FORM).about;
  const formats = useFormats();
  const loaded = usePatientNames(given ? [] : [patientId]);
  const patient = given ?? loaded.get(patientId);
  return (
    <div className={classes.root} data-about={patientId} aria-busy={patient === undefined}>
      {patient ? (
        <div>
          <strong className={classes.name}>
            {fullName(patient)}
            {patient.restricted && (
              <>
                {' '}
                <RestrictedBadge compact />
              </>
            )}
          </strong>{' '}
          <span className={classes.fact}>
            {!isWithheld(patient) &&
              (patient.birth_date === null
                ? `${words.noBirthDate} · `
                : `${formatMessage(words.born, { date: formats.date(patient.birth_date) })} · `)}
            <Unbroken number={patient.mrn}>{formatMessage(words.mrn, { mrn: patient.mrn })}</Unbroken>
          </span>
        </div>
      ) : (
        <Skeleton height={12} width="60%" my={4} />
      )}
      {appointment && (
        <div className={classes.when}>
          {appointment.datetime === null ? words.noTime : formats.day(appointment.datetime)}
          {appointment.type && ` · ${appointment.type}`}
        </div>
      )}
    </div>
  );
};
