import { readFileSync } from 'node:fs';
import { api } from '@wardbell/contract';
import type { Page } from 'playwright-core';
import { call } from '../support/http.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, createPatients, updatePatient } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

/** Text of a cell of each row, from above. */
const names = async (page: Page): Promise<string[]> =>
  (await page.getByRole('grid').getByRole('row').allInnerTexts())
    .slice(1)
    .map((text) => /^\s*([^,\n]+),/.exec(text)?.[1] ?? text);

/** Waits until the rows are these. */
const untilNames = (page: Page, expected: readonly string[]) =>
  eventually(async () => {
    expect(await names(page)).toEqual(expected);
    return true;
  });

/** Presses what saves a list, and answers the file as text. */
const savedFile = async (page: Page): Promise<{ name: string; text: string }> => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
};

describe('the list of patients', () => {
  it('is sorted by a click on the head of a column, and who is registered meanwhile stands at the right place', async () => {
    await createPatient(server, clinic.clinician, { last_name: 'Abel', birth_date: '1990-01-01' });
    await createPatient(server, clinic.clinician, { last_name: 'Berg', birth_date: null });
    await createPatient(server, clinic.clinician, { last_name: 'Cole', birth_date: '1950-01-01' });
    const nurse = await signedIn(clinic.clinician);
    const { page } = nurse;
    await nurse.row('Abel').waitFor();
    const head = page.getByRole('columnheader', { name: 'Birth date' });
    await head.getByRole('button').click();
    await page
      .getByRole('columnheader', { name: 'Birth date' })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor();
    await untilNames(page, ['Cole', 'Abel', 'Berg']);
    await createPatient(server, clinic.clinician, { last_name: 'Dahl', birth_date: '1970-01-01' });
    await nurse.row('Dahl').waitFor();
    await untilNames(page, ['Cole', 'Dahl', 'Abel', 'Berg']);
    await head.getByRole('button').click();
    await untilNames(page, ['Abel', 'Dahl', 'Cole', 'Berg']);
    expect(await violationsOf(page)).toEqual([]);
    // the order stays when a patient is opened
    await nurse.row('Cole').click();
    await page.getByRole('complementary').waitFor();
    await untilNames(page, ['Abel', 'Dahl', 'Cole', 'Berg']);
    expect(nurse.complaints).toEqual([]);
    await nurse.close();
  });

  it('holds still in the order by the last change when the topmost patient in sight is changed elsewhere', async () => {
    await createPatients(server, clinic.clinician, 60);
    const nurse = await signedIn(clinic.clinician);
    const { page } = nurse;
    await nurse.row('Patient0000').first().waitFor();
    await page.getByRole('columnheader', { name: 'Updated' }).getByRole('button').click();
    await page
      .getByRole('columnheader', { name: 'Updated' })
      .and(page.locator('[aria-sort=descending]'))
      .waitFor();
    const grid = page.getByRole('grid');
    /** The row whose top is the first below the head of the list, and those after it. */
    const inSight = () =>
      grid.evaluate((element) => {
        const top = element.querySelector('[role=columnheader]')?.getBoundingClientRect().bottom ?? 0;
        return Array.from(element.querySelectorAll('[role=row]'), (row) => ({
          name: /Patient\d{6}/.exec(row.textContent ?? '')?.[0] ?? '',
          y: Math.round(row.getBoundingClientRect().top),
        }))
          .filter(({ name, y }) => name !== '' && y >= top - 1 && y < innerHeight)
          .sort((a, b) => a.y - b.y)
          .slice(0, 8);
      });
    await grid.evaluate((element) => {
      const row = element.querySelector('[role=rowgroup]:last-child [role=row]');
      element.scrollTo({ top: 25 * (row?.getBoundingClientRect().height ?? 0) });
    });
    await eventually(async () => (await grid.evaluate((element) => element.scrollTop)) > 0);
    await eventually(async () => (await inSight()).length === 8);
    const [topmost, ...others] = await inSight();
    const { body } = await call(server.url, 'GET', `/patients?search=${topmost?.name}`, {
      token: clinic.frontDesk.token,
    });
    const [patient] = api.patients.list.answer.parse(body).data;
    await updatePatient(server, clinic.frontDesk, patient?.id ?? '', { phone: '+44 20 7946 9999' });
    await eventually(async () => (await inSight()).every(({ name }) => name !== topmost?.name), {
      what: 'the changed patient to go to the top',
    });
    expect((await inSight()).filter(({ name }) => others.some((other) => other.name === name))).toEqual(
      others,
    );
    // one from below that goes to the top moves all rows in sight, which are followed
    const placeOf = async (name = '') => Number(await nurse.row(name).getAttribute('aria-rowindex'));
    const [, , third] = others;
    const place = await placeOf(third?.name);
    const { body: found } = await call(server.url, 'GET', `/patients?search=Patient000000`, {
      token: clinic.frontDesk.token,
    });
    const [oldest] = api.patients.list.answer.parse(found).data;
    await updatePatient(server, clinic.frontDesk, oldest?.id ?? '', { phone: '+44 20 7946 9998' });
    await eventually(async () => (await placeOf(third?.name)) === place + 1, {
      what: 'a row more above those in sight',
    });
    expect((await inSight()).find(({ name }) => name === third?.name)).toEqual(third);
    await nurse.close();
  });

  it('says how many there are in all, live, though only the first are loaded', async () => {
    await createPatients(server, clinic.clinician, 130);
    const nurse = await signedIn(clinic.clinician);
    const { page } = nurse;
    await page.getByText('130 in all', { exact: true }).waitFor();
    await createPatient(server, clinic.frontDesk, { last_name: 'Zz later' });
    await page.getByText('131 in all', { exact: true }).waitFor();
    await nurse.close();
  });

  it('shows the columns that a person has chosen, also after a reload, and all to somebody else', async () => {
    await createPatient(server, clinic.clinician, { last_name: 'Abel', phone: '030 1234' });
    const nurse = await signedIn(clinic.clinician);
    const { page } = nurse;
    const phone = page.getByRole('columnheader', { name: 'Phone' });
    await phone.waitFor();
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Phone' }).click();
    await phone.waitFor({ state: 'detached' });
    expect(await violationsOf(page)).toEqual([]);
    await page.reload();
    await nurse.row('Abel').waitFor();
    await page.getByRole('columnheader', { name: 'MRN' }).waitFor();
    expect(await phone.count()).toBe(0);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/Abel|030 1234/);
    await nurse.close();
    const colleague = await signedIn(clinic.frontDesk);
    await colleague.page.getByRole('columnheader', { name: 'Phone' }).waitFor();
    await colleague.close();
  });

  it('is saved as a file after a word of caution: all of it, or what a search finds', async () => {
    await createPatient(server, clinic.clinician, { last_name: 'Abel' });
    await createPatient(server, clinic.clinician, { last_name: 'Berg' });
    const nurse = await signedIn(clinic.clinician);
    const { page } = nurse;
    await page.getByRole('button', { name: 'Save as a file' }).click();
    await page.getByText('All patients of the clinic, without archived ones.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const all = await savedFile(page);
    expect(all.name).toBe('patients.csv');
    expect(all.text.split('\r\n').slice(1, -1)).toHaveLength(2);
    await page.getByRole('searchbox', { name: 'Search patients' }).fill('berg');
    await page.getByText('1 patient found', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Save as a file' }).click();
    await page.getByText('The patients that your search finds.').waitFor();
    const found = await savedFile(page);
    expect([found.text.includes('Berg'), found.text.includes('Abel')]).toEqual([true, false]);
    expect(nurse.complaints).toEqual([]);
    await nurse.close();
  });
});

describe('other lists', () => {
  it('are saved as files too: a day or a week of the schedule, and users', async () => {
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/schedule/?date=2026-12-02`);
    await page.getByRole('button', { name: 'Save as a file' }).click();
    await page.getByRole('radio', { name: /^The week of/ }).click();
    expect((await savedFile(page)).name).toBe('appointments-2026-11-30.csv');
    await page.goto(`${server.url}/users/`);
    await page.getByRole('button', { name: 'Save as a file' }).click();
    const users = await savedFile(page);
    expect(users.text).toContain(clinic.frontDesk.email);
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('have room for their tools at 320 pixels', async () => {
    await createPatients(server, clinic.clinician, 3);
    const nurse = await signedIn(clinic.clinician, { viewport: { width: 320, height: 640 } });
    await nurse.page.getByRole('button', { name: 'Save as a file' }).waitFor();
    expect(await overflowOf(nurse.page)).toEqual(0);
    await nurse.close();
  });
});

describe('the audit log', () => {
  it('says what a setting was and what it is, and that there are new entries', async () => {
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/audit/`);
    await page.getByRole('row').nth(1).waitFor();
    const { token } = clinic.admin;
    await call(server.url, 'PATCH', `/users/${clinic.clinician.id}`, { token, body: { role: 'front_desk' } });
    await page.getByRole('button', { name: /^Show \d+ new entr/ }).click();
    // the people have changed their first passwords before
    const row = page.getByRole('row').filter({ hasText: 'Changed a user' }).filter({ hasText: 'You' });
    await row.filter({ hasText: 'Test clinician' }).click();
    await page.getByText('Clinician → Front desk').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await admin.close();
  });
});
