'use client';

import { type UseFormReturnType, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Appointment } from '@wardbell/contract';
import { useEffect, useRef, useState } from 'react';
import { ANSWER_MS } from '../../../shared/api/api';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { FormDrawer, failureBeside, focusField, markRefused } from '../../../shared/forms/form-drawer';
import { lazily } from '../../../shared/lazily';
import { useApi } from '../../../shared/session/context';
import { NEW_APPOINTMENT } from '../../../shared/session/input-names';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { About } from '../../patients/components/about';
import { scheduleText } from '../messages';
import { toConflictBody } from '../model/booking-check';
import {
  type AppointmentDraft,
  EMPTY_DRAFT,
  INITIAL,
  refusedFields,
  toCreateBody,
  toDateAndTime,
  toInstant,
  validateDraft,
} from '../model/draft';
import type { KnownNames } from '../model/known-names';
import { useConflicts } from '../queries/use-conflicts';
import { AppointmentFields } from './appointment-fields';
import { BookingConflicts, isForbidden } from './booking-conflicts';
import { NextFreeTime } from './next-free-time';
import { PatientPicker } from './patient-picker';
import { useTypeDuration } from './use-type-duration';

const CreatePatient = lazily(
  async () => (await import('../../patients/components/create-patient')).CreatePatient,
);

/** What a new appointment begins with, by where it was asked for. */
export interface Prefill {
  readonly date: string;
  /** Null: the time is still to be chosen. */
  readonly atMs: number | null;
  readonly practitioner?: string | undefined;
  readonly room?: string | undefined;
  /** Whose it will be, if that is settled. */
  readonly patientId?: string;
}

/** Whom the form books, and when: nothing before a patient is chosen. */
const DraftAbout = ({ form }: { form: UseFormReturnType<AppointmentDraft> }) => {
  const { timeZone } = useFormats();
  const [{ patient_id, date, time }, setShown] = useState(form.getValues);
  form.watch('patient_id', ({ value }) => setShown((shown) => ({ ...shown, patient_id: value })));
  form.watch('date', ({ value }) => setShown((shown) => ({ ...shown, date: value })));
  form.watch('time', ({ value }) => setShown((shown) => ({ ...shown, time: value })));
  if (patient_id === '') return null;
  const datetime = toInstant({ date, time }, timeZone);
  return <About key={patient_id} patient={undefined} patientId={patient_id} appointment={{ datetime }} />;
};

/** Books an appointment. */
export const CreateAppointment = ({
  prefill,
  inputName = NEW_APPOINTMENT,
  known,
  onClose,
  onCreated,
}: {
  prefill: Prefill;
  /** Under which name a lock of the screen keeps the input. */
  inputName?: string;
  known: KnownNames;
  onClose: () => void;
  onCreated: (appointment: Appointment) => void;
}) => {
  const text = useText();
  const allWords = useRoomText(scheduleText);
  const words = allWords.form;
  const { timeZone } = useFormats();
  const api = useApi();
  const keyFor = useIdempotencyKey();
  const [draft, setDraft] = useState<AppointmentDraft>(() => ({
    ...EMPTY_DRAFT,
    ...(prefill.atMs === null ? { date: prefill.date, time: '' } : toDateAndTime(prefill.atMs, timeZone)),
    patient_id: prefill.patientId ?? '',
    practitioner: prefill.practitioner ?? '',
    room: prefill.room ?? '',
  }));
  const form = useForm<AppointmentDraft>({
    mode: 'uncontrolled',
    initialValues: draft,
    onValuesChange: setDraft,
    validate: (draft) => validateDraft(draft, timeZone, words.errors),
  });
  const { data: setup } = useClinicSetup();
  useTypeDuration(form, draft, setup);
  const found = useConflicts(toConflictBody(draft, timeZone, undefined));
  const isConflicting = found.conflicts.length > 0;
  const save = useMutation({
    mutationFn: (draft: AppointmentDraft) => {
      const body = { ...toCreateBody(draft, timeZone), book_anyway: isConflicting };
      return api.call('POST', '/appointments', {
        body,
        idempotencyKey: keyFor(body),
        answerWithinMs: ANSWER_MS,
      });
    },
    onSuccess: onCreated,
    onError: (error) => {
      if (hasCode(error, 'conflict')) found.ask();
      markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors));
    },
  });
  const [registering, setRegistering] = useState<string | null>(null);
  const wasRegistering = useRef(false);
  useEffect(() => {
    if (registering === null && wasRegistering.current)
      focusField(form, form.getValues().patient_id === '' ? 'patient_id' : 'type');
    wasRegistering.current = registering !== null;
  }, [registering, form]);
  // beside the form, not in it: a form within a form would save both
  return (
    <>
      <FormDrawer
        title={words.createTitle}
        inputName={inputName}
        covered={registering !== null}
        submitLabel={isConflicting ? allWords.conflicts.bookAnyway : words.save}
        about={<DraftAbout form={form} />}
        form={form}
        pending={save.isPending}
        blocked={isForbidden(found)}
        failure={failureBeside(form, save.error, (error) =>
          hasCode(error, 'conflict') ? allWords.conflicts.taken : describeFailure(error, text),
        )}
        onSubmit={save.mutate}
        onClose={onClose}
      >
        <AppointmentFields
          form={form}
          known={known}
          statuses={INITIAL}
          disabled={save.isPending}
          patient={
            <PatientPicker
              key={form.key('patient_id')}
              initialId={form.getValues().patient_id}
              field={form.getInputProps('patient_id')}
              disabled={save.isPending}
              onRegister={setRegistering}
            />
          }
        >
          <NextFreeTime form={form} draft={draft} setup={setup} disabled={save.isPending} />
          <BookingConflicts found={found} draft={draft} />
        </AppointmentFields>
      </FormDrawer>
      {registering !== null && (
        <CreatePatient
          typed={registering}
          choice
          onClose={() => setRegistering(null)}
          onOpen={({ id }) => {
            form.setFieldValue('patient_id', id);
            setRegistering(null);
          }}
        />
      )}
    </>
  );
};
