import { beforeEach } from '@jest/globals';
import type { Appointment, Patient } from '@wardbell/contract';
import type { Locator } from 'playwright-core';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { createAppointment, readAppointment } from './appointments.js';
import { server, signedIn } from './bench.js';
import type { ConsolePage } from './console-page.js';
import { createPatient, uniqueName } from './patients.js';

/** A Tuesday that has not come; the clinics of the tests are at UTC, the browser is in New York. */
export const DAY = '2030-01-15';
export const at = (clock: string): string => `${DAY}T${clock}:00.000Z`;

/** Each test has a clinic of its own with one patient. */
export let clinic: TestTenant;
export let patient: Patient;

beforeEach(async () => {
  clinic = await createTenant(server);
  patient = await createPatient(server, clinic.clinician, {
    first_name: 'Mae',
    last_name: uniqueName('Auer'),
  });
});

/** Signs in and opens the schedule. */
export async function open(
  who: 'clinician' | 'frontDesk' = 'clinician',
  query = `?date=${DAY}`,
): Promise<ConsolePage> {
  const person = await signedIn(clinic[who]);
  await person.untilConnection('Live');
  await person.page.goto(`${server.url}/schedule/${query}`);
  await person.untilConnection('Live');
  return person;
}

/** An appointment of the patient on `DAY`. */
export const book = (clock: string, more: Readonly<Record<string, unknown>> = {}): Promise<Appointment> =>
  createAppointment(server, clinic.frontDesk, {
    patient_id: patient.id,
    datetime: at(clock),
    practitioner: 'Dr. Berg',
    room: 'Room 1',
    ...more,
  });

/** The appointment as the server has it. */
export const stored = ({ id }: Appointment): Promise<Appointment> =>
  readAppointment(server, clinic.clinician, id);

/** The block of an appointment, by what a screen reader says of it. */
export const block = ({ page }: ConsolePage, text: string | RegExp): Locator =>
  page.getByRole('listitem').getByRole('button', { name: text });

/** The column of a practitioner or a room. */
export const column = ({ page }: ConsolePage, name: string): Locator =>
  page.getByRole('region', { name: new RegExp(`^${name},`) });
