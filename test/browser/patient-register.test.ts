import { Appointment, api } from '@wardbell/contract';
import type { Page } from 'playwright-core';
import { call } from '../support/http.js';
import { must } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { untilValue } from './support/fields.js';
import { uniqueName } from './support/patients.js';
import { clinic, DAY, open, patient } from './support/schedule.js';

/** As people are called: a word with digits is taken for an MRN. */
const newcomer = (): string =>
  uniqueName('Newcomer').replace(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));

const listed = async (patientId: string): Promise<readonly Appointment[]> =>
  (
    await must(api.appointments.list.answer, server, 'GET', `/appointments?patient_id=${patientId}`, {
      token: clinic.clinician.token,
    })
  ).data;
const found = async (search: string) =>
  (
    await must(api.patients.list.answer, server, 'GET', `/patients?search=${encodeURIComponent(search)}`, {
      token: clinic.clinician.token,
    })
  ).data;

/** Types a search that is not answered before the function that is returned is called. */
const searchHeld = async (page: Page, text: string): Promise<() => Promise<void>> => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = page.waitForRequest(/\/api\/v1\/patients\?.*search=/);
  await page.route(/\/api\/v1\/patients\?.*search=/, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await page.getByRole('searchbox').fill(text);
  await asked;
  return () => {
    release();
    return page.unrouteAll({ behavior: 'wait' });
  };
};

describe('booking', () => {
  it('begins in the record of a patient, who is chosen already, and ends there', async () => {
    const anna = await signedIn(clinic.frontDesk);
    const { page } = anna;
    await anna.row(patient.last_name).click();
    const panel = page.getByRole('complementary', { name: 'Patient' });
    await panel.getByRole('button', { name: 'Book', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'New appointment' });
    await dialog.getByText(`MRN ${patient.mrn}`).waitFor();
    const chosen = dialog.getByRole('combobox', { name: 'Patient' });
    await eventually(async () => (await chosen.inputValue()) === `${patient.last_name}, Mae`);
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByLabel('Type').fill('Check-up');
    await dialog.getByLabel('Date').fill(DAY);
    await dialog.getByLabel('Time', { exact: true }).fill('09:30');
    await dialog.getByRole('button', { name: 'Save appointment' }).click();
    await dialog.waitFor({ state: 'detached' });
    await panel.getByText('Check-up').waitFor();
    expect(await listed(patient.id)).toMatchObject([{ datetime: `${DAY}T09:30:00.000Z`, type: 'Check-up' }]);
    await page.getByRole('link', { name: 'In the schedule' }).click();
    await page.getByRole('complementary', { name: 'Appointment' }).waitFor();
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('registers whom the search of the patient did not find, and keeps what was entered for the appointment', async () => {
    const anna = await open('frontDesk');
    const { page } = anna;
    const last = newcomer();
    await page.getByRole('button', { name: 'New appointment' }).first().click();
    const booking = page.getByRole('dialog', { name: 'New appointment' });
    await booking.getByLabel('Type').fill('First visit');
    await booking.getByLabel('Time', { exact: true }).fill('10:00');
    await booking.getByRole('combobox', { name: 'Patient' }).fill(`Zelda ${last} 29.02.1980`);
    await booking.getByRole('button', { name: `Register “Zelda ${last} 29.02.1980”` }).click();
    const registering = page.getByRole('dialog', { name: 'New patient' });
    await registering.waitFor();
    await untilValue(registering.getByLabel('First name'), 'Zelda');
    await untilValue(registering.getByLabel('Last name'), last);
    await untilValue(registering.getByLabel('Birth date'), '29 Feb 1980');
    // one Escape is for the form on top, which asks; the other form stays as it is
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keep editing' }).click();
    expect(await violationsOf(page)).toEqual([]);
    await registering.getByRole('button', { name: 'Save patient' }).click();
    await registering.waitFor({ state: 'detached' });
    await booking.getByText(/^born .*1980 · MRN/).waitFor();
    await untilValue(booking.getByRole('combobox', { name: 'Patient' }), `${last}, Zelda`);
    await untilValue(booking.getByLabel('Type'), 'First visit');
    await booking.getByRole('button', { name: 'Save appointment' }).click();
    await booking.waitFor({ state: 'detached' });
    const [made] = await found(last);
    expect(await listed(made?.id ?? '')).toMatchObject([
      { datetime: `${DAY}T10:00:00.000Z`, type: 'First visit' },
    ]);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('that is refused says why, with no list of patients over it', async () => {
    const anna = await open('frontDesk');
    const { page } = anna;
    await page.getByRole('button', { name: 'New appointment' }).first().click();
    const booking = page.getByRole('dialog', { name: 'New appointment' });
    const field = booking.getByRole('combobox', { name: 'Patient' });
    const save = booking.getByRole('button', { name: 'Save appointment' });
    const isClosed = async () => expect(await field.getAttribute('aria-expanded')).toBe('false');
    await booking.getByLabel('Type').fill('First visit');
    await booking.getByLabel('Time', { exact: true }).fill('10:00');
    await save.click();
    await eventually(() => field.evaluate((input) => input === document.activeElement));
    await booking.getByText('Choose a patient from the list').waitFor();
    await isClosed();

    await field.fill(patient.last_name);
    await booking.getByRole('option', { name: new RegExp(patient.last_name) }).click();
    const { token } = clinic.admin;
    expect((await call(server.url, 'DELETE', `/patients/${patient.id}`, { token })).status).toBe(204);
    await save.click();
    await booking.getByText('This patient has been deleted. Choose another.').waitFor();
    await eventually(() => field.evaluate((input) => input === document.activeElement));
    await isClosed();
    await anna.close();
  });
});

describe('a search in the list of patients', () => {
  it('that finds nobody offers to register what was typed, and to look among archived patients', async () => {
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    const last = newcomer();
    await page.getByRole('searchbox').fill(`${last}, Zelda +44 20 7946 0001`);
    await page.getByRole('button', { name: 'Search archived patients, too' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: /^Register/ }).click();
    const registering = page.getByRole('dialog', { name: 'New patient' });
    await registering.getByRole('button', { name: 'Save patient' }).click();
    await registering.waitFor({ state: 'detached' });
    await page
      .getByRole('complementary', { name: 'Patient' })
      .getByRole('heading', { name: `Zelda ${last}` })
      .waitFor();
    expect(await found(last)).toMatchObject([{ first_name: 'Zelda', phone: '+44 20 7946 0001' }]);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('that fails shows neither rows of before nor the details of before', async () => {
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    await anna.row(patient.last_name).click();
    const panel = page.getByRole('complementary', { name: 'Patient' });
    await panel.getByRole('heading', { name: `Mae ${patient.last_name}` }).waitFor();
    await page.route(/\/api\/v1\/patients\?.*search=/, (route) =>
      route.fulfill({ status: 400, json: { code: 'malformed_request' } }),
    );
    await page.getByRole('searchbox').fill('Mae');
    await page.getByText('That did not work').waitFor();
    await panel.waitFor({ state: 'detached' });
    expect(await anna.row(patient.last_name).count()).toBe(0);
    await page.unroute(/\/api\/v1\/patients\?.*search=/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await anna.row(patient.last_name).waitFor();
    await anna.close();
  });

  it('that finds nobody closes the details of before, unless something is being entered there', async () => {
    const anna = await signedIn(clinic.frontDesk);
    const { page } = anna;
    const panel = page.getByRole('complementary', { name: 'Patient' });
    const details = panel.getByRole('heading', { name: `Mae ${patient.last_name}` });
    const nobody = page.getByRole('heading', { name: 'Nobody found' });
    await anna.row(patient.last_name).click();
    await details.waitFor();
    // still there while the search is under way
    let answer = await searchHeld(page, 'Somebody Else');
    await details.waitFor();
    await answer();
    await nobody.waitFor();
    await panel.waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');

    // a link that is opened while the list shows nobody shows its patient
    await page.evaluate((id) => history.pushState(null, '', `/patients/?id=${id}`), patient.id);
    await details.waitFor();
    await nobody.waitFor();

    // what is being entered when the answer comes stays
    answer = await searchHeld(page, 'Nobody Else');
    await panel.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Phone').fill('+44 20 7946 0018');
    await answer();
    // behind the form it is hidden from assistive technology
    await page.getByRole('heading', { name: 'Nobody found', includeHidden: true }).waitFor();
    expect(await dialog.getByLabel('Phone').inputValue()).toBe('+44 20 7946 0018');
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await panel.getByText('+44 20 7946 0018').waitFor();
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });
});
