import { Patient } from '@wardbell/contract';
import { call } from '../support/http.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { createAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, uniqueName } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const remove = (id: string) =>
  call(server.url, 'DELETE', `/patients/${id}`, { token: clinic.clinician.token });
const panel = ({ page }: ConsolePage) => page.getByRole('complementary', { name: 'Deleted patient' });
const openDeleted = async () => {
  const admin = await signedIn(clinic.admin);
  await admin.page.getByRole('link', { name: 'Deleted patients' }).click();
  await admin.page.getByRole('heading', { name: 'Deleted patients', exact: true }).waitFor();
  return admin;
};

describe('deleted patients', () => {
  it('are listed with who deleted them, when, and when they are removed for ever', async () => {
    const name = uniqueName('Gone');
    const { id } = await createPatient(server, clinic.clinician, { first_name: 'Mae', last_name: name });
    await createPatient(server, clinic.clinician, { last_name: 'Stays' });
    const admin = await openDeleted();
    await admin.page.getByRole('heading', { name: 'No deleted patients' }).waitFor();
    await remove(id);
    await admin.row(name).waitFor();
    expect(await admin.row('Stays').count()).toBe(0);
    await admin.row(name).filter({ hasText: 'Test clinician' }).waitFor();
    await admin.page.getByRole('grid').focus();
    await admin.page.keyboard.press('Home');
    await admin.page.keyboard.press('Enter');
    await panel(admin).getByText('Test clinician', { exact: true }).waitFor();
    const [deleted = '', purged = ''] = await panel(admin)
      .locator('time')
      .evaluateAll((times) => times.map((time) => time.getAttribute('datetime') ?? ''));
    expect(Date.parse(purged) - Date.parse(deleted)).toBe(30 * 86_400_000);
    expect(await violationsOf(admin.page)).toEqual([]);
    expect(admin.complaints).toEqual([]);
    await admin.page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(admin.page)).toBe(0);
    await admin.close();
  });

  it('come back with their appointments, and say why when the MRN is taken', async () => {
    const name = uniqueName('Back');
    const patient = await createPatient(server, clinic.clinician, { last_name: name, mrn: 'M-1' });
    await createAppointment(server, clinic.clinician, {
      patient_id: patient.id,
      datetime: '2030-01-15T10:00:00Z',
    });
    await remove(patient.id);
    const taker = await createPatient(server, clinic.clinician, { last_name: 'Taker', mrn: 'M-1' });
    const admin = await openDeleted();
    await admin.row(name).click();
    await panel(admin).getByRole('button', { name: 'Restore' }).click();
    await panel(admin).getByRole('alert').getByText('Another patient has this MRN now').waitFor();
    await must(Patient, server, 'PATCH', `/patients/${taker.id}`, {
      token: clinic.admin.token,
      body: { mrn: 'M-2' },
    });
    await panel(admin).getByRole('button', { name: 'Restore' }).click();
    // the link is in a toast, which is shown for some seconds
    await Promise.all([
      panel(admin).waitFor({ state: 'detached' }),
      admin.page.getByRole('link', { name: 'Open', exact: true }).click(),
    ]);
    const record = admin.page.getByRole('complementary', { name: 'Patient' });
    await record.getByRole('heading', { name }).waitFor();
    await record.getByText('Check-up').waitFor();
    await admin.close();
  });

  it('are removed for ever only after a plain question and a fresh sign-in', async () => {
    const name = uniqueName('Purged');
    const { id } = await createPatient(server, clinic.clinician, { last_name: name });
    await remove(id);
    const admin = await openDeleted();
    const { page } = admin;
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE user_id = $1`,
      [clinic.admin.id],
    );
    await admin.row(name).click();
    await panel(admin).getByRole('button', { name: 'Remove for ever…' }).click();
    const question = page.getByRole('dialog', { name: `Remove Test ${name} for ever?` });
    await question.getByText('Nobody can bring them back.').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    await panel(admin).getByRole('button', { name: 'Remove for ever…' }).click();
    await question.getByRole('button', { name: 'Remove for ever' }).click();
    const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await proof.getByLabel('Password', { exact: true }).fill(clinic.admin.password);
    await proof.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The record was removed for ever.').waitFor();
    await page.getByRole('heading', { name: 'No deleted patients' }).waitFor();
    const rows = await database.query<object>('SELECT FROM wardbell.deleted_patient WHERE id = $1', [id]);
    expect(rows).toEqual([]);
    await admin.close();
  });

  it('are shown to nobody else', async () => {
    const nurse = await signedIn(clinic.clinician);
    await nurse.untilConnection('Live');
    expect(await nurse.page.getByRole('link', { name: 'Deleted patients' }).count()).toBe(0);
    await nurse.page.goto(`${server.url}/patients/?deleted=1`);
    await nurse.page.getByText('Your role does not allow this').waitFor();
    await nurse.close();
  });
});
