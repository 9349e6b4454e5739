import { api } from '@wardbell/contract';
import { call } from '../support/http.js';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { browser, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, createPatients, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const open = async (path = '/events/', options: Parameters<typeof ConsolePage.open>[2] = {}) => {
  const admin = await signedIn(clinic.admin, options);
  await admin.page.goto(`${server.url}${path}`);
  await admin.untilConnection('Live');
  return admin;
};

describe('the log of events', () => {
  it('teaches what will stand there, then shows what happens as it happens and who did it', async () => {
    const admin = await open();
    const { page } = admin;
    await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor();
    const name = uniqueName('Livetail');
    const { id } = await createPatient(server, clinic.frontDesk, { last_name: name });
    await admin.row(name).getByText('Patient registered').waitFor();
    await admin.row(name).getByText('Test front_desk').waitFor();
    await updatePatient(server, clinic.clinician, id, { phone: '+44 20 7946 0018' });
    await admin.row('Patient changed').getByText('Test clinician').waitFor();
    // This reader's clock is that of New York.
    await page
      .getByRole('main')
      .getByText(/^Time zone: /)
      .waitFor();
    // The newest is the first.
    expect(await page.getByRole('row').nth(1).textContent()).toContain('Patient changed');
    expect(page.url()).not.toContain(name);
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('calls a super admin by the role, and neither by an id nor by a name', async () => {
    const token = await signInSuperAdmin(server);
    const { id } = await must(api.auth.me.answer, server, 'GET', '/auth/me', { token });
    const body = { tenant_id: clinic.id, message: 'Maintenance at noon', level: 'info' };
    expect((await call(server.url, 'POST', '/notifications', { token, body })).status).toBe(201);
    const admin = await open();
    await admin.row('Notification sent').getByText('Super admin', { exact: true }).waitFor();
    await admin.row('Notification sent').click();
    await admin.page.getByRole('complementary').getByText('Super admin', { exact: true }).waitFor();
    expect(await admin.page.getByRole('main').innerText()).not.toContain(id);
    await admin.close();
  });

  it('goes back in time to the first event, and holds still while one reads there', async () => {
    await createPatients(server, clinic.clinician, 240);
    const admin = await open();
    const { page } = admin;
    await page.getByText('100 events loaded').waitFor();
    const grid = page.getByRole('grid');
    await grid.focus();
    while ((await page.getByText('240 events: all that is kept').count()) === 0) {
      await page.keyboard.press('End');
    }
    await page.keyboard.press('End');
    const oldest = page.getByRole('row', { selected: true });
    await page.getByText('Scrolled back').waitFor();
    await oldest.getByRole('gridcell', { name: '1', exact: true }).last().waitFor();
    const before = await oldest.boundingBox();

    // Many at once: some are painted before the browser has said that it scrolled for the ones before.
    await createPatients(server, clinic.frontDesk, 20);
    await page.getByRole('button', { name: '20 new events' }).waitFor();
    expect((await oldest.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
    await page.getByRole('button', { name: '20 new events' }).click();
    await page.getByText('Following: new events').waitFor();
    await page.getByRole('gridcell', { name: '260', exact: true }).waitFor();
    await admin.close();
  });

  it('is narrowed to a type by the address, also for what comes later', async () => {
    const { id } = await createPatient(server, clinic.clinician, { last_name: 'First' });
    const admin = await open();
    const { page } = admin;
    const type = page.getByRole('combobox', { name: 'Type of event' });
    await type.fill('patient_deleted');
    await type.press('Enter');
    await page.getByRole('heading', { name: 'No event of this type is kept' }).waitFor();
    expect(page.url()).toContain('type=patient_deleted');
    await createPatient(server, clinic.clinician, { last_name: 'Second' });
    await call(server.url, 'DELETE', `/patients/${id}`, { token: clinic.clinician.token });
    await admin.row('Patient deleted').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.reload();
    await admin.row('Patient deleted').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await admin.close();
  });

  it('shows what an event carried and which open connections have been given it', async () => {
    const anna = await ConsolePage.open(browser, server);
    await anna.signIn(clinic.clinician);
    await anna.untilConnection('Live');
    const admin = await open();
    const { page } = admin;
    const name = uniqueName('Payload');
    await createPatient(server, clinic.frontDesk, { last_name: name });
    await admin.row(name).click();
    const panel = page.getByRole('complementary', { name: 'Event' });
    await panel.getByText(`"last_name": "${name}"`).waitFor();
    await panel.getByText('Sent to 2 open connections').waitFor();
    await panel.getByText('Test clinician · Clinician').waitFor();
    expect(page.url()).toMatch(/\?seq=1$/);

    const late = await ConsolePage.open(browser, server);
    await late.signIn(clinic.frontDesk);
    await panel.getByText('1 was opened after it').waitFor();
    await page.goto(`${server.url}/events/?seq=999`);
    await page.getByRole('heading', { name: 'This event is no longer kept' }).waitFor();
    await Promise.all([admin.close(), anna.close(), late.close()]);
  });
});

it('has no accessibility violation in light or dark', async () => {
  const admin = await open('/events/', { reducedMotion: 'reduce' });
  const { page } = admin;
  await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await createPatient(server, clinic.clinician, { last_name: 'Someone' });
  await admin.row('Someone').click();
  await page.getByText('Sent to 1 open connection').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await admin.close();
});

it('is not wider than a window of 320 pixels', async () => {
  await createPatient(server, clinic.clinician, { last_name: 'x'.repeat(200) });
  const admin = await open('/events/', { viewport: { width: 320, height: 640 } });
  await admin.row('Patient registered').waitFor();
  expect(await overflowOf(admin.page)).toBe(0);
  await admin.row('Patient registered').click();
  await admin.page.getByText('was opened after it').waitFor();
  expect(await overflowOf(admin.page)).toBe(0);
  await admin.close();
});
