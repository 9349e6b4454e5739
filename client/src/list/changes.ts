import type { Appointment, Patient } from '@wardbell/contract';
import { type IncomingEvent, isEvent } from '../events.js';

/** A row of a live list: the higher `version` of the same `id` wins. */
export interface LiveRow {
  readonly id: string;
  readonly version: number;
}

/** What an event does to a list. */
export type Change<Row extends LiveRow> =
  | { readonly op: 'put'; readonly row: Row }
  | { readonly op: 'delete'; readonly id: string };

/** Tells what an event does to a list; undefined for events of other things. */
export type Changes<Row extends LiveRow> = (event: IncomingEvent) => Change<Row> | undefined;

/** What an event does to a list of patients. */
export const patientChanges: Changes<Patient> = (event) => {
  if (isEvent(event, 'patient_created', 'patient_updated')) return { op: 'put', row: event.data };
  if (isEvent(event, 'patient_deleted')) return { op: 'delete', id: event.data.patient_id };
  return undefined;
};

/** What an event does to a list of appointments. */
export const appointmentChanges: Changes<Appointment> = (event) => {
  if (isEvent(event, 'appointment_created', 'appointment_updated', 'appointment_cancelled'))
    return { op: 'put', row: event.data };
  if (isEvent(event, 'appointment_deleted')) return { op: 'delete', id: event.data.appointment_id };
  return undefined;
};
