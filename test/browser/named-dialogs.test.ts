import type { Locator, Page } from 'playwright-core';
import { call } from '../support/http.js';
import { eventually } from '../support/wait.js';
import { createAppointment } from './support/appointments.js';
import { server, signedIn } from './support/bench.js';
import { updatePatient } from './support/patients.js';
import { at, block, book, clinic, DAY, open, patient } from './support/schedule.js';

const BORN = '1984-03-12';
const WHEN = /Tue, 15 Jan 2030, 0?9:00 UTC/;
beforeEach(() => updatePatient(server, clinic.clinician, patient.id, { birth_date: BORN }));

/** The dialog on top, when several are open. */
const dialog = (page: Page) => page.getByRole('dialog').last();
/** Whom a dialog is about stands in it, for eyes and for a screen reader, which reads its description. */
const named = async (of: Locator, ...more: RegExp[]) => {
  await of.getByText(`${patient.first_name} ${patient.last_name}`).first().waitFor();
  await eventually(async () => {
    const text = (await of.innerText()).replaceAll('\u00a0', ' ');
    for (const part of [/born 12 Mar 1984/, new RegExp(`MRN ${patient.mrn}`), ...more])
      expect(text).toMatch(part);
    return true;
  });
  const described = await of.evaluate((element) => {
    const id = element.getAttribute('aria-describedby');
    return id === null ? '' : (document.getElementById(id)?.textContent ?? '');
  });
  expect(described).toContain(patient.last_name);
  expect(described).toContain(patient.mrn);
};

describe('every dialog that asks about a patient names the patient', () => {
  it('in the schedule: book, edit, cancel, entered in error, delete, and what is dropped', async () => {
    await book('09:00');
    await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      status: 'waitlist',
      type: 'Vaccination',
    });
    const anna = await open();
    const { page } = anna;
    const close = async () => {
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await block(anna, /Check-up/).focus();
    await page.keyboard.press('x');
    await named(dialog(page), WHEN);
    await close();

    await block(anna, /Check-up/).click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('button', { name: 'Entered in error' }).click();
    await named(dialog(page), WHEN);
    await close();
    await panel.getByRole('button', { name: 'Delete' }).click();
    await named(dialog(page), WHEN);
    await close();
    await panel.getByRole('button', { name: 'Cancel appointment' }).click();
    await named(dialog(page), WHEN);
    await close();
    await panel.getByRole('button', { name: 'Edit' }).click();
    await named(dialog(page), WHEN);
    await dialog(page).getByLabel('Type').fill('Other');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Discard what you entered?' }).waitFor();
    await named(page.getByRole('dialog', { name: 'Discard what you entered?' }), WHEN);
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Close', exact: true }).click();

    await page.getByRole('button', { name: 'New appointment' }).first().click();
    await dialog(page).getByRole('combobox', { name: 'Patient' }).fill(patient.last_name);
    await page.getByRole('option', { name: new RegExp(patient.last_name) }).click();
    await dialog(page).getByLabel('Time').fill('10:30');
    await named(dialog(page), /Tue, 15 Jan 2030, 10:30 UTC/);
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Discard what you entered?' }).waitFor();
    await named(page.getByRole('dialog', { name: 'Discard what you entered?' }), /10:30/);
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    if ((await page.getByRole('complementary', { name: 'Without a time' }).count()) === 0)
      await page.getByRole('button', { name: /Without a time/ }).click();
    await page.getByRole('button', { name: /^Book .*Auer/ }).click();
    await named(dialog(page), /No time yet/);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('in the list of patients: edit, what is dropped, delete, remove for ever', async () => {
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/patients/?id=${patient.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await named(dialog(page));
    await dialog(page).getByLabel('Phone').fill('1');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Discard what you entered?' }).waitFor();
    await named(page.getByRole('dialog', { name: 'Discard what you entered?' }));
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page
      .getByRole('status')
      .getByText(new RegExp(`${patient.last_name} \\(born 12 Mar 1984.*${patient.mrn}\\) is being deleted`))
      .waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await call(server.url, 'DELETE', `/patients/${patient.id}`, { token: clinic.admin.token });
    await page.goto(`${server.url}/patients/?deleted=1&id=${patient.id}`);
    const panel = page.getByRole('complementary');
    await panel.getByText('12 Mar 1984').waitFor();
    await panel.getByText(patient.mrn).waitFor();
    await panel.getByRole('button', { name: /Remove for ever/ }).click();
    await named(dialog(page));
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('by initials and MRN where the patient is restricted, in an emergency too', async () => {
    await book('09:00');
    await updatePatient(server, clinic.admin, patient.id, { restricted: true, restricted_to: [] });
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).focus();
    await page.keyboard.press('x');
    await dialog(page).getByText(`MRN ${patient.mrn}`).waitFor();
    expect(await dialog(page).innerText()).toMatch(/[A-Z]\. [A-Z]\./);
    expect(await page.content()).not.toContain(patient.last_name);
    await page.goto(`${server.url}/patients/?id=${patient.id}`);
    await page.getByRole('button', { name: 'Emergency access' }).click();
    await dialog(page).getByText(`MRN ${patient.mrn}`).waitFor();
    expect(await page.content()).not.toMatch(new RegExp(`${patient.last_name}|12 Mar 1984`));
    expect(at('09:00')).toContain(DAY);
    await anna.close();
  });
});
