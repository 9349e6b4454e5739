'use client';

import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Appointment, Patient } from '@wardbell/contract';
import { allowedMoves } from '@wardbell/contract/appointment-status';
import { useEffect, useRef, useState } from 'react';
import { ANSWER_MS } from '../../../shared/api/api';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { isCalendarDate } from '../../../shared/forms/calendar-days';
import { Colleague, collisionsOf } from '../../../shared/forms/colleague';
import { DeletedMeanwhile } from '../../../shared/forms/deleted-meanwhile';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { FORMS } from '../../../shared/forms/messages';
import { isIsoTime, writeTime } from '../../../shared/forms/typed-time';
import { useMergingSave } from '../../../shared/forms/use-merging-save';
import { WhoElse } from '../../../shared/presence/who-else';
import { useApi } from '../../../shared/session/context';
import { appointmentInput } from '../../../shared/session/input-names';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText, useWords } from '../../../shared/text/text';
import { About } from '../../patients/components/about';
import { scheduleText } from '../messages';
import { movesBooking, toConflictBody } from '../model/booking-check';
import {
  type AppointmentDraft,
  type DraftField,
  EMPTY_DRAFT,
  INITIAL,
  refusedFields,
  toCreateBody,
  toDraft,
  toUpdateBody,
  validateDraft,
} from '../model/draft';
import type { KnownNames } from '../model/known-names';
import { appointmentKey, useAppointment } from '../queries/use-appointment';
import { useConflicts } from '../queries/use-conflicts';
import { AppointmentFields } from './appointment-fields';
import { BookingConflicts, isForbidden } from './booking-conflicts';
import { NextFreeTime } from './next-free-time';
import { useTypeDuration } from './use-type-duration';

const FIELDS = Object.keys(EMPTY_DRAFT).filter((name): name is DraftField => name in EMPTY_DRAFT);
const FIELD_WORDS = {
  patient_id: 'patient',
  type: 'type',
  date: 'date',
  time: 'time',
  duration_minutes: 'duration',
  status: 'status',
  practitioner: 'practitioner',
  room: 'room',
  reason: 'reason',
} as const satisfies Record<DraftField, string>;

/** Changes an appointment. What a colleague saves meanwhile appears in the form; nothing is overwritten unseen. */
export const EditAppointment = ({
  appointment,
  patient,
  bookOn,
  known,
  onSaved,
  onCreated,
  onClose,
}: {
  appointment: Appointment;
  /** Whose it is, if that is known here. */
  patient: Patient | undefined;
  /** One without a time is about to get one, on this date. */
  bookOn: string | null;
  known: KnownNames;
  onSaved: (before: Appointment, after: Appointment) => void;
  /** A colleague had deleted it, and it was saved as a new one. */
  onCreated: (appointment: Appointment) => void;
  onClose: () => void;
}) => {
  const text = useText();
  const allWords = useRoomText(scheduleText);
  const words = allWords.form;
  const forms = useRoomText(FORMS).deleted;
  const formats = useFormats();
  const { locale } = useWords();
  const { timeZone } = formats;
  const api = useApi();
  const cache = useQueryClient();
  const [opened] = useState(appointment);
  const { row: newest, gone } = useAppointment(opened.id);
  const [draft, setDraft] = useState<AppointmentDraft>(() => ({
    ...toDraft(opened, timeZone),
    ...(bookOn === null ? {} : { date: bookOn, status: 'booked' as const }),
  }));
  const form = useForm<AppointmentDraft>({
    mode: 'uncontrolled',
    initialValues: draft,
    onValuesChange: setDraft,
    validate: (draft) => validateDraft(draft, timeZone, words.errors),
  });
  const { data: setup } = useClinicSetup();
  useTypeDuration(form, draft, setup);
  const moved = movesBooking(toDraft(newest ?? opened, timeZone), draft);
  const found = useConflicts(moved ? toConflictBody(draft, timeZone, opened.id) : null);
  const isConflicting = found.conflicts.length > 0;
  const bookAnyway = useRef(isConflicting);
  bookAnyway.current = isConflicting;
  const params = { id: opened.id };
  const { save, rebase, merged, conflicts, settle } = useMergingSave(
    {
      opened,
      fields: FIELDS,
      toDraft: (row: Appointment) => toDraft(row, timeZone),
      toBody: (base, draft) => toUpdateBody(base, draft, timeZone),
      load: () => api.call('GET', '/appointments/:id', { params }),
      save: (body, version) =>
        api.call('PATCH', '/appointments/:id', {
          params,
          body: { ...body, book_anyway: bookAnyway.current },
          ifMatch: version,
          answerWithinMs: ANSWER_MS,
        }),
      held: () => cache.getQueryData<Appointment>(appointmentKey(opened.id)) ?? opened,
      onSaved: (saved) => {
        cache.setQueryData<Appointment>(appointmentKey(saved.id), (held) =>
          held && held.version > saved.version ? held : saved,
        );
        onSaved(opened, saved);
        onClose();
      },
    },
    { getValues: form.getValues, adopt: (draft) => form.setValues(draft) },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version, not a new function, is the event
  useEffect(() => {
    if (newest) rebase(newest);
  }, [newest]);

  const onError = (error: Error) => {
    if (hasCode(error, 'conflict')) found.ask();
    markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors));
  };
  const keyFor = useIdempotencyKey();
  const saveAsNew = useMutation({
    mutationFn: (draft: AppointmentDraft) => {
      const body = { ...toCreateBody(draft, timeZone), book_anyway: bookAnyway.current };
      return api.call('POST', '/appointments', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: onCreated,
    onError,
  });
  const deleted = gone || hasCode(save.error, 'not_found');
  const submit = (draft: AppointmentDraft) =>
    deleted ? saveAsNew.mutate(draft) : save.mutate(undefined, { onError });
  const pending = save.isPending || saveAsNew.isPending;
  const shown = (field: DraftField, value: string): string => {
    if (field === 'date' && isCalendarDate(value)) return formats.date(value);
    if (field === 'time' && isIsoTime(value)) return writeTime(value, locale);
    const status = INITIAL.find((each) => each === value);
    return field === 'status' && status ? text.appointment.status[status] : value;
  };
  const follows = allowedMoves(opened.status);
  return (
    <FormDrawer
      inputName={appointmentInput(opened.id)}
      title={bookOn === null ? words.editTitle : words.bookTitle}
      submitLabel={
        isConflicting ? allWords.conflicts.bookAnyway : deleted ? forms.saveAsNew : words.saveChanges
      }
      about={<About patient={patient} patientId={opened.patient_id} appointment={newest ?? opened} />}
      form={form}
      pending={pending}
      blocked={isForbidden(found)}
      failure={failureBeside(form, deleted ? saveAsNew.error : save.error, (error) =>
        hasCode(error, 'conflict') ? allWords.conflicts.taken : describeFailure(error, text),
      )}
      onSubmit={submit}
      onClose={onClose}
    >
      {deleted && (
        <DeletedMeanwhile
          title={words.deletedMeanwhile}
          entered={() =>
            FIELDS.filter((field) => field !== 'patient_id').map((field) => ({
              label: words[FIELD_WORDS[field]],
              value: shown(field, form.getValues()[field]),
            }))
          }
        />
      )}
      {!deleted && <WhoElse kind="appointment" id={opened.id} activity="editing" />}
      {!deleted && merged && (
        <Colleague
          title={words.merge}
          collisions={collisionsOf<AppointmentDraft>({
            fields: FIELDS,
            conflicts,
            labelOf: (field) => words[FIELD_WORDS[field]],
            onTake: (field, theirs) => {
              form.setFieldValue(field, theirs);
              settle(field);
            },
            shown,
          })}
        />
      )}
      <AppointmentFields
        form={form}
        known={known}
        statuses={
          INITIAL.some((each) => each === opened.status)
            ? INITIAL.filter((each) => each === opened.status || follows.includes(each))
            : []
        }
        disabled={pending}
      >
        <NextFreeTime form={form} draft={draft} setup={setup} disabled={pending} />
        <BookingConflicts found={found} draft={draft} />
      </AppointmentFields>
    </FormDrawer>
  );
};
