import type { Page } from 'playwright-core';
import { call } from '../support/http.js';
import { signInSuperAdmin } from '../support/tenant.js';
import { readAppointment } from './support/appointments.js';
import { server, signedIn } from './support/bench.js';
import { untilValue } from './support/fields.js';
import { createPatient, readPatient } from './support/patients.js';
import { at, block, book, clinic, open, patient } from './support/schedule.js';

const dialog = (page: Page) => page.getByRole('dialog');
const remove = async (path: string) =>
  expect((await call(server.url, 'DELETE', path, { token: clinic.admin.token })).status).toBe(204);
const openPatient = async (options = {}) => {
  const anna = await signedIn(clinic.clinician, options);
  await anna.untilConnection('Live');
  await anna.page.goto(`${server.url}/patients/?id=${patient.id}`);
  await anna.untilConnection('Live');
  return anna;
};
/** Ends all sessions of a person, as an administrator does. */
const endSessions = async (userId: string) =>
  expect(
    (await call(server.url, 'DELETE', `/users/${userId}/sessions`, { token: clinic.admin.token })).status,
  ).toBe(204);
const untilSignIn = (page: Page) => page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
const everythingStored = (page: Page) =>
  page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
const TYPED = 'Typed by Anna alone';

describe('what one has typed', () => {
  it('stays when a colleague deletes the patient, and can be copied and saved as a new one', async () => {
    const anna = await openPatient({ permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = anna;
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Clinical notes').fill(TYPED);
    await dialog(page).getByLabel('Phone').fill('+44 20 7946 0000');
    await remove(`/patients/${patient.id}`);
    await dialog(page)
      .getByRole('alert')
      .getByText('A colleague has deleted this patient while you were editing')
      .waitFor();
    await untilValue(dialog(page).getByLabel('Clinical notes'), TYPED);
    await dialog(page).getByRole('button', { name: 'Copy what I entered' }).click();
    await dialog(page).getByText('Copied').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(`Last name: ${patient.last_name}`);
    expect(copied).toContain(`Clinical notes: ${TYPED}`);
    await dialog(page).getByRole('button', { name: 'Save as new' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('complementary').getByText(TYPED).waitFor();
    const id = new URL(page.url()).searchParams.get('id') ?? '';
    expect(id).not.toBe(patient.id);
    const { body } = await call(server.url, 'GET', `/patients/${id}`, { token: clinic.clinician.token });
    expect(body).toMatchObject({ last_name: patient.last_name, notes: TYPED, phone: '+44 20 7946 0000' });
    await anna.close();
  });

  it('stays when a colleague merges the patient into another record, and can be copied before going there', async () => {
    const kept = await createPatient(server, clinic.clinician, { last_name: patient.last_name });
    const anna = await openPatient({ permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = anna;
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Clinical notes').fill(TYPED);
    const merged = await call(server.url, 'POST', `/patients/${patient.id}/merge`, {
      token: clinic.admin.token,
      body: { into: kept.id, version: patient.version, into_version: kept.version },
    });
    expect(merged.status).toBe(200);
    await dialog(page)
      .getByRole('alert')
      .getByText('A colleague has merged this patient with another record')
      .waitFor();
    await untilValue(dialog(page).getByLabel('Clinical notes'), TYPED);
    expect(await dialog(page).getByRole('button', { name: 'Save changes' }).isDisabled()).toBe(true);
    await dialog(page).getByRole('button', { name: 'Copy what I entered' }).click();
    await dialog(page).getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`Clinical notes: ${TYPED}`);
    await dialog(page).getByRole('button', { name: 'Go to the record that stays' }).click();
    // what was typed is dropped only when one says so
    await page.getByRole('dialog').getByRole('button', { name: 'Keep editing' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('complementary').getByText(kept.mrn).waitFor();
    expect(await readPatient(server, clinic.clinician, kept.id)).toMatchObject({ notes: null });
    await anna.close();
  });

  it('stays when a colleague deletes the appointment, and is dropped only on purpose', async () => {
    const row = await book('09:00');
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).click();
    await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Reason').fill(TYPED);
    await remove(`/appointments/${row.id}`);
    await dialog(page).getByText('A colleague has deleted this appointment while you were editing').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep editing' }).click();
    await dialog(page).getByRole('button', { name: 'Save as new' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('complementary').getByText(TYPED).waitFor();
    const id = new URL(page.url()).searchParams.get('id') ?? '';
    expect(id).not.toBe(row.id);
    const saved = await readAppointment(server, clinic.clinician, id);
    expect(saved).toMatchObject({ reason: TYPED, datetime: at('09:00'), patient_id: patient.id });
    await anna.close();
  });

  it('comes back to the same person after the session was ended, and to nobody else at this browser', async () => {
    const anna = await openPatient();
    const { page } = anna;
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Clinical notes').fill(TYPED);
    await endSessions(clinic.clinician.id);
    await untilSignIn(page);
    expect(await page.content()).not.toContain(TYPED);
    await expect(everythingStored(page)).resolves.not.toContain(TYPED);
    const sealed = await page.evaluate(() => sessionStorage.getItem('wardbell.sealed_input'));
    expect(sealed).toContain(clinic.clinician.id);

    await anna.signIn(clinic.admin);
    await page.getByRole('complementary').getByText(patient.mrn).waitFor();
    expect(await dialog(page).count()).toBe(0);
    // also not for who says that it is hers
    await page.evaluate(
      ([from, to]) => {
        const text = sessionStorage.getItem('wardbell.sealed_input') ?? '';
        sessionStorage.setItem('stolen', text);
        sessionStorage.setItem('wardbell.sealed_input', text.replaceAll(from ?? '', to ?? ''));
      },
      [clinic.clinician.id, clinic.admin.id],
    );
    await page.reload();
    await page.getByRole('complementary').getByText(patient.mrn).waitFor();
    expect(await page.content()).not.toContain(TYPED);
    expect(await dialog(page).count()).toBe(0);
    await page.evaluate(() => {
      sessionStorage.setItem('wardbell.sealed_input', sessionStorage.getItem('stolen') ?? '');
      sessionStorage.removeItem('stolen');
    });
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await untilSignIn(page);

    await anna.signIn(clinic.clinician);
    await dialog(page).getByLabel('Clinical notes').waitFor();
    await untilValue(dialog(page).getByLabel('Clinical notes'), TYPED);
    await dialog(page).getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('complementary').getByText(TYPED).waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem('wardbell.sealed_input'))).toBeNull();
    await anna.close();
  });

  it('comes back when the clinic was suspended meanwhile, or tells where it is', async () => {
    const anna = await openPatient();
    const { page } = anna;
    await page.goto(`${server.url}/patients/`);
    await page.getByRole('button', { name: 'New patient' }).first().click();
    await dialog(page).getByLabel('Last name').fill(TYPED);
    const token = await signInSuperAdmin(server);
    const suspend = async (status: string) =>
      expect(
        (await call(server.url, 'PATCH', `/tenants/${clinic.id}`, { token, body: { status } })).status,
      ).toBe(200);
    await suspend('suspended');
    await untilSignIn(page);
    await suspend('active');
    await page.evaluate(() => history.replaceState(null, '', '/schedule/'));
    await page.goto(`${server.url}/schedule/`);
    await anna.signIn(clinic.clinician);
    await page.getByText('You had entered something').waitFor();
    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await dialog(page).getByLabel('Last name').waitFor();
    await untilValue(dialog(page).getByLabel('Last name'), TYPED);
    await anna.close();
  });

  it('of a patient who was deleted while one was away can be saved as a new one', async () => {
    const anna = await openPatient();
    const { page } = anna;
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Clinical notes').fill(TYPED);
    await endSessions(clinic.clinician.id);
    await untilSignIn(page);
    await remove(`/patients/${patient.id}`);
    await anna.signIn(clinic.clinician);
    await dialog(page).getByText('A colleague has deleted this patient').waitFor();
    await untilValue(dialog(page).getByLabel('Clinical notes'), TYPED);
    await anna.close();
  });

  it('stays in the form when a save fails', async () => {
    const anna = await openPatient();
    const { page } = anna;
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Clinical notes').fill(TYPED);
    await page.route(`**/api/v1/patients/${patient.id}`, (route) =>
      route.request().method() === 'PATCH' ? route.abort() : route.continue(),
    );
    await dialog(page).getByRole('button', { name: 'Save changes' }).click();
    await dialog(page).getByRole('alert').waitFor();
    await untilValue(dialog(page).getByLabel('Clinical notes'), TYPED);
    await page.unroute(`**/api/v1/patients/${patient.id}`);
    await dialog(page).getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('complementary').getByText(TYPED).waitFor();
    await anna.close();
  });
});
