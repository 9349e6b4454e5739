import { beforeAll, describe, expect, it } from '@jest/globals';
import { Patient } from '@wardbell/contract';
import { z } from 'zod';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { createPatient } from './support/patients.js';

let clinic: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(server);
});

const open = async (
  tenant: TestTenant = clinic,
  options: Parameters<typeof ConsolePage.open>[2] = {},
): Promise<ConsolePage> => {
  const admin = await signedIn(tenant.admin, options);
  await admin.page.goto(`${server.url}/patients/?import=1`);
  await admin.page.getByRole('heading', { name: 'Choose a file' }).waitFor();
  return admin;
};
const choose = async ({ page }: ConsolePage, text: string | Buffer) => {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles({
    name: 'patients.csv',
    mimeType: 'text/csv',
    buffer: typeof text === 'string' ? Buffer.from(text) : text,
  });
};
const stored = async (tenant: TestTenant) =>
  (
    await must(z.object({ data: z.array(Patient) }), server, 'GET', '/patients', {
      token: tenant.admin.token,
    })
  ).data;

describe('an import', () => {
  it('shows what is wrong and who is there already, saves the rest, and every open list shows them at once', async () => {
    await createPatient(server, clinic.clinician, {
      first_name: 'José',
      last_name: 'Müller',
      birth_date: '1980-02-29',
    });
    const nurse = await signedIn(clinic.clinician);
    await nurse.untilConnection('Live');
    const admin = await open();
    const { page } = admin;
    await choose(
      admin,
      // as Excel writes it in Germany
      Buffer.from(
        'Nachname;Vorname;Geburtsdatum;Geschlecht;Station\r\n' +
          // 0x92 is an apostrophe in Windows-1252 alone
          'Müller;José;29.02.1980;m;1\r\nÄrmel;D\x92Zoë;3.4.1961;w;2\r\nOhne;;1.1.1990;;3\r\nFalsch;Fred;31.2.1990;m;4\r\n',
        'latin1',
      ),
    );
    await untilValue(page.getByLabel('Field of column Nachname'), 'last_name');
    await untilValue(page.getByLabel('Field of column Station'), '');
    await page.getByRole('heading', { name: '2 rows that cannot be imported' }).waitFor();
    await page.getByRole('row', { name: '4 First name is missing' }).waitFor();
    await page.getByRole('row', { name: '5 Birth date is not a date' }).waitFor();
    const check = page.getByRole('button', { name: 'Check for duplicates' });
    expect(await check.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Import the others without these rows' }).click();
    await check.click();
    await page.getByRole('heading', { name: 'Registered already?' }).waitFor();
    await page.getByRole('checkbox', { name: /^Import Müller, José .* of row 2 anyway$/ }).waitFor();
    await page.getByRole('button', { name: 'Import 1 patient', exact: true }).click();
    await page.getByRole('heading', { name: '1 patient is imported' }).waitFor();
    await page.getByText('3 rows were left out.', { exact: false }).waitFor();
    await nurse.row('Ärmel').getByText('D’Zoë', { exact: false }).first().waitFor();
    expect(
      (await stored(clinic)).map(({ last_name, birth_date, gender }) => [last_name, birth_date, gender]),
    ).toEqual([
      ['Ärmel', '1961-04-03', 'female'],
      ['Müller', '1980-02-29', 'unknown'],
    ]);
    expect([...admin.complaints, ...nurse.complaints]).toEqual([]);
    await Promise.all([admin.close(), nurse.close()]);
  });

  it('asks what dates begin with where the file does not tell, and whether there are headers', async () => {
    const own = await createTenant(server);
    const admin = await open(own);
    const { page } = admin;
    await choose(admin, 'Doe,Jane,03/04/1962\nRoe,Jim,05/06/1963\n');
    await page.getByText('Choose a column for the last name and one for the first name.').waitFor();
    await page.getByLabel('Field of column Column 1').selectOption('Last name');
    await page.getByLabel('Field of column Column 2').selectOption('First name');
    await page.getByLabel('Field of column Column 3').selectOption('Birth date');
    const order = page.getByRole('group', { name: 'Dates like 03/04/1962 begin with' });
    await order.getByRole('radio', { name: 'the month' }).click();
    await page.getByRole('button', { name: 'Check for duplicates' }).click();
    await page.getByText('Nobody of them is registered yet', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Import 2 patients', exact: true }).click();
    await page.getByRole('heading', { name: '2 patients are imported' }).waitFor();
    expect((await stored(own)).map(({ birth_date }) => birth_date)).toEqual(['1962-03-04', '1963-05-06']);
    await admin.close();
  });

  it('of too many patients is refused before anything is sent, and so is a file that is none', async () => {
    const admin = await open();
    const { page } = admin;
    await choose(admin, 'a,b\n"never closed,1\n2,3\n');
    await page.getByText('It begins in row 2.', { exact: false }).waitFor();
    await choose(admin, `last name,first name\n${'Doe,Jane\n'.repeat(10_001)}`);
    await page.getByText('Too many patients for one import').waitFor();
    expect(await page.getByRole('button', { name: 'Check for duplicates' }).isDisabled()).toBe(true);
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('is not offered to others', async () => {
    const nurse = await signedIn(clinic.clinician);
    await nurse.page.goto(`${server.url}/patients/?import=1`);
    await nurse.page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
    expect(await nurse.page.getByRole('heading', { name: 'Import patients' }).count()).toBe(0);
    await nurse.close();
  });

  it('fits a narrow screen and has no accessibility violation, in light and dark', async () => {
    const admin = await open(clinic, {
      viewport: { width: 320, height: 640 },
      reducedMotion: 'reduce',
    });
    const { page } = admin;
    expect(await violationsOf(page)).toEqual([]);
    await choose(admin, 'last name,first name,dob\nMüller,José,29.2.1980\nDoe,Jane,never\n');
    await page.getByRole('heading', { name: '1 row that cannot be imported' }).waitFor();
    await page.getByRole('checkbox', { name: 'Import the others without this row' }).click();
    await page.getByRole('button', { name: 'Check for duplicates' }).click();
    await page.getByRole('heading', { name: 'Registered already?' }).waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await admin.close();
  });
});
