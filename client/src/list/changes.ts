import type { Appointment, Patient } from '@wardbell/contract';
import { type IncomingEvent, isEvent } from '../events.js';

/** A row of a live list: the higher `version` of the same `id` wins. */
export interface LiveRow {
  readonly id: string;
  readonly version: number;
}

/** The effect of an event on a list. */
export type Change<Row extends LiveRow> =
  | { readonly op: 'put'; readonly row: Row }
  | { readonly op: 'delete'; readonly id: string };

/** Returns the effect of an event on a list; undefined for events about other objects. */
export type Changes<Row extends LiveRow> = (event: IncomingEvent) => Change<Row> | undefined;

/** An event of an object that was purged since carries only its ids: the object does not exist any more. */
const put = <Row extends LiveRow & { readonly purged?: true | undefined }>(
  row: Row,
  isGone = row.purged,
): Change<Row> => (isGone ? { op: 'delete', id: row.id } : { op: 'put', row });

/** The effect of an event on a list of patients as `GET /patients` answers it, without archived ones. */
export const patientChanges: Changes<Patient> = (event) => {
  if (isEvent(event, 'patient_created', 'patient_updated'))
    return put(event.data, event.data.purged ?? event.data.archived);
  if (isEvent(event, 'patient_deleted')) return { op: 'delete', id: event.data.patient_id };
  return undefined;
};

/** The effect of an event on a list of patients with the archived ones. */
export const allPatientChanges: Changes<Patient> = (event) =>
  isEvent(event, 'patient_created', 'patient_updated') ? put(event.data) : patientChanges(event);

/** The effect of an event on a list of appointments. */
export const appointmentChanges: Changes<Appointment> = (event) => {
  if (isEvent(event, 'appointment_created', 'appointment_updated', 'appointment_cancelled'))
    return put(event.data);
  if (isEvent(event, 'appointment_deleted')) return { op: 'delete', id: event.data.appointment_id };
  return undefined;
};
