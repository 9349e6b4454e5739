import { type Appointment, type AppointmentStatus, UNSCHEDULED } from '@wardbell/contract';
import { AppointmentCreate } from '@wardbell/contract/appointment';
import type { Body, EndpointOf } from '../../../shared/api/types';
import { isCalendarDate } from '../../../shared/forms/calendar-days';
import {
  addIssues,
  errorsAt,
  type FieldErrors,
  type FieldIssue,
  fieldsOf,
} from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { ScheduleText } from '../messages';
import { fromClock, instantOf, localTimeOf, toClock } from './clock';

/**
 * An appointment as a form holds it: text in every field, date and time by the clinic's clock. This module brings
 * the contract's schemas with it, so it belongs to what is loaded when a form is opened, not to the page.
 */
export interface AppointmentDraft {
  readonly patient_id: string;
  readonly type: string;
  readonly date: string;
  readonly time: string;
  readonly duration_minutes: string;
  readonly status: AppointmentStatus;
  readonly practitioner: string;
  readonly room: string;
  readonly reason: string;
}
export type DraftField = keyof AppointmentDraft;

export const EMPTY_DRAFT: AppointmentDraft = {
  patient_id: '',
  type: '',
  date: '',
  time: '',
  duration_minutes: '30',
  status: 'booked',
  practitioner: '',
  room: '',
  reason: '',
};

type CreateBody = Body<EndpointOf<'POST', '/appointments'>>;
type UpdateBody = Body<EndpointOf<'PATCH', '/appointments/:id'>>;

/** A moment as the form shows it. */
export const toDateAndTime = (atMs: number, timeZone: string): Pick<AppointmentDraft, 'date' | 'time'> => {
  const { date, minute } = localTimeOf(atMs, timeZone);
  return { date, time: toClock(minute) };
};

/** An appointment as a form shows it. */
export const toDraft = (appointment: Appointment, timeZone: string): AppointmentDraft => ({
  patient_id: appointment.patient_id,
  type: appointment.type,
  ...(appointment.datetime === null
    ? { date: '', time: '' }
    : toDateAndTime(Date.parse(appointment.datetime), timeZone)),
  duration_minutes: String(appointment.duration_minutes),
  status: appointment.status,
  practitioner: appointment.practitioner ?? '',
  room: appointment.room ?? '',
  reason: appointment.reason ?? '',
});

type When = Pick<AppointmentDraft, 'date' | 'time'>;

/** The moment that date and time name; null when one of them is missing. */
export const toInstant = ({ date, time }: When, timeZone: string): string | null => {
  const minute = fromClock(time);
  if (!isCalendarDate(date) || minute === undefined) return null;
  return new Date(instantOf({ date, minute }, timeZone)).toISOString();
};

/** True for a time that the clock skips on that date. */
const isSkipped = (when: When, timeZone: string): boolean => {
  const at = toInstant(when, timeZone);
  return at !== null && toDateAndTime(Date.parse(at), timeZone).time !== when.time;
};

/** The body of `POST /appointments` for a draft: what was left empty is left out. */
export const toCreateBody = (draft: AppointmentDraft, timeZone: string): CreateBody => {
  const datetime = toInstant(draft, timeZone);
  const optional = (name: 'practitioner' | 'room' | 'reason') => {
    const value = draft[name].trim();
    return value === '' ? {} : { [name]: value };
  };
  return {
    patient_id: draft.patient_id,
    type: draft.type.trim(),
    duration_minutes: Number(draft.duration_minutes),
    status: toInitial(draft.status),
    ...(datetime === null ? {} : { datetime }),
    ...optional('practitioner'),
    ...optional('room'),
    ...optional('reason'),
  };
};

/** Where an appointment can start; the form offers no other. */
export const INITIAL = ['booked', 'pending', 'proposed', 'waitlist'] as const;
const toInitial = (status: AppointmentStatus): (typeof INITIAL)[number] =>
  INITIAL.find((each) => each === status) ?? 'booked';

/**
 * The body of `PATCH /appointments/{id}`: what differs from `base`; an emptied field is taken away. A time that
 * nobody touched is not sent: of one that the clock shows twice it might be the other.
 */
export const toUpdateBody = (
  base: AppointmentDraft,
  draft: AppointmentDraft,
  timeZone: string,
): UpdateBody => {
  const body: UpdateBody = {};
  const changed = (field: DraftField) => draft[field].trim() !== base[field].trim();
  if (changed('type')) body.type = draft.type.trim();
  if (changed('date') || changed('time')) body.datetime = toInstant(draft, timeZone);
  if (changed('duration_minutes')) body.duration_minutes = Number(draft.duration_minutes);
  if (changed('status')) body.status = draft.status;
  for (const field of ['practitioner', 'room', 'reason'] as const) {
    if (changed(field)) body[field] = draft[field].trim() || null;
  }
  return body;
};

type Errors = FieldErrors<DraftField>;
type Words = ScheduleText['form']['errors'];

const isField = fieldsOf(EMPTY_DRAFT);
/** The contract has one name for what the form asks in two fields. */
const fieldOf = (name: string): DraftField | undefined =>
  name === 'datetime' ? 'date' : isField(name) ? name : undefined;

const describe = (field: DraftField, issue: FieldIssue, words: Words): string => {
  if (field === 'patient_id') return words.patient;
  if (field === 'duration_minutes') return words.duration;
  if (issue.code === 'too_small') return words.required;
  if (issue.code === 'too_big' && issue.maximum !== undefined)
    return formatMessage(words.tooLong, { max: Number(issue.maximum) });
  return words.characters;
};

/** What is wrong with date and time, which the contract knows as one. */
const validateWhen = (draft: AppointmentDraft, timeZone: string, words: Words): Errors => {
  const optional = UNSCHEDULED.includes(draft.status);
  if (draft.date === '' && draft.time === '') return optional ? {} : { date: words.timeNeeded };
  if (!isCalendarDate(draft.date)) return { date: words.date };
  if (fromClock(draft.time) === undefined) return { time: words.time };
  return isSkipped(draft, timeZone) ? { time: words.skipped } : {};
};

/** What the contract finds wrong in a draft, by field, in words. */
export const validateDraft = (draft: AppointmentDraft, timeZone: string, words: Words): Errors => {
  const errors: Errors = validateWhen(draft, timeZone, words);
  const parsed = AppointmentCreate.safeParse(toCreateBody(draft, timeZone));
  addIssues(errors, parsed.error?.issues, isField, (field, issue) => describe(field, issue, words));
  return errors;
};

/** What the server found wrong in a draft, by field, in words. */
export const refusedFields = (
  code: string,
  fields: readonly { readonly path: string }[],
  words: Words,
): Errors => {
  if (code === 'unknown_patient') return { patient_id: words.unknownPatient };
  if (code === 'patient_merged') return { patient_id: words.mergedPatient };
  if (code === 'patient_archived') return { patient_id: words.archivedPatient };
  if (code === 'invalid_transition') return { status: words.transition };
  return errorsAt(fields, fieldOf, words.other);
};
