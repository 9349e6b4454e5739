import { BreakGlass, type Patient } from '@wardbell/contract';
import { call } from '../support/http.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;
let patient: Patient;
let name: string;

beforeEach(async () => {
  clinic = await createTenant(server);
  name = uniqueName('Zyx');
  patient = await createPatient(server, clinic.clinician, {
    first_name: 'Ada',
    last_name: name,
    phone: '+44 20 7946 0001',
    mrn: 'M-7',
  });
});

const REASON = 'Unconscious in room 3, needs the list of allergies';

const record = ({ page }: ConsolePage) => page.getByRole('complementary', { name: 'Patient' });
const restrict = (to: readonly string[] = []) =>
  updatePatient(server, clinic.admin, patient.id, { restricted: true, restricted_to: to });
const openAs = async (who: 'admin' | 'clinician' | 'frontDesk') => {
  const person = await signedIn(clinic[who]);
  await person.untilConnection('Live');
  return person;
};
const makeStale = () =>
  database.query(`UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes'`);
/** Opens the record by emergency access through the API; a fresh token has just signed in. */
const breakGlass = () =>
  must(BreakGlass, server, 'POST', `/patients/${patient.id}/break-glass`, {
    token: clinic.clinician.token,
    body: { reason: REASON },
  });

describe('a restricted patient', () => {
  it('is restricted in the form by a clinic admin, who picks the people that may open it', async () => {
    const admin = await openAs('admin');
    const { page } = admin;
    await admin.row(name).click();
    await record(admin).getByRole('button', { name: 'Edit' }).click();
    const form = page.getByRole('dialog', { name: 'Edit patient' });
    await form.getByRole('checkbox', { name: 'Restrict this record' }).check();
    await form.getByRole('combobox', { name: 'May open it besides clinic admins' }).click();
    await page.getByRole('option', { name: 'Test front_desk' }).click();
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Save changes' }).click();
    await form.waitFor({ state: 'detached' });
    await record(admin).getByText('Restricted').waitFor();
    const stored = await call(server.url, 'GET', `/patients/${patient.id}`, { token: clinic.admin.token });
    expect(stored.body).toMatchObject({ restricted: true, restricted_to: [clinic.frontDesk.id] });
    expect(admin.complaints).toEqual([]);

    const named = await openAs('frontDesk');
    await named.page.goto(`${server.url}/patients/?id=${patient.id}`);
    await record(named).getByText('+44 20 7946 0001').waitFor();
    await Promise.all([admin.close(), named.close()]);
  });

  it('turns into initials and MRN in lists and on boards that are open, the moment it is restricted', async () => {
    await createAppointment(server, clinic.clinician, {
      patient_id: patient.id,
      datetime: '2030-01-15T10:00:00Z',
      practitioner: 'Dr. Berg',
    });
    const [list, board] = await Promise.all([openAs('clinician'), openAs('frontDesk')]);
    await board.page.goto(`${server.url}/schedule/?date=2030-01-15`);
    await board.page.getByRole('button', { name: new RegExp(name) }).waitFor();
    await list.row(name).click();
    await record(list).getByText('+44 20 7946 0001').waitFor();
    await restrict();
    await list.row('A. Z.').filter({ hasText: 'Restricted' }).filter({ hasText: 'M-7' }).waitFor();
    await board.page.getByRole('button', { name: /A\. Z\. Restricted/ }).waitFor();
    await record(list).getByRole('heading', { name: 'This record is restricted' }).waitFor();
    for (const { page } of [list, board]) {
      expect(await page.content()).not.toContain(name);
      expect(await page.content()).not.toContain('20 7946'); // digits alone may be those of an id
    }
    expect(await violationsOf(list.page)).toEqual([]);
    await list.page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(list.page)).toBe(0);
    await Promise.all([list.close(), board.close()]);
  });

  it('opens in an emergency by keys alone, after a reason and a fresh sign-in, and says how long', async () => {
    await restrict();
    const nurse = await openAs('clinician');
    const { page } = nurse;
    await makeStale();
    await nurse.row('A. Z.').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await record(nurse).getByText('Only clinic admins and the people whom they have named').waitFor();
    await record(nurse).getByRole('button', { name: 'Emergency access…' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Emergency access to a restricted record' });
    const reason = dialog.getByRole('textbox', { name: 'Why do you need this record now?' });
    await reason.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.type('too short');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByText('Give a reason of at least 10 characters').waitFor();
    await reason.fill(REASON);
    await dialog.getByRole('button', { name: 'Open the record' }).press('Enter');
    const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await proof.getByLabel('Password', { exact: true }).fill(clinic.clinician.password);
    await page.keyboard.press('Enter');
    await record(nurse).getByText('+44 20 7946 0001').waitFor();
    await record(nurse)
      .getByText(/^Emergency access: (59|60) minutes left$/)
      .waitFor();
    await nurse.row(name).waitFor();
    await page.reload();
    await record(nurse)
      .getByText(/^Emergency access: \d+ minutes left$/)
      .waitFor();
    // a change of the record does not close it, and its end does
    await updatePatient(server, clinic.admin, patient.id, { phone: '+44 20 7946 0002' });
    await record(nurse).getByText('+44 20 7946 0002').waitFor();
    await database.query(
      `UPDATE wardbell.break_glass SET expires_at = clock_timestamp() + interval '3 seconds' WHERE patient_id = $1`,
      [patient.id],
    );
    await page.reload();
    await record(nurse).getByRole('heading', { name: 'This record is restricted' }).waitFor();
    expect(await page.content()).not.toContain('20 7946');
    await nurse.close();
  });
});

describe('the review of emergency accesses', () => {
  it('is led to by the live notification, counts what is open, and takes a verdict with a note', async () => {
    await restrict();
    const admin = await openAs('admin');
    const { page } = admin;
    expect(await page.getByText(/emergency access(es)? needs? a review/).count()).toBe(0);
    await breakGlass();
    await page.getByRole('link', { name: 'Review it' }).click(); // it is shown for some seconds
    await page.getByRole('link', { name: /^Audit 1 emergency access needs a review$/ }).waitFor();
    const panel = page.getByRole('complementary', { name: 'Emergency access' });
    await panel.getByText(REASON).waitFor();
    await panel.getByText('Test clinician').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Save review' }).click();
    await panel.getByText('Choose one').waitFor();
    await panel.getByRole('radio', { name: 'Not justified' }).check();
    await panel.getByRole('textbox', { name: 'Note' }).fill('No allergies were asked for.');
    await panel.getByRole('button', { name: 'Save review' }).click();
    await page.getByText('The review is saved.').waitFor();
    await panel.getByText('No allergies were asked for.').waitFor();
    await page.getByText('Nothing needs a review').waitFor();
    await page.getByRole('link', { name: 'Audit', exact: true }).waitFor();
    const stored = await call(server.url, 'GET', '/break-glass', { token: clinic.admin.token });
    expect(stored.body).toMatchObject({
      data: [{ verdict: 'unjustified', note: 'No allergies were asked for.', reviewed_by: clinic.admin.id }],
    });
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('has those that are open first, whatever came later', async () => {
    await restrict();
    const open = await breakGlass();
    const later = await breakGlass();
    await must(BreakGlass, server, 'POST', `/break-glass/${later.id}/review`, {
      token: clinic.admin.token,
      body: { verdict: 'justified' },
    });
    const admin = await openAs('admin');
    const { page } = admin;
    await page.goto(`${server.url}/audit/?tab=emergency`);
    await page.getByText('1 needs a review').waitFor();
    const rows = page.getByRole('row').filter({ hasText: /Needs review|Justified/ });
    await eventually(async () => {
      expect((await rows.allInnerTexts()).map((text) => text.includes('Needs review'))).toEqual([
        true,
        false,
      ]);
      return true;
    });
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /^Justified/ }).waitFor();
    expect(page.url()).toContain(open.id);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await admin.close();
  });
});
