import type { Appointment, Patient } from '@wardbell/contract';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { type RunningServer, startServer } from '../support/server.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment, readAppointment } from './support/appointments.js';
import { ConsolePage } from './support/console-page.js';
import { createPatient, uniqueName } from './support/patients.js';

/** A Tuesday that has not come; the clinics of these tests are at UTC, the browser is in New York. */
const DAY = '2030-01-15';
const at = (clock: string) => `${DAY}T${clock}:00.000Z`;

let browser: Browser;
let database: TestDatabase;
let server: RunningServer;
let clinic: TestTenant;
let patient: Patient;

beforeAll(async () => {
  database = await createDatabase();
  [browser, server] = await Promise.all([launchBrowser(), startServer({ database })]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});
beforeEach(async () => {
  clinic = await createTenant(server);
  patient = await createPatient(server, clinic.clinician, {
    first_name: 'Mae',
    last_name: uniqueName('Auer'),
  });
});

const open = async (who: 'clinician' | 'frontDesk' = 'clinician', query = `?date=${DAY}`) => {
  const person = await ConsolePage.open(browser, server);
  await person.signIn(clinic[who]);
  await person.untilConnection('Live');
  await person.page.goto(`${server.url}/schedule/${query}`);
  await person.untilConnection('Live');
  return person;
};
const book = (clock: string, more: Readonly<Record<string, unknown>> = {}) =>
  createAppointment(server, clinic.frontDesk, {
    patient_id: patient.id,
    datetime: at(clock),
    practitioner: 'Dr. Berg',
    room: 'Room 1',
    ...more,
  });
const stored = ({ id }: Appointment) => readAppointment(server, clinic.clinician, id);
/** The block of an appointment, by what a screen reader says of it. */
const block = ({ page }: ConsolePage, text: string | RegExp): Locator =>
  page.getByRole('listitem').getByRole('button', { name: text });
const column = ({ page }: ConsolePage, name: string): Locator =>
  page.getByRole('region', { name: new RegExp(`^${name},`) });

describe('the schedule', () => {
  it('shows to each of two people what the other does, and who did it', async () => {
    const row = await book('09:00');
    const [anna, tom] = await Promise.all([open(), open('frontDesk')]);
    await block(anna, /Auer.*Booked.*09:00.*09:30.*Check-up/).waitFor();
    // In the future nothing arrives by a slip of the mouse; the details have it.
    await block(anna, /Auer/).click();
    await anna.page.getByRole('complementary').getByRole('button', { name: 'Arrived' }).click();
    await block(tom, /Arrived.*just changed by Test clinician/).waitFor();
    await block(anna, /Arrived.*just changed by you/).waitFor();
    expect(await stored(row)).toMatchObject({ status: 'arrived' });
    await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      datetime: at('11:00'),
      practitioner: 'Dr. Otto',
    });
    await column(tom, 'Dr. Otto').getByRole('listitem').waitFor();
    await column(anna, 'Dr. Otto').getByRole('listitem').waitFor();
    expect(anna.page.url()).not.toMatch(/Auer|Mae/);
    expect([...anna.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([anna.close(), tom.close()]);
  });

  it('is walked, moved and changed by keys alone, and says what happened', async () => {
    const first = await book('09:00');
    const second = await book('10:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
    const anna = await open();
    const { page } = anna;
    await page.getByRole('listitem').first().waitFor();
    const focused = () => page.locator(':focus');
    await page
      .getByRole('listitem')
      .getByRole('button', { name: /Check-up/ })
      .focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused().getAttribute('data-appointment')).toBe(second.id);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Alt+ArrowDown');
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('status').getByText('Moved to 09:30, Dr. Berg').waitFor();
    await page.keyboard.press('Alt+ArrowRight');
    await page.getByRole('status').getByText('Moved to 09:30, Dr. Otto').waitFor();
    await eventually(async () => (await stored(first)).practitioner === 'Dr. Otto', {
      what: 'the move saved',
    });
    expect(await stored(first)).toMatchObject({ datetime: at('09:30'), status: 'booked' });
    // The focus went along into the other column.
    expect(await focused().getAttribute('data-appointment')).toBe(first.id);
    await page.keyboard.press('a');
    await page
      .getByRole('status')
      .getByText(/Auer.*: Arrived/)
      .waitFor();
    await eventually(async () => (await stored(first)).status === 'arrived', { what: 'the status saved' });
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByText('This appointment stays where it is').waitFor();
    await page.keyboard.press('b');
    await page.getByText('This step is not possible now').waitFor();
    expect(await stored(first)).toMatchObject({ datetime: at('09:30'), status: 'arrived' });
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });
});
