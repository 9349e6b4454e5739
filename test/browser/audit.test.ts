import { readFileSync } from 'node:fs';
import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, createPatients, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const open = async (
  who: { email: string; password: string },
  path = '/audit/',
  options: Parameters<typeof ConsolePage.open>[2] = {},
) => {
  const person = await signedIn(who, options);
  await person.page.goto(`${server.url}${path}`);
  await person.page.getByRole('row').nth(1).waitFor();
  return person;
};

describe('the audit log', () => {
  it('says who changed which fields of whom, and is searched by person, action and patient', async () => {
    const name = uniqueName('Audited');
    const patient = await createPatient(server, clinic.clinician, { last_name: name });
    const other = await createPatient(server, clinic.clinician, { last_name: 'Other' });
    await updatePatient(server, clinic.frontDesk, patient.id, { phone: '+44 20 7946 0018' });
    await updatePatient(server, clinic.frontDesk, other.id, { phone: '+44 20 7946 0019' });
    const admin = await open(clinic.admin);
    const { page } = admin;
    const changed = page.getByRole('row').filter({ hasText: 'Changed a patient' });
    await changed.filter({ hasText: name }).getByText('Test front_desk', { exact: true }).waitFor();
    await changed.filter({ hasText: name }).getByText('Phone', { exact: true }).waitFor();

    await page.getByRole('combobox', { name: 'Person' }).click();
    await page.getByRole('option', { name: 'Test front_desk' }).click();
    await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Changed a patient' });
    await page.getByText('2 entries', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Patient' }).fill(name);
    await page.getByRole('option', { name }).click();
    await page.getByText('1 entry', { exact: true }).waitFor();
    expect(page.url()).toContain(`patient=${patient.id}`);
    expect(page.url()).not.toContain(name);

    await page.getByLabel('To day', { exact: true }).fill('2020-01-01');
    await page.getByRole('heading', { name: 'No entries match' }).waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.getByRole('row').filter({ hasText: 'Registered a patient' }).first().waitFor();
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('tells on the page of a patient who opened and changed the record, leads to the search by day, and back', async () => {
    const name = uniqueName('Linked');
    const patient = await createPatient(server, clinic.clinician, { last_name: name });
    await createPatient(server, clinic.clinician, { last_name: 'Other' });
    await call(server.url, 'GET', `/patients/${patient.id}`, { token: clinic.frontDesk.token });
    const admin = await open(clinic.admin, `/patients/?id=${patient.id}`);
    const { page } = admin;
    await page.getByRole('tab', { name: 'Who looked' }).click();
    const accesses = page.getByRole('region', { name: 'Who saw or changed this patient' });
    const entry = (who: string, what: string) =>
      accesses.getByRole('listitem').filter({ hasText: who }).filter({ hasText: what });
    await entry('Test clinician', 'Registered the patient').waitFor();
    await eventually(async () => {
      await accesses.getByRole('button', { name: 'Refresh' }).click();
      return (await entry('Test front_desk', 'Opened the record').count()) === 1;
    });
    await entry('You', 'Opened the record').first().waitFor();
    await updatePatient(server, clinic.frontDesk, patient.id, { phone: '+44 20 7946 0002' });
    await updatePatient(server, clinic.admin, patient.id, { archived: true });
    await eventually(async () => {
      await accesses.getByRole('button', { name: 'Refresh' }).click();
      return (await entry('You', 'Archived the patient').count()) === 1;
    });
    expect(await entry('Test front_desk', 'Changed the record').innerText()).toMatch(/Fields: Phone\n/);
    expect(await entry('Test front_desk', 'Opened the record').innerText()).toMatch(
      /from (127\.0\.0\.1|::1)/,
    );
    expect(await violationsOf(page)).toEqual([]);
    await accesses.getByRole('link', { name: 'Search by day and export' }).click();
    await page.getByRole('tab', { name: 'Who looked', selected: true }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Registered a patient' }).filter({ hasText: name }).click();
    const panel = page.getByRole('complementary', { name: 'Audit entry' });
    await panel.getByText('patient.create').waitFor();
    await panel.getByRole('link', { name: 'Open the patient' }).click();
    await page.getByRole('heading', { name }).waitFor();
    await admin.close();
    const nurse = await open(clinic.clinician, `/patients/?id=${patient.id}`);
    await nurse.page.getByRole('heading', { name }).waitFor();
    expect(await nurse.page.getByRole('tab').count()).toBe(0);
    await nurse.close();
  });

  it('says to a privacy officer who looked: by patient, by person and by day, and nothing until asked', async () => {
    const own = await createTenant(server);
    const [one, other] = [uniqueName('Seen'), uniqueName('Unseen')];
    const seen = await createPatient(server, own.clinician, { last_name: one });
    const unseen = await createPatient(server, own.clinician, { last_name: other });
    await call(server.url, 'GET', `/patients/${seen.id}`, { token: own.frontDesk.token });
    await call(server.url, 'GET', `/patients/${unseen.id}`, { token: own.clinician.token });
    await eventually(async () => {
      const rows = await database.query<object>(
        `SELECT FROM wardbell.audit WHERE scope = $1 AND action = 'patient.read'`,
        [own.id],
      );
      return rows.length === 2;
    });
    const admin = await signedIn(own.admin);
    await admin.page.goto(`${server.url}/audit/?tab=looked`);
    const { page } = admin;
    await page.getByRole('heading', { name: 'Whose record, or whose accesses?' }).waitFor();
    const row = (text: string, name: string) =>
      page.getByRole('row').filter({ hasText: text }).filter({ hasText: name });
    await page.getByRole('combobox', { name: 'Person' }).click();
    await page.getByRole('option', { name: 'Test front_desk' }).click();
    await row('Read a patient', one).waitFor();
    expect(await row('Read a patient', other).count()).toBe(0);
    // for the mouse alone; by keys the chosen person is taken away by choosing them again
    await page.getByRole('button', { name: 'Anyone', includeHidden: true }).click();
    await page.getByRole('combobox', { name: 'Patient' }).fill(other);
    await page.getByRole('option', { name: other }).click();
    await row('Read a patient', other).waitFor();
    await row('Registered a patient', other).waitFor();
    expect(await row('Read a patient', one).count()).toBe(0);
    await page.getByLabel('To day', { exact: true }).fill('2020-01-01');
    await page.getByRole('heading', { name: 'No entries match' }).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    await untilValue(page.getByRole('dialog').getByLabel('To'), '1 Jan 2020');
    await page.keyboard.press('Escape');
    expect(admin.complaints).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await admin.close();
  });

  it('shows reads and refusals when asked, with the reason of a refusal', async () => {
    const name = uniqueName('Read');
    const patient = await createPatient(server, clinic.clinician, { last_name: name });
    const token = clinic.frontDesk.token;
    await call(server.url, 'GET', `/patients/${patient.id}`, { token });
    await call(server.url, 'GET', '/users', { token });
    await eventually(async () => {
      const rows = await database.query<{ action: string }>(
        `SELECT action FROM wardbell.audit WHERE scope = $1 AND action IN ('patient.read', 'access.refused')`,
        [clinic.id],
      );
      return rows.length === 2;
    });
    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Reads and refusals' });
    await page.getByRole('row').filter({ hasText: 'Read a patient' }).filter({ hasText: name }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Was refused' }).click();
    const panel = page.getByRole('complementary', { name: 'Audit entry' });
    await panel.getByText('Role does not allow it', { exact: true }).waitFor();
    await admin.close();
  });

  it('loads older entries as one scrolls', async () => {
    await createPatients(server, clinic.clinician, 150);
    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.getByText('100 entries loaded').waitFor();
    await page.getByRole('grid').focus();
    while ((await page.getByText(/^1\d\d entries$/).count()) === 0) await page.keyboard.press('End');
    await admin.close();
  });

  it('is read again on request, and saved as a file of the days and in the form that one asks for', async () => {
    const admin = await open(clinic.admin);
    const { page } = admin;
    const name = uniqueName('Later');
    await createPatient(server, clinic.clinician, { last_name: name });
    // The log may have told of it already.
    await page.getByRole('button', { name: /^Refresh$|new entr/ }).click();
    await page.getByRole('row').filter({ hasText: name }).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('radio', { name: /FHIR/ }).check();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^audit-[\d-]{21}\.fhir\.ndjson$/);
    const events = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n');
    expect(events.map((line) => JSON.parse(line).resourceType)).toContain('AuditEvent');
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('is found whole, or found to be tampered with, in words', async () => {
    await createPatients(server, clinic.clinician, 3);
    await eventually(async () => {
      const heads = await database.query('SELECT FROM wardbell.audit_head WHERE scope = $1', [clinic.id]);
      return heads.length > 0;
    });
    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('heading', { name: 'The log is intact' }).waitFor();
    await page.getByText(/It has been signed since/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await database.query('ALTER TABLE wardbell.audit DISABLE TRIGGER USER');
    await database.query(
      `UPDATE wardbell.audit SET action = 'patient.delete'
       WHERE scope = $1 AND action = 'patient.create' AND seq = (
         SELECT min(seq) FROM wardbell.audit WHERE scope = $1 AND action = 'patient.create')`,
      [clinic.id],
    );
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('heading', { name: 'The log was tampered with' }).waitFor();
    await admin.close();
  });
});

it('shows a super admin the installation’s own log and each clinic’s, without a patient’s name', async () => {
  const name = uniqueName('Secret');
  await createPatient(server, clinic.clinician, { last_name: name });
  const root = await open(SUPER_ADMIN);
  const { page } = root;
  await page.getByRole('row').getByText('You', { exact: true }).first().waitFor();
  await page.getByRole('combobox', { name: 'Whose log' }).fill(clinic.slug);
  await page.getByRole('option', { name: `Clinic ${clinic.slug}` }).click();
  await page
    .getByRole('row')
    .filter({ hasText: 'Registered a patient' })
    .getByText('Test clinician', { exact: true })
    .waitFor();
  expect(await page.content()).not.toContain(name);
  expect(root.complaints).toEqual([]);
  await root.close();
});

it('has no accessibility violation in light or dark', async () => {
  const patient = await createPatient(server, clinic.clinician, { last_name: 'Someone' });
  await updatePatient(server, clinic.frontDesk, patient.id, { phone: '1' });
  const admin = await open(clinic.admin, '/audit/', { reducedMotion: 'reduce' });
  const { page } = admin;
  await admin.row('Someone').first().click();
  await page.getByRole('complementary', { name: 'Audit entry' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('heading', { name: 'The log is intact' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await admin.close();
});

it('is not wider than a window of 320 pixels', async () => {
  const admin = await open(clinic.admin, '/audit/', { viewport: { width: 320, height: 740 } });
  expect(await overflowOf(admin.page)).toBe(0);
  await admin.close();
});
