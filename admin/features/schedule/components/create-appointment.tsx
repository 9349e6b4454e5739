'use client';

import { type UseFormReturnType, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Appointment } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
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

/** What a new appointment begins with, by where it was asked for. */
export interface Prefill {
  readonly date: string;
  /** Null: the time is still to be chosen. */
  readonly atMs: number | null;
  readonly practitioner?: string | undefined;
  readonly room?: string | undefined;
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
  known,
  onClose,
  onCreated,
}: {
  prefill: Prefill;
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
      return api.call('POST', '/appointments', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: onCreated,
    onError: (error) => {
      if (hasCode(error, 'conflict')) found.ask();
      markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors));
    },
  });
  return (
    <FormDrawer
      title={words.createTitle}
      inputName={NEW_APPOINTMENT}
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
          />
        }
      >
        <NextFreeTime form={form} draft={draft} setup={setup} disabled={save.isPending} />
        <BookingConflicts found={found} draft={draft} />
      </AppointmentFields>
    </FormDrawer>
  );
};
