import { api } from '@wardbell/contract';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { type RunningServer, startServer } from '../support/server.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment } from './support/appointments.js';
import { ConsolePage } from './support/console-page.js';
import { createPatient, uniqueName, updatePatient } from './support/patients.js';

let browser: Browser;
let database: TestDatabase;
let server: RunningServer;
let clinic: TestTenant;

beforeAll(async () => {
  database = await createDatabase();
  [browser, server] = await Promise.all([launchBrowser(), startServer({ database })]);
  clinic = await createTenant(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

const untilStale = (person: ConsolePage, stale: boolean) =>
  person.page.locator(stale ? '[role="grid"][data-stale]' : '[role="grid"]:not([data-stale])').waitFor();

const openAnna = async () => {
  const anna = await ConsolePage.open(browser, server);
  await anna.signIn(clinic.clinician);
  await anna.untilConnection('Live');
  return anna;
};

/** The same address again, as after a crash. */
const restart = async () => {
  server = await startServer({ database, env: { PORT: String(server.port) } });
};

describe('an open page', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'says that it is offline when the server gets %s, and is complete again by itself',
    async (signal) => {
      const known = await createPatient(server, clinic.clinician, { last_name: uniqueName('Known') });
      const anna = await openAnna();
      await anna.row(known.last_name).waitFor();
      await untilStale(anna, false);

      await server.kill(signal);
      await anna.untilConnection(/^Connection: Offline since/);
      await untilStale(anna, true);
      await anna.page.getByText(/^Not up to date: changes after/).waitFor();

      await restart();
      const missed = await createPatient(server, clinic.frontDesk, { last_name: uniqueName('Missed') });
      await updatePatient(server, clinic.frontDesk, known.id, { phone: '+44 20 7946 0018' });
      await anna.untilConnection('Live');
      await anna.row(missed.last_name).waitFor();
      await anna.row(known.last_name).getByText('+44 20 7946 0018').waitFor();
      await untilStale(anna, false);
      await anna.close();
    },
  );

  it('has the badge and the rows of the inbox in two tabs after the server was killed between two notices', async () => {
    const { token } = clinic.admin;
    const send = (message: string) =>
      must(api.notifications.create.answer, server, 'POST', '/notifications', { token, body: { message } });
    const anna = await openAnna();
    const other = await anna.openTab('/notifications/');
    await other.untilConnection('Live');
    const untilUnread = async (count: number) => {
      for (const { page } of [anna, other])
        await page.getByRole('button', { name: `Notifications, ${count} unread`, exact: true }).waitFor();
    };
    const rows = () => other.page.getByRole('main').getByRole('listitem');
    await send('before');
    await untilUnread(1);
    await server.kill('SIGKILL');
    await anna.untilConnection(/^Connection: Offline since/);
    await restart();
    await send('while away');
    await send('and one more');
    await untilUnread(3);
    await anna.untilConnection('Live');
    await other.untilConnection('Live');
    await send('live again');
    await untilUnread(4);
    const inbox = await must(api.notifications.inbox.answer, server, 'GET', '/notifications/inbox', {
      token: clinic.clinician.token,
    });
    expect(inbox).toMatchObject({ unread: 4, data: { length: 4 } });
    await eventually(async () => (await rows().count()) === 4);
    await other.page.getByRole('button', { name: 'Mark all as read' }).click();
    for (const { page } of [anna, other])
      await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    await anna.close();
  });

  it('says that it is offline when the network is, and catches up when it is back', async () => {
    const known = await createPatient(server, clinic.clinician, { last_name: uniqueName('Known') });
    const anna = await openAnna();
    await anna.row(known.last_name).waitFor();
    await anna.context.setOffline(true);
    await anna.untilConnection(/^Connection: Offline since/);
    const missed = await createPatient(server, clinic.frontDesk, { last_name: uniqueName('Missed') });
    expect(await anna.row(missed.last_name).count()).toBe(0);
    await anna.context.setOffline(false);
    await anna.untilConnection('Live');
    await anna.row(missed.last_name).waitFor();
    await anna.close();
  });

  it('has forms and the other rooms at hand when the network is gone', async () => {
    const anna = await openAnna();
    const { page } = anna;
    await page.getByRole('heading', { name: 'Patients' }).waitFor();
    await anna.untilPartsLoaded();
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/schedule/')),
    );
    await anna.context.setOffline(true);
    await anna.untilConnection(/^Connection: Offline since/);
    await page.keyboard.press('n');
    await page.getByLabel('First name').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Schedule' }).click();
    await page.getByRole('heading', { name: 'Schedule', exact: true }).waitFor();
    await anna.context.setOffline(false);
    await anna.untilConnection('Live');
    await anna.close();
  });

  it('keeps what was entered when it could not be saved, and saves it once', async () => {
    const anna = await openAnna();
    const name = uniqueName('Once');
    await anna.page.getByRole('heading', { name: 'Patients' }).waitFor();
    await anna.page.keyboard.press('n');
    await anna.page.getByLabel('First name').fill('Zoe');
    await anna.page.getByLabel('Last name').fill(name);
    await anna.context.setOffline(true);
    await anna.page.getByRole('button', { name: 'Save patient' }).click();
    await anna.page.getByRole('alert').getByText('The server does not answer').waitFor();
    await anna.context.setOffline(false);
    await anna.page.getByRole('button', { name: 'Save patient' }).click();
    await anna.row(name).waitFor();
    const rows = await database.query('SELECT 1 FROM wardbell.patient WHERE last_name = $1', [name]);
    expect(rows).toHaveLength(1);
    await anna.close();
  });

  it('waits at the door when the server is away as it loads, and goes on by itself', async () => {
    const anna = await openAnna();
    await anna.page.route('**/api/v1/auth/refresh', (route) => route.abort('connectionrefused'));
    await anna.page.reload();
    await anna.page.getByRole('heading', { name: 'The server does not answer' }).waitFor();
    await anna.page.unroute('**/api/v1/auth/refresh');
    await anna.untilConnection('Live');
    await anna.close();
  });

  it('says why a list is not there when it cannot be loaded, and loads it by itself once the server answers', async () => {
    const known = await createPatient(server, clinic.clinician, { last_name: uniqueName('Known') });
    const anna = await ConsolePage.open(browser, server);
    await anna.page.route('**/api/v1/patients?*', (route) => route.abort('connectionrefused'));
    await anna.signIn(clinic.clinician);
    await anna.page.getByRole('alert').getByText('The server does not answer').waitFor();
    await anna.page.unroute('**/api/v1/patients?*');
    await anna.row(known.last_name).waitFor();
    await anna.close();
  });

  it('counts nothing of a day that could not be loaded, and shows the day once the network is back', async () => {
    const { id } = await createPatient(server, clinic.clinician, { last_name: uniqueName('Known') });
    await createAppointment(server, clinic.frontDesk, {
      patient_id: id,
      datetime: '2030-01-16T09:00:00Z',
      practitioner: 'Dr. Berg',
    });
    const anna = await openAnna();
    const { page } = anna;
    await page.goto(`${server.url}/schedule/?date=2030-01-15`);
    await anna.untilConnection('Live');
    await anna.untilPartsLoaded();
    const booked = page.getByRole('definition').first();
    await booked.getByText('0', { exact: true }).waitFor();
    await anna.context.setOffline(true);
    await anna.untilConnection(/^Connection: Offline since/);
    await page.getByRole('button', { name: 'Next day' }).click();
    await page.getByRole('heading', { name: 'The server does not answer' }).waitFor();
    await booked.getByText('–', { exact: true }).waitFor();
    await anna.context.setOffline(false);
    await page.getByRole('listitem').getByRole('button', { name: /Known/ }).waitFor();
    await booked.getByText('1', { exact: true }).waitFor();
    await anna.close();
  });
});
