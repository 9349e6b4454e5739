import { Appointment, api, type Patient, Tenant } from '@wardbell/contract';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { middayZone } from '../support/midday.js';
import { type RunningServer, startServer } from '../support/server.js';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment, readAppointment } from './support/appointments.js';
import { ConsolePage } from './support/console-page.js';
import { createPatient, uniqueName } from './support/patients.js';
import { block } from './support/schedule.js';

/*
 * A clinic's morning, played by a nurse and the front desk in two browsers: each sees what the other does, nothing is
 * lost by a network drop, a lock or a killed server, and neither page is ever loaded again.
 */

const PRACTITIONER = 'Dr. Berg';
const SPOKEN: Readonly<Partial<Record<Appointment['status'], string>>> = {
  booked: 'Booked',
  arrived: 'Arrived',
  'checked-in': 'Checked in',
  fulfilled: 'Done',
  noshow: 'No-show',
};

let browser: Browser;
let database: TestDatabase;
let server: RunningServer;
let clinic: TestTenant;
let timeZone: string;

beforeAll(async () => {
  database = await createDatabase();
  [browser, server] = await Promise.all([launchBrowser(), startServer({ database })]);
  clinic = await createTenant(server);
  // so that all of the test is on one day
  timeZone = middayZone();
  const token = await signInSuperAdmin(server);
  await must(Tenant, server, 'PATCH', `/tenants/${clinic.id}`, { token, body: { time_zone: timeZone } });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** The full minute that is so many minutes from now. */
const inMinutes = (minutes: number): string =>
  new Date((Math.floor(Date.now() / 60_000) + minutes) * 60_000).toISOString();
const clockOf = (instant: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(
    new Date(instant),
  );

/** Signs in, waits until the whole console is in the page, and marks the page, so that a reload would be noticed. */
const open = async (who: 'clinician' | 'frontDesk'): Promise<ConsolePage> => {
  const person = await (await ConsolePage.open(browser, server)).signIn(clinic[who]);
  await person.untilConnection('Live');
  await person.untilPartsLoaded();
  await person.page.evaluate(() => Object.assign(window, { sameMorning: true }));
  return person;
};
const isSamePage = ({ page }: ConsolePage): Promise<boolean> =>
  page.evaluate(() => Reflect.get(window, 'sameMorning') === true);
const goTo = ({ page }: ConsolePage, room: 'Patients' | 'Schedule') =>
  page.getByRole('link', { name: room, exact: true }).click();
const panel = ({ page }: ConsolePage): Locator => page.getByRole('complementary', { name: 'Appointment' });

const book = (patient: Patient, minutes: number, type: string): Promise<Appointment> =>
  createAppointment(server, clinic.admin, {
    patient_id: patient.id,
    datetime: inMinutes(minutes),
    duration_minutes: 15,
    practitioner: PRACTITIONER,
    type,
  });
const untilStored = (id: string, expected: Partial<Appointment>) =>
  eventually(async () => {
    expect(await readAppointment(server, clinic.clinician, id)).toMatchObject(expected);
    return true;
  });
const listOf = (patient: Patient): Promise<readonly Appointment[]> =>
  must(api.appointments.list.answer, server, 'GET', `/appointments?patient_id=${patient.id}`, {
    token: clinic.clinician.token,
  }).then(({ data }) => data);

/** Books in the dialog "New appointment", for a patient who is found by name. */
const bookByForm = async (
  person: ConsolePage,
  entry: { patient: Patient; datetime: string; type: string; button: string },
): Promise<Appointment> => {
  const { page } = person;
  await page.getByRole('button', { name: 'New appointment' }).click();
  const dialog = page.getByRole('dialog', { name: 'New appointment' });
  await dialog.getByRole('combobox', { name: 'Patient' }).fill(entry.patient.last_name);
  await page.getByRole('option', { name: new RegExp(entry.patient.last_name) }).click();
  await dialog.getByLabel('Type').fill(entry.type);
  await dialog.getByLabel('Time', { exact: true }).fill(clockOf(entry.datetime));
  await dialog.getByLabel('Practitioner').fill(PRACTITIONER);
  await dialog.getByRole('button', { name: entry.button }).click();
  await dialog.waitFor({ state: 'detached' });
  return eventually(async () => (await listOf(entry.patient)).find(({ type }) => type === entry.type), {
    what: `the appointment ${entry.type} saved`,
  });
};

it('a full morning in two browsers needs no reload and ends with the list that the database has', async () => {
  const [anna, tom] = await Promise.all([open('clinician'), open('frontDesk')]);
  const both = [anna, tom];
  const onBoth = (text: RegExp) => Promise.all(both.map((person) => block(person, text).waitFor()));

  // The front desk registers a patient; the nurse sees the row.
  const name = uniqueName('Newcomer');
  await goTo(tom, 'Patients');
  await tom.page.getByRole('button', { name: 'New patient' }).first().click();
  await tom.page.getByLabel('First name').fill('Nora');
  await tom.page.getByLabel('Last name').fill(name);
  await tom.page.getByRole('button', { name: 'Save patient' }).click();
  await goTo(anna, 'Patients');
  await anna.row(name).waitFor();
  const found = await must(api.patients.list.answer, server, 'GET', `/patients?search=${name}`, {
    token: clinic.clinician.token,
  });
  const [newcomer] = found.data;
  if (!newcomer) throw new Error('the patient is not stored');
  const other = await createPatient(server, clinic.frontDesk, { last_name: uniqueName('Regular') });
  const sleeper = await createPatient(server, clinic.frontDesk, { last_name: uniqueName('Sleeper') });

  // What was booked before: one who is late, one who is expected.
  const late = await book(sleeper, -25, 'Late one');
  const expected = await book(other, 110, 'Blood test');
  await Promise.all(both.map((person) => goTo(person, 'Schedule')));
  await onBoth(/2\d minutes late.*Late one/);
  await onBoth(/Blood test/);

  // The front desk books, then books a second one at the same time, which it is told.
  const booked = await bookByForm(tom, {
    patient: newcomer,
    datetime: inMinutes(50), // so late that the one who walks in is gone before, however slow the test is
    type: 'First visit',
    button: 'Save appointment',
  });
  await block(anna, /Booked.*First visit/).waitFor();
  const doubled = await bookByForm(tom, {
    patient: other,
    datetime: booked.datetime ?? '',
    type: 'Squeezed in',
    button: 'Book anyway',
  });
  expect(doubled.datetime).toBe(booked.datetime);
  await onBoth(/Squeezed in/);

  // The nurse moves the second one, and takes it back.
  await block(anna, /Squeezed in/).focus();
  await anna.page.keyboard.press('Alt+ArrowDown');
  await eventually(
    async () => (await readAppointment(server, clinic.clinician, doubled.id)).datetime !== doubled.datetime,
    { what: 'the move saved' },
  );
  await anna.page.keyboard.press('Control+z');
  await untilStored(doubled.id, { datetime: doubled.datetime });
  await block(tom, new RegExp(`${clockOf(doubled.datetime ?? '')}.*Squeezed in`)).waitFor();

  // The expected one arrives and is checked in; the late one does not come.
  await block(tom, /First visit/).focus();
  await tom.page.keyboard.press('a');
  await block(anna, /Arrived.*First visit/).waitFor();
  await block(anna, /First visit/).click();
  await panel(anna).getByRole('button', { name: 'Check in' }).click();
  await block(tom, /Checked in.*First visit/).waitFor();
  await block(anna, /Late one/).click();
  await panel(anna).getByRole('button', { name: 'No-show' }).click();
  await untilStored(late.id, { status: 'noshow' });
  await block(tom, /No-show.*Late one/).waitFor();

  // Somebody walks in.
  const walker = await createPatient(server, clinic.frontDesk, { last_name: uniqueName('Walker') });
  const walkIn = await bookByForm(tom, {
    patient: walker,
    datetime: inMinutes(-1),
    type: 'Walk-in',
    button: 'Save appointment',
  });
  await onBoth(/Walk-in/);

  // An urgent notice is taken on by the nurse and goes from both screens.
  const bars = both.map(({ page }) => page.getByRole('region', { name: 'Notices that need an answer' }));
  await must(api.notifications.create.answer, server, 'POST', '/notifications', {
    token: clinic.admin.token,
    body: {
      title: 'Emergency in room 2',
      message: 'Bring the trolley',
      level: 'error',
      audience: { user_ids: [clinic.clinician.id, clinic.frontDesk.id] },
      requires_ack: { within_s: 600, steps: [{ to: { roles: ['tenant_admin'] }, within_s: 600 }] },
    },
  });
  await Promise.all(bars.map((bar) => bar.getByRole('alert').filter({ hasText: 'Emergency' }).waitFor()));
  await bars[0]?.getByRole('button', { name: 'Acknowledge' }).click();
  await bars[1]?.waitFor({ state: 'detached' });

  // The nurse loses the network; the front desk works on.
  await anna.context.setOffline(true);
  await anna.untilConnection(/^Connection: Offline since/);
  await block(tom, /Walk-in/).focus();
  await tom.page.keyboard.press('a');
  await untilStored(walkIn.id, { status: 'arrived' });
  expect(await block(anna, /Arrived.*Walk-in/).count()).toBe(0);
  await anna.context.setOffline(false);
  await anna.untilConnection('Live');
  await block(anna, /Arrived.*Walk-in/).waitFor();

  // The front desk locks the screen; what happens meanwhile stands there afterwards.
  await tom.page.keyboard.press('Control+k');
  await tom.page.getByRole('combobox', { name: 'Find a page or action' }).fill('lock this screen');
  await tom.page.keyboard.press('Enter');
  await tom.page.getByRole('heading', { name: 'Locked' }).waitFor();
  await block(anna, /First visit/).click();
  await panel(anna).getByRole('button', { name: 'Done' }).click();
  await untilStored(booked.id, { status: 'fulfilled' });
  await tom.page.getByLabel('Password', { exact: true }).fill(clinic.frontDesk.password);
  await tom.page.keyboard.press('Enter');
  await tom.untilConnection('Live');
  await block(tom, /Done.*First visit/).waitFor();

  // The server is killed and comes back; a colleague has worked through it.
  await server.kill('SIGKILL');
  await Promise.all(both.map((person) => person.untilConnection(/^Connection: Offline since/)));
  server = await startServer({ database, env: { PORT: String(server.port) } });
  const afterwards = await book(newcomer, 100, 'Follow-up');
  await Promise.all(both.map((person) => person.untilConnection('Live')));
  await onBoth(/Booked.*Follow-up/);

  const day = await Promise.all(
    [late, expected, booked, doubled, walkIn, afterwards].map(({ id }) =>
      readAppointment(server, clinic.clinician, id),
    ),
  );
  const names = new Map(
    [newcomer, other, sleeper, walker].map(({ id, last_name }): [string, string] => [id, last_name]),
  );
  for (const { page } of both) {
    const shown = page.getByRole('listitem').locator('[data-appointment]');
    expect(
      (await shown.evaluateAll((all) => all.map((each) => each.getAttribute('data-appointment')))).toSorted(),
    ).toEqual(day.map(({ id }) => id).toSorted());
    for (const { id, patient_id, datetime, status, type } of day) {
      const text = await page.locator(`[data-appointment="${id}"]`).textContent();
      for (const part of [names.get(patient_id), SPOKEN[status], clockOf(datetime ?? ''), type]) {
        expect(text).toContain(part);
      }
    }
  }
  expect(await Promise.all(both.map(isSamePage))).toEqual([true, true]);
  await Promise.all(both.map((person) => person.close()));
});
