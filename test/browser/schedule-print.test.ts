import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/wait.js';
import { server } from './support/bench.js';
import { updatePatient } from './support/patients.js';
import { block, book, clinic, DAY, open, patient } from './support/schedule.js';

/** Takes the place of the browser's dialog, which nobody would close here. */
const watchPrint = (page: Page) =>
  page.addInitScript(() => {
    Object.assign(window, { timesPrinted: 0 });
    window.print = () =>
      Object.assign(window, { timesPrinted: Number(Reflect.get(window, 'timesPrinted')) + 1 });
  });
const untilPrinted = (page: Page, times = 1) =>
  page.waitForFunction((n) => Reflect.get(window, 'timesPrinted') === n, times);

/** What stands on paper. */
const paper = async (page: Page) => {
  await page.emulateMedia({ media: 'print' });
  const text = await page.evaluate(() => document.body.innerText);
  await page.emulateMedia({ media: null });
  return text;
};

const print = async (page: Page) => {
  await watchPrint(page);
  await page.reload();
  await page.locator('[data-appointment]').first().waitFor();
  await page.getByRole('button', { name: /^Print the day/ }).click();
  await untilPrinted(page);
};

it('prints a page for each practitioner, with what one needs without a screen and nothing of the console', async () => {
  await updatePatient(server, clinic.clinician, patient.id, { birth_date: '1984-03-12' });
  const first = await book('09:00');
  await book('10:30', { practitioner: 'Dr. Otto', room: 'Room 2', type: 'Follow-up' });
  const anna = await open();
  const { page } = anna;
  await block(anna, /Follow-up/).waitFor();
  await print(page);
  const text = await paper(page);
  for (const part of [
    'Dr. Berg',
    'Dr. Otto',
    `${patient.last_name}, Mae`,
    patient.mrn,
    '12 Mar 1984',
    'Check-up',
    // the front desk tells it to whoever arrives
    first.board_number ?? 'no number',
  ])
    expect(text).toContain(part);
  for (const part of [
    /Tuesday,? 15 January 2030/,
    /09:00–09:30/,
    /10:30–11:00/,
    /Room 2/,
    /Booked/,
    /Clinic clinic-/,
    /UTC/,
  ])
    expect(text).toMatch(part);
  expect(text).not.toMatch(/New appointment|Patients|Notifications|Sign out|My day/);

  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(2);
  // On the screen it is not to be seen, and it is gone once it was printed.
  expect(await page.locator('[data-day-sheets]').isVisible()).toBe(false);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.locator('[data-day-sheets]').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+p');
  await untilPrinted(page, 2);
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('prints no more than one may see: of a restricted patient initials and MRN, and what is filtered', async () => {
  await updatePatient(server, clinic.clinician, patient.id, { birth_date: '1984-03-12' });
  await book('09:00', { room: 'Room 1' });
  await book('10:30', { practitioner: 'Dr. Otto', type: 'Follow-up' });
  await updatePatient(server, clinic.admin, patient.id, { restricted: true, restricted_to: [] });
  const tom = await open('frontDesk');
  const { page } = tom;
  await block(tom, /M\. A\./)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Filter by practitioner').selectOption('Dr. Otto');
  await eventually(async () => (await page.locator('[data-appointment]').count()) === 1);
  await print(page);
  const text = await paper(page);
  expect(text).toContain(patient.mrn);
  expect(text).toContain('Dr. Otto');
  expect(text).not.toContain('Dr. Berg');
  expect(text).not.toContain(patient.last_name);
  expect(text).not.toMatch(/Mae|1984/);
  await tom.close();
});

it('prints a week of one practitioner, a page for each day that has appointments', async () => {
  await book('09:00');
  await book('09:00', { datetime: '2030-01-17T14:00:00.000Z', type: 'Thursday one' });
  const anna = await open('clinician', `?date=${DAY}&span=week`);
  const { page } = anna;
  await block(anna, /Thursday one/).waitFor();
  await print(page);
  const text = await paper(page);
  expect(text).toMatch(/Tuesday,? 15 January 2030[\s\S]*Thursday,? 17 January 2030/);
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(2);
  await anna.close();
});
