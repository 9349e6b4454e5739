import { Appointment, Patient } from '@wardbell/contract';
import { z } from 'zod';
import type { TestDatabase } from '../../support/database.js';
import { must } from '../../support/tenant.js';
import { type Clinic, createPatient, emit, type Server } from './clinic.js';

/** Texts that may be seen by the people who treat the patient, and by nobody else. */
export const CLINICAL = { notes: 'CANARYnotes', reason: 'CANARYreason' };
/** Texts that may be seen by the people of the clinic, and by nobody else. */
export const PERSONAL = {
  first_name: 'CANARYfirst',
  last_name: 'CANARYlast',
  phone: '+43 1 CANARY',
  email: 'canary@example.org',
  practitioner: 'Dr. CANARYdoctor',
  message: 'CANARYmessage',
  task: 'CANARYtask',
};

/** The types of `happen`, in its order. */
export const HAPPENING_TYPES = [
  'patient_created',
  'patient_updated',
  'appointment_created',
  'appointment_updated',
  'appointment_cancelled',
  'appointment_deleted',
  'patient_deleted',
  'system_notification',
  'task_updated',
] as const;

export interface Happenings {
  readonly created: Patient;
  readonly updated: Patient;
  readonly booked: Appointment;
  readonly moved: Appointment;
  readonly cancelled: Appointment;
}

/** Everything that can happen in a clinic, once: an event of each type, through the API and in SQL. */
export async function happen(server: Server, database: TestDatabase, clinic: Clinic): Promise<Happenings> {
  const token = await clinic.token('clinician');
  const { first_name, last_name, phone, email } = PERSONAL;
  const created = await createPatient(server, clinic, {
    first_name,
    last_name,
    phone,
    email,
    birth_date: '1980-01-02',
    notes: CLINICAL.notes,
  });
  const patient = `/patients/${created.id}`;
  const updated = await must(Patient, server, 'PATCH', patient, {
    token,
    body: { phone: `${phone}2` },
  });
  const booked = await must(Appointment, server, 'POST', '/appointments', {
    token,
    body: {
      patient_id: created.id,
      datetime: '2026-12-01T09:00:00.000Z',
      type: 'check-up',
      practitioner: PERSONAL.practitioner,
      reason: CLINICAL.reason,
    },
  });
  const appointment = `/appointments/${booked.id}`;
  const moved = await must(Appointment, server, 'PATCH', appointment, {
    token,
    body: { datetime: '2026-12-01T10:00:00.000Z' },
  });
  const cancelled = await must(Appointment, server, 'POST', `${appointment}/status`, {
    token,
    body: { status: 'cancelled', reason: 'patient is on holiday' },
  });
  await must(z.unknown(), server, 'DELETE', appointment, { token });
  await must(z.unknown(), server, 'DELETE', patient, { token });
  await must(z.unknown(), server, 'POST', '/notifications', {
    token: await clinic.token('tenant_admin'),
    body: { message: PERSONAL.message, level: 'warning' },
  });
  await emit(database, clinic, 'task_updated', { task_id: 7, title: PERSONAL.task });
  return { created, updated, booked, moved, cancelled };
}
