'use client';

import { Button, Tabs } from '@mantine/core';
import { IconEdit, IconTrash, IconUserOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { useState } from 'react';
import { isWithheld } from '../../../shared/api/patient-rows';
import { ChangedAt } from '../../../shared/components/changed-at';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { MailLink } from '../../../shared/components/mail-link';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import classes from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { WhoElse } from '../../../shared/presence/who-else';
import { useMe } from '../../../shared/session/context';
import { patientInput } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { ageOn, todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';
import { RestrictedBadge } from '../../care/restricted-badge';
import { RestrictedNotice } from '../../care/restricted-notice';
import { PATIENT_FORM } from '../messages';
import { fullName } from '../model/listed-name';
import { usePatient } from '../queries/use-patient';
import { type PatientAppointments, usePatientAppointments } from '../queries/use-patient-appointments';
import { About } from './about';
import { AppointmentList } from './appointment-list';
import { useDeletePatient } from './use-delete-patient';

const Accesses = lazily(async () => (await import('../../care/accesses')).Accesses);
const EmergencyLeft = lazily(async () => (await import('../../care/emergency-left')).EmergencyLeft);
const CreatePatient = lazily(async () => (await import('./create-patient')).CreatePatient);
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
      <Fact name={words.mrn}>{patient.mrn}</Fact>
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

const Record = ({
  patient,
  appointments,
  onEdit,
  onDelete,
}: {
  patient: Patient;
  appointments: PatientAppointments;
  onEdit: () => void;
  onDelete: (patient: Patient) => void;
}) => {
  const words = useRoomText(PATIENT_FORM);
  const { role } = useMe();
  const seesNotes = !FORBIDDEN_WRITES.patient[viewOf(role)].includes('notes');
  const hasAppointments = (appointments.rows?.length ?? 0) > 0;
  return (
    <>
      <div className={classes.actions}>
        <Button
          variant="light"
          size="compact-md"
          leftSection={<IconEdit size={16} aria-hidden="true" />}
          onClick={onEdit}
        >
          {words.record.edit}
        </Button>
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
  onClose,
  onOpen,
}: {
  id: string;
  onClose: () => void;
  onOpen: (id: string) => void;
}) => {
  const { role } = useMe();
  const { row: patient, gone, error, retry } = usePatient(id);
  const appointments = usePatientAppointments(id);
  const [editing, setEditing] = useState(() => hasInput(patientInput(id)));
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
          </>
        )
      }
      focusKey={`${id} ${named}`}
      onClose={onClose}
    >
      {gone ? (
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
            <Fact name={words.mrn}>{patient.mrn}</Fact>
          </dl>
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
                <Record {...{ patient, appointments, onDelete }} onEdit={() => setEditing(true)} />
              </Tabs.Panel>
              <Tabs.Panel value="accesses">
                <Accesses patientId={id} />
              </Tabs.Panel>
            </Tabs>
          ) : (
            <Record {...{ patient, appointments, onDelete }} onEdit={() => setEditing(true)} />
          )}
        </>
      ) : error ? (
        <FailureNotice error={error} onRetry={retry} />
      ) : (
        <PanelSkeleton lines={6} />
      )}
      {/* Stays when the patient is deleted: what was typed is not. */}
      {editing && patient && !isWithheld(patient) && (
        <EditPatient
          key={id}
          patient={patient}
          gone={gone}
          onClose={() => setEditing(false)}
          onCreated={(created) => onOpen(created.id)}
        />
      )}
      {editing && !patient && gone && (
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
