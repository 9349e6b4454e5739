import { expect, it } from '@jest/globals';
import { AppointmentSaved, ClinicSettings, Practitioner, Room } from '@wardbell/contract';
import { call } from '../support/http.js';
import { must } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { untilValue } from './support/fields.js';
import { createPatient, uniqueName } from './support/patients.js';
import { at, book, clinic, column, DAY, open } from './support/schedule.js';

const admin = () => ({ token: clinic.admin.token });
const addPractitioner = (name: string, more: object = {}) =>
  must(Practitioner, server, 'POST', '/practitioners', { ...admin(), body: { name, ...more } });

it('is set up by an admin, and every open schedule follows without a reload', async () => {
  await book('09:00');
  const tom = await open('frontDesk');
  const anna = await signedIn(clinic.admin);
  await anna.page.goto(`${server.url}/clinic-setup/`);
  const card = anna.page.getByRole('region', { name: 'Practitioners' });
  await card.getByRole('button', { name: 'Add practitioner' }).click();
  await anna.page.getByRole('textbox', { name: 'Name' }).fill('Dr. Zoe Abel');
  await anna.page.getByRole('button', { name: 'Save', exact: true }).click();
  await card.getByText('Dr. Zoe Abel').waitFor();
  await column(tom, 'Dr. Zoe Abel').waitFor();

  await card.getByRole('button', { name: 'Edit Dr. Zoe Abel' }).click();
  await anna.page.getByRole('textbox', { name: 'Name' }).fill('Dr. Zoe Abelson');
  await anna.page.getByRole('button', { name: 'Save', exact: true }).click();
  await column(tom, 'Dr. Zoe Abelson').waitFor();

  const hours = anna.page.getByRole('form', { name: 'Office hours' });
  await hours.getByRole('button', { name: 'Add hours on Tuesday' }).click();
  await hours.getByRole('button', { name: 'Save office hours' }).click();
  // the axis begins at 8 with the hours, and at 7 without
  await eventually(async () => (await tom.page.getByText('07:00').count()) === 0, {
    what: 'the schedule to begin with the office hours',
  });

  await anna.page.getByRole('button', { name: 'Add absence' }).click();
  await anna.page.getByLabel('Who', { exact: true }).selectOption('Dr. Zoe Abelson');
  await anna.page.getByLabel('First day').fill(DAY);
  await anna.page.getByLabel('Last day').fill(DAY);
  await anna.page.getByLabel('What for').fill('Congress');
  await anna.page.getByRole('button', { name: 'Save', exact: true }).click();
  await column(tom, 'Dr. Zoe Abelson').getByText('Congress').waitFor();
  expect(await violationsOf(anna.page)).toEqual([]);
  expect(await violationsOf(tom.page)).toEqual([]);
  expect([...anna.complaints, ...tom.complaints]).toEqual([]);
  await Promise.all([anna.close(), tom.close()]);
});

it('says that office hours are wrong when they are to be saved, not while a time is being typed', async () => {
  const anna = await signedIn(clinic.admin);
  await anna.page.goto(`${server.url}/clinic-setup/`);
  const hours = anna.page.getByRole('form', { name: 'Office hours' });
  await hours.getByRole('button', { name: 'Add hours on Tuesday' }).click();
  const [from, to] = [hours.getByRole('textbox').first(), hours.getByRole('textbox').last()];
  const save = hours.getByRole('button', { name: 'Save office hours' });
  const alert = hours.getByRole('alert');
  await to.fill('7');
  expect(await alert.count()).toBe(0);
  await to.blur();
  await eventually(async () => (await to.inputValue()) === '07:00');
  expect(await alert.count()).toBe(0);
  await save.click();
  await alert.getByText('Each time ends after it begins').waitFor();
  expect(await violationsOf(anna.page)).toEqual([]);
  // a start of 24:00 would be a day too early, an end of 24:00 is midnight
  await from.fill('24:00');
  expect(await alert.count()).toBe(0);
  await from.blur();
  await hours.getByText('Not a time.').waitFor();
  await from.fill('18:00');
  await to.fill('24:00');
  await save.click();
  await anna.page.getByText('Office hours saved').waitFor();
  await untilValue(to, '00:00');
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('says while one types what an appointment conflicts with, and saves it only with Book anyway', async () => {
  await addPractitioner('Dr. Berg');
  await book('09:00', { practitioner: 'Dr. Berg', room: null });
  const other = await createPatient(server, clinic.clinician, {
    first_name: 'Ann',
    last_name: uniqueName('Second'),
  });
  const anna = await open('frontDesk');
  const { page } = anna;
  await page.getByRole('button', { name: 'New appointment' }).click();
  const dialog = page.getByRole('dialog', { name: 'New appointment' });
  await dialog.getByRole('combobox', { name: 'Patient' }).fill(other.last_name);
  await dialog.getByRole('option', { name: new RegExp(other.last_name) }).click();
  await dialog.getByLabel('Type').fill('Check-up');
  await dialog.getByLabel('Practitioner').fill('dr. berg');
  await dialog.getByLabel('Time', { exact: true }).fill('09:15');
  await dialog.getByText(/dr\. berg has another appointment, 09:00–09:30 \(Auer.*\)/).waitFor();
  await dialog.getByLabel('Time', { exact: true }).fill('09:30');
  await dialog.getByRole('button', { name: 'Save appointment' }).waitFor();
  await dialog.getByLabel('Time', { exact: true }).fill('09:15');
  await dialog.getByRole('button', { name: 'Book anyway' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Book anyway' }).click();
  await dialog.waitFor({ state: 'detached' });
  await eventually(async () => {
    const list = await call(server.url, 'GET', `/appointments?patient_id=${other.id}`, admin());
    return JSON.stringify(list.body).includes(at('09:15'));
  });
  expect(page.url()).not.toContain(other.last_name);
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('finds the next free time, and does not save what the clinic forbids', async () => {
  await addPractitioner('Dr. Berg');
  await must(Room, server, 'POST', '/rooms', { ...admin(), body: { name: 'Room 1' } });
  await book('09:00', { duration_minutes: 60 });
  await must(ClinicSettings, server, 'PATCH', '/clinic-settings', {
    ...admin(),
    body: { double_booking: 'forbid' },
  });
  const second = await createPatient(server, clinic.clinician, {
    first_name: 'B',
    last_name: uniqueName('B'),
  });
  const row = await must(AppointmentSaved, server, 'POST', '/appointments', {
    ...admin(),
    body: { patient_id: second.id, type: 'Check-up', datetime: at('11:00'), practitioner: 'Dr. Berg' },
  });
  const anna = await open('frontDesk', `?date=${DAY}&id=${row.id}`);
  const { page } = anna;
  await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit appointment' });
  await dialog.getByLabel('Time', { exact: true }).fill('09:30');
  await dialog.getByText('This clinic does not allow double bookings').waitFor();
  expect(await dialog.getByRole('button', { name: 'Book anyway' }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Next free time' }).click();
  await eventually(async () => (await dialog.getByLabel('Time', { exact: true }).inputValue()) === '10:00');
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.waitFor({ state: 'detached' });
  await column(anna, 'Dr. Berg')
    .getByRole('button', { name: new RegExp(`^${second.last_name}.*10:00`) })
    .waitFor();
  expect(anna.complaints).toEqual([]);
  await anna.close();
});
