'use client';

import { Button, Tabs } from '@mantine/core';
import {
  IconArchive,
  IconCalendarPlus,
  IconEdit,
  IconGitMerge,
  IconTrash,
  IconUserOff,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { type ReactNode, useEffect, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { isWithheld } from '../../../shared/api/patient-rows';
import { ChangedAt } from '../../../shared/components/changed-at';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { MailLink } from '../../../shared/components/mail-link';
import { toast } from '../../../shared/components/toast';
import { Unbroken } from '../../../shared/components/unbroken';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import classes from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { WhoElse } from '../../../shared/presence/who-else';
import { useMe } from '../../../shared/session/context';
import { bookingInput, patientInput } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { ageOn, todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';
import { RestrictedBadge } from '../../care/restricted-badge';
import { RestrictedNotice } from '../../care/restricted-notice';
import { PATIENT_FORM } from '../messages';
import type { Booking } from '../model/booking';
import { fullName } from '../model/listed-name';
import { useArchivePatient } from '../queries/use-archive-patient';
import { usePatient } from '../queries/use-patient';
import { type PatientAppointments, usePatientAppointments } from '../queries/use-patient-appointments';
import { About } from './about';
import { AppointmentList } from './appointment-list';
import { useDeletePatient } from './use-delete-patient';

const Accesses = lazily(async () => (await import('../../care/accesses')).Accesses);
const EmergencyLeft = lazily(async () => (await import('../../care/emergency-left')).EmergencyLeft);
const CreatePatient = lazily(async () => (await import('./create-patient')).CreatePatient);
const ArchivedBadge = lazily(async () => (await import('./archived-badge')).ArchivedBadge);
const ArchivedNotice = lazily(async () => (await import('./archived-notice')).ArchivedNotice);
const MergePatients = lazily(async () => (await import('./merge-patients')).MergePatients);
const EditPatient = lazily(async () => (await import('./edit-patient')).EditPatient);

const Facts = ({ patient }: { patient: Patient }) => {
  const text = useText();
  const formats = useFormats();
  const words = useRoomText(PATIENT_FORM);
  const { none } = text.app;
  const { birth_date, phone, email } = patient;
  const today = todayIn(formats.timeZone);
  return (
    <dl className={classes.facts}>
      <Fact name={words.mrn}>
        <Unbroken number={patient.mrn} />
      </Fact>
      <Fact name={words.birthDate}>
        {birth_date === null
          ? none
          : formatMessage(text.patients.bornAndAge, {
              date: formats.date(birth_date),
              years: ageOn(birth_date, today),
            })}
      </Fact>
      <Fact name={words.gender}>{text.gender[patient.gender]}</Fact>
      <Fact name={words.phone}>
        {phone === null ? none : <a href={`tel:${phone.replace(/\s/g, '')}`}>{phone}</a>}
      </Fact>
      <Fact name={words.email}>{email === null ? none : <MailLink address={email} />}</Fact>
      <Fact name={text.patients.columns.updated}>
        <ChangedAt row={patient} />
      </Fact>
    </dl>
  );
};

const Notes = ({ notes }: { notes: string | null | undefined }) => {
  const words = useRoomText(PATIENT_FORM);
  return (
    <section className={classes.section}>
      <h3>{words.notes}</h3>
      <p className={classes.notes}>{notes || words.record.noNotes}</p>
    </section>
  );
};

const Action = ({
  icon,
  pending = false,
  onClick,
  children,
}: {
  icon: ReactNode;
  pending?: boolean;
  onClick: () => void;
  children: ReactNode;
}) => (
  <Button variant="light" size="compact-md" leftSection={icon} loading={pending} onClick={onClick}>
    {children}
  </Button>
);

const BookButton = ({ onClick }: { onClick: () => void }) => (
  <Action icon={<IconCalendarPlus size={16} aria-hidden="true" />} onClick={onClick}>
    {useRoomText(PATIENT_FORM).record.book}
  </Action>
);

const Record = ({
  patient,
  appointments,
  onBook,
  onEdit,
  onMerge,
  onDelete,
}: {
  patient: Patient;
  appointments: PatientAppointments;
  onBook: () => void;
  onEdit: () => void;
  onMerge: () => void;
  onDelete: (patient: Patient) => void;
}) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM);
  const { role } = useMe();
  const forbidden = FORBIDDEN_WRITES.patient[viewOf(role)];
  const seesNotes = !forbidden.includes('notes');
  const mayArchive = !forbidden.includes('archived');
  const archive = useArchivePatient(patient);
  const hasAppointments = (appointments.rows?.length ?? 0) > 0;
  return (
    <>
      <FailureAlert
        failure={
          archive.error &&
          (hasCode(archive.error, 'version_mismatch')
            ? words.archive.changed
            : describeFailure(archive.error, text))
        }
        mb="sm"
      />
      {patient.archived && (
        <ArchivedNotice
          pending={archive.isPending}
          onBringBack={mayArchive ? () => archive.mutate(false) : null}
        />
      )}
      <div className={classes.actions} style={{ flexWrap: 'wrap' }}>
        {!patient.archived && <BookButton onClick={onBook} />}
        <Action icon={<IconEdit size={16} aria-hidden="true" />} onClick={onEdit}>
          {words.record.edit}
        </Action>
        {mayArchive && (
          <Action icon={<IconGitMerge size={16} aria-hidden="true" />} onClick={onMerge}>
            {words.merge.action}
          </Action>
        )}
        {mayArchive && !patient.archived && (
          <Action
            icon={<IconArchive size={16} aria-hidden="true" />}
            pending={archive.isPending}
            onClick={() => archive.mutate(true)}
          >
            {words.archive.action}
          </Action>
        )}
        <Button
          variant="subtle"
          color="red"
          size="compact-md"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          aria-describedby={hasAppointments ? 'deleted-with' : undefined}
          onClick={() => onDelete(patient)}
        >
          {words.record.delete}
        </Button>
      </div>
      {hasAppointments && (
        <p id="deleted-with" className={classes.hint}>
          {words.record.hasAppointments}
        </p>
      )}
      <Facts patient={patient} />
      {seesNotes && <Notes notes={patient.notes} />}
      <section className={classes.section}>
        <h3>{words.appointments.title}</h3>
        <AppointmentList {...appointments} />
      </section>
    </>
  );
};

/** One patient beside the list: who it is, what is noted, which appointments there are. Live like the list. */
export const PatientPanel = ({
  id,
  booking: Book,
  onClose,
  onOpen,
}: {
  id: string;
  booking: Booking;
  onClose: () => void;
  onOpen: (id: string, how?: 'push' | 'replace') => void;
}) => {
  const { role } = useMe();
  const { row: patient, gone, error, retry, mergedInto } = usePatient(id);
  const appointments = usePatientAppointments(id);
  const [editing, setEditing] = useState(() => hasInput(patientInput(id)));
  const [booking, setBooking] = useState(() => hasInput(bookingInput(id)));
  const book = () => setBooking(true);
  const care = useRoomText(CARE);
  const cache = useQueryClient();
  const isAdmin = role === 'tenant_admin';
  const remove = useDeletePatient();
  const onDelete = (shown: Patient) => {
    onClose();
    void remove(shown);
  };
  /** The record was opened or closed to this person: lists show it otherwise now. */
  const readAgain = () => {
    retry();
    void cache.invalidateQueries({ queryKey: ['patients'] });
  };
  const named = patient !== undefined || gone || error !== null;
  const words = useRoomText(PATIENT_FORM);
  const [merging, setMerging] = useState(false);
  const record = { onBook: book, onEdit: () => setEditing(true), onMerge: () => setMerging(true) };
  // links to a merged patient lead to the one that is there; what is being entered stays
  const leadsTo = editing || booking ? undefined : mergedInto;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each patient
  useEffect(() => {
    if (leadsTo === undefined) return;
    onOpen(leadsTo, 'replace');
    void toast({ message: words.merge.leads, id: `merged ${leadsTo}` });
  }, [leadsTo]);

  return (
    <Panel
      label={words.record.label}
      title={
        gone || !patient ? (
          words.record.label
        ) : (
          <>
            {fullName(patient)}
            {patient.restricted && <RestrictedBadge />}
            {patient.archived && <ArchivedBadge />}
          </>
        )
      }
      focusKey={`${id} ${named}`}
      onClose={onClose}
    >
      {leadsTo !== undefined ? (
        <PanelSkeleton lines={6} />
      ) : gone ? (
        <PanelGone
          icon={IconUserOff}
          title={words.record.gone.title}
          hint={words.record.gone.hint}
          onClose={onClose}
        />
      ) : patient && isWithheld(patient) ? (
        <>
          <RestrictedNotice
            patientId={id}
            about={<About patient={patient} patientId={id} />}
            onOpened={readAgain}
          />
          <dl className={classes.facts}>
            <Fact name={words.mrn}>
              <Unbroken number={patient.mrn} />
            </Fact>
          </dl>
          <div className={classes.actions}>
            <BookButton onClick={book} />
          </div>
          <section className={classes.section}>
            <h3>{words.appointments.title}</h3>
            <AppointmentList {...appointments} />
          </section>
        </>
      ) : patient ? (
        <>
          <WhoElse kind="patient" id={id} activity="looking" />
          {patient.emergency_until !== undefined && !isAdmin && (
            <EmergencyLeft key={patient.emergency_until} until={patient.emergency_until} onEnd={readAgain} />
          )}
          {isAdmin ? (
            <Tabs defaultValue="record" keepMounted={false}>
              <Tabs.List aria-label={care.tabs.label} mb="md">
                <Tabs.Tab value="record">{care.tabs.record}</Tabs.Tab>
                <Tabs.Tab value="accesses">{care.tabs.accesses}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="record">
                <Record {...record} {...{ patient, appointments, onDelete }} />
              </Tabs.Panel>
              <Tabs.Panel value="accesses">
                <Accesses patientId={id} />
              </Tabs.Panel>
            </Tabs>
          ) : (
            <Record {...record} {...{ patient, appointments, onDelete }} />
          )}
        </>
      ) : error ? (
        <FailureNotice error={error} onRetry={retry} />
      ) : (
        <PanelSkeleton lines={6} />
      )}
      {merging && patient && !gone && (
        <MergePatients
          patient={patient}
          onClose={() => setMerging(false)}
          onMerged={(survivor) => {
            setMerging(false);
            onOpen(survivor.id, 'replace');
            void toast({
              tone: 'success',
              id: `merged ${survivor.id}`,
              message: formatMessage(words.merge.done, { name: fullName(survivor), mrn: survivor.mrn }),
            });
          }}
        />
      )}
      {booking && <Book patientId={id} onClose={() => setBooking(false)} />}
      {/* Stays when the patient is deleted: what was typed is not. */}
      {editing && patient && !isWithheld(patient) && (
        <EditPatient
          key={id}
          patient={patient}
          gone={gone}
          mergedInto={mergedInto}
          onClose={() => setEditing(false)}
          onCreated={(created) => onOpen(created.id)}
        />
      )}
      {editing && !patient && gone && mergedInto === undefined && (
        <CreatePatient
          inputName={patientInput(id)}
          deleted
          onClose={() => setEditing(false)}
          onOpen={({ id: other }) => onOpen(other)}
        />
      )}
    </Panel>
  );
};
