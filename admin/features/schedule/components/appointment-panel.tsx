'use client';

import { Button, Skeleton } from '@mantine/core';
import { IconArrowBackUp, IconCalendarOff, IconEdit, IconTrash } from '@tabler/icons-react';
import type { Appointment, AppointmentStatus, Patient } from '@wardbell/contract';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { useEffect, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { isWithheld } from '../../../shared/api/patient-rows';
import { ChangedAt } from '../../../shared/components/changed-at';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Link } from '../../../shared/components/link';
import { toast } from '../../../shared/components/toast';
import { Unbroken } from '../../../shared/components/unbroken';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import classes from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { WhoElse } from '../../../shared/presence/who-else';
import { useApi, useMe } from '../../../shared/session/context';
import { appointmentInput } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { ageOn, todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { About } from '../../patients/components/about';
import { fullName } from '../../patients/model/listed-name';
import { usePatient } from '../../patients/queries/use-patient';
import { scheduleText } from '../messages';
import { keyOf, stepsOf, usualStep } from '../model/standing';
import { useAppointment } from '../queries/use-appointment';
import own from './appointment-panel.module.css';
import { ConfirmStep } from './confirm-step';
import { StepHelp } from './step-help';
import { useMovesBack } from './use-moves-back';

const RestrictedBadge = lazily(async () => (await import('../../care/restricted-badge')).RestrictedBadge);

/** Of a patient the newest that is here: the panel's own answer, or what the day has. */
const useKnownPatient = (id: string, known: Patient | undefined): Patient | undefined =>
  usePatient(id).row ?? known;

const PatientName = ({ id, known }: { id: string; known: Patient | undefined }) => {
  const words = useRoomText(scheduleText).panel;
  const patient = useKnownPatient(id, known);
  if (!patient) return words.patient;
  return (
    <>
      {fullName(patient)}
      {patient.restricted && <RestrictedBadge />}
    </>
  );
};

const PatientFacts = ({ patientId, known }: { patientId: string; known: Patient | undefined }) => {
  const text = useText();
  const words = useRoomText(scheduleText).panel;
  const formats = useFormats();
  const patient = useKnownPatient(patientId, known);
  if (!patient) return <Skeleton height={12} width="60%" my="xs" />;
  if (isWithheld(patient))
    return (
      <Fact name={words.mrn}>
        <Unbroken number={patient.mrn} />
      </Fact>
    );
  const { birth_date, phone } = patient;
  return (
    <>
      <Fact name={words.birthDate}>
        {birth_date === null
          ? text.app.none
          : formatMessage(text.patients.bornAndAge, {
              date: formats.date(birth_date),
              years: ageOn(birth_date, todayIn(formats.timeZone)),
            })}
      </Fact>
      <Fact name={words.phone}>
        {phone === null ? text.app.none : <a href={`tel:${phone.replace(/\s/g, '')}`}>{phone}</a>}
      </Fact>
    </>
  );
};

const Facts = ({ appointment, patient }: { appointment: Appointment; patient: Patient | undefined }) => {
  const text = useText();
  const words = useRoomText(scheduleText).panel;
  const formats = useFormats();
  const { role } = useMe();
  const { none } = text.app;
  const seesReason = !FORBIDDEN_WRITES.appointment[viewOf(role)].includes('reason');
  return (
    <dl className={classes.facts}>
      <Fact name={words.status}>{text.appointment.status[appointment.status]}</Fact>
      <Fact name={words.time}>
        {appointment.datetime === null ? words.noTime : formats.day(appointment.datetime)}
      </Fact>
      <Fact name={words.duration}>{formatMessage(words.minutes, { n: appointment.duration_minutes })}</Fact>
      <Fact name={words.type}>{appointment.type}</Fact>
      <Fact name={words.practitioner}>{appointment.practitioner ?? none}</Fact>
      <Fact name={words.room}>{appointment.room ?? none}</Fact>
      {appointment.board_number && <Fact name={words.boardNumber}>{appointment.board_number}</Fact>}
      {seesReason && <Fact name={words.reason}>{appointment.reason || none}</Fact>}
      {appointment.cancellation_reason && (
        <Fact name={words.cancellation}>{appointment.cancellation_reason}</Fact>
      )}
      <PatientFacts patientId={appointment.patient_id} known={patient} />
      <Fact name={words.updated}>
        <ChangedAt row={appointment} />
      </Fact>
    </dl>
  );
};

/** Deletes after a question, against the version that was on the screen. */
const useRemove = (appointment: Appointment, onGone: () => void) => {
  const api = useApi();
  const text = useText();
  const words = useRoomText(scheduleText).remove;
  const [state, setState] = useState<'idle' | 'asking' | 'deleting'>('idle');
  const remove = async () => {
    setState('deleting');
    try {
      const params = { id: appointment.id };
      await api.call('DELETE', '/appointments/:id', { params, ifMatch: appointment.version });
      onGone();
    } catch (error) {
      const message = hasCode(error, 'version_mismatch') ? words.changed : describeFailure(error, text).hint;
      void toast({ tone: 'error', title: words.failed, message });
      setState('idle');
    }
  };
  return { state, ask: () => setState('asking'), keep: () => setState('idle'), remove };
};

const Details = ({
  appointment,
  patient,
  onStep,
  onEdit,
  onClose,
}: {
  appointment: Appointment;
  patient: Patient | undefined;
  onStep: (appointment: Appointment, status: AppointmentStatus) => void;
  onEdit: (appointment: Appointment) => void;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(scheduleText);
  const { status } = appointment;
  const formats = useFormats();
  const removal = useRemove(appointment, onClose);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, after the screen was unlocked
  useEffect(() => {
    if (hasInput(appointmentInput(appointment.id))) onEdit(appointment);
  }, [appointment.id]);
  const back = useMovesBack(appointment);
  // A booking needs a time, which the form asks for.
  const steps = stepsOf(appointment.status).filter(
    (step) =>
      !back.includes(step) &&
      step !== 'entered-in-error' &&
      (appointment.datetime !== null || (step !== 'booked' && step !== 'pending')),
  );
  const usual = usualStep(appointment.status);
  return (
    <>
      {steps.length > 0 && (
        <section className={own.steps}>
          <h3>{words.panel.next}</h3>
          <div>
            {steps.map((step) => (
              <Button
                key={step}
                size="compact-md"
                variant={step === usual ? 'filled' : 'default'}
                aria-keyshortcuts={keyOf(step)}
                onClick={() => onStep(appointment, step)}
              >
                {words.step[step]}
              </Button>
            ))}
          </div>
        </section>
      )}
      {back.length > 0 && (
        <section className={own.steps}>
          <h3>{words.panel.slip}</h3>
          <div>
            {back.map((step) => (
              <Button
                key={step}
                size="compact-md"
                variant="default"
                leftSection={<IconArrowBackUp size={16} aria-hidden="true" />}
                aria-keyshortcuts={keyOf(step)}
                onClick={() => onStep(appointment, step)}
              >
                {formatMessage(words.panel.back, { status: text.appointment.status[step] })}
              </Button>
            ))}
            {appointment.undo_until && (
              <span className={own.until}>
                {formatMessage(words.panel.backUntil, { time: formats.clock(appointment.undo_until) })}
              </span>
            )}
          </div>
        </section>
      )}
      <Facts appointment={appointment} patient={patient} />
      <div className={own.actions}>
        <Button
          variant="light"
          size="compact-md"
          leftSection={<IconEdit size={16} aria-hidden="true" />}
          onClick={() => onEdit(appointment)}
        >
          {words.panel.edit}
        </Button>
        <Button
          variant="subtle"
          color="red"
          size="compact-md"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          onClick={removal.ask}
        >
          {words.panel.delete}
        </Button>
        {appointment.status !== 'entered-in-error' && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-md"
            onClick={() => onStep(appointment, 'entered-in-error')}
          >
            {words.step['entered-in-error']}
          </Button>
        )}
        <Link href={`/patients/?id=${appointment.patient_id}`} className={own.link}>
          {words.panel.openPatient}
        </Link>
      </div>
      <StepHelp
        meanings={[
          [
            formatMessage(words.about.now, { status: text.appointment.status[status] }),
            words.about.steps[status],
          ],
          ...steps.map((step) => [words.step[step], words.about.steps[step]] as const),
          [words.panel.delete, words.about.delete],
          ...(status === 'entered-in-error'
            ? []
            : [[words.step['entered-in-error'], words.about.steps['entered-in-error']] as const]),
        ]}
      />
      {removal.state !== 'idle' && (
        <ConfirmStep
          kind="remove"
          about={<About patient={patient} patientId={appointment.patient_id} appointment={appointment} />}
          pending={removal.state === 'deleting'}
          onKeep={removal.keep}
          onConfirm={() => void removal.remove()}
        />
      )}
    </>
  );
};

/** One appointment beside the day: what and with whom, what can follow, and how to change it. Live like the day. */
export const AppointmentPanel = ({
  id,
  shown,
  patientOf,
  onStep,
  onEdit,
  onClose,
}: {
  id: string;
  /** The row as the day shows it, which may be ahead of the server's. */
  shown: Appointment | undefined;
  /** The patient as the day knows them. */
  patientOf: (appointment: Appointment) => Patient | undefined;
  onStep: (appointment: Appointment, status: AppointmentStatus) => void;
  onEdit: (appointment: Appointment) => void;
  onClose: () => void;
}) => {
  const words = useRoomText(scheduleText).panel;
  const { row, gone, error, retry } = useAppointment(id);
  const appointment = shown && row && row.version > shown.version ? row : (shown ?? row);
  const named = appointment !== undefined || gone || error !== null;
  return (
    <Panel
      label={words.label}
      title={
        gone || !appointment ? (
          words.label
        ) : (
          <PatientName id={appointment.patient_id} known={patientOf(appointment)} />
        )
      }
      focusKey={`${id} ${named}`}
      onClose={onClose}
    >
      {gone ? (
        <PanelGone icon={IconCalendarOff} title={words.gone.title} hint={words.gone.hint} onClose={onClose} />
      ) : appointment ? (
        <>
          <WhoElse kind="appointment" id={id} activity="looking" />
          <Details
            appointment={appointment}
            patient={patientOf(appointment)}
            onStep={onStep}
            onEdit={onEdit}
            onClose={onClose}
          />
        </>
      ) : error ? (
        <FailureNotice error={error} onRetry={retry} />
      ) : (
        <PanelSkeleton lines={6} />
      )}
    </Panel>
  );
};
