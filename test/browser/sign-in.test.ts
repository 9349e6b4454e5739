import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';

let clinic: TestTenant;

beforeAll(async () => {
  clinic = await createTenant(server);
});

const open = (path = '') => ConsolePage.open(browser, { url: `${server.url}${path}` });

describe('signing in', () => {
  it.each(['clinician', 'frontDesk', 'admin'] as const)(
    'leads a %s to the live patient list',
    async (who) => {
      const person = await open();
      await person.signIn(clinic[who]);
      await person.page.waitForURL('**/patients/');
      await person.page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
      await person.untilConnection('Live');
      expect(person.complaints).toEqual([]);
      await person.close();
    },
  );

  it('shows a super admin no patients', async () => {
    const person = await open();
    await person.signIn(SUPER_ADMIN);
    await person.untilConnection('Live');
    expect(await person.page.getByRole('link', { name: 'Patients', exact: true }).count()).toBe(0);
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('says what is wrong when the password is, and lets one try again', async () => {
    const person = await open();
    await person.page.getByLabel('E-mail').fill(clinic.clinician.email);
    await person.page.getByLabel('Password', { exact: true }).fill('not the password');
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.page.getByRole('alert').getByText('E-mail or password is wrong').waitFor();
    await person.signIn(clinic.clinician);
    await person.close();
  });

  it('says so when the server cannot be reached', async () => {
    const person = await open();
    await person.page.getByLabel('E-mail').fill(clinic.clinician.email);
    await person.page.getByLabel('Password', { exact: true }).fill(clinic.clinician.password);
    await person.context.setOffline(true);
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.page.getByRole('alert').getByText('The server does not answer').waitFor();
    await person.close();
  });

  it('opens the room that the address asks for', async () => {
    const person = await open('/patients/');
    await person.signIn(clinic.clinician);
    expect(new URL(person.page.url()).pathname).toBe('/patients/');
    await person.close();
  });
});

describe('the language', () => {
  it('is that of the browser until one chooses another, which is kept', async () => {
    const person = await ConsolePage.open(browser, server, { locale: 'de-DE' });
    await person.page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    expect(await person.page.evaluate(() => document.documentElement.lang)).toBe('de');
    await person.page.getByRole('textbox', { name: 'E-Mail' }).fill(clinic.clinician.email);
    await person.page.getByLabel('Passwort', { exact: true }).fill(clinic.clinician.password);
    await person.page.getByRole('button', { name: 'Anmelden' }).click();
    await person.page.getByRole('button', { name: /^Konto von/ }).click();
    await person.page.getByRole('radio', { name: 'English' }).click(); // checked when its texts are loaded
    await person.page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
    await person.page.reload();
    await person.page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
    expect(person.complaints).toEqual([]);
    await person.close();
  });
});

describe('a session', () => {
  it('survives a reload, and several tabs that load at the same moment', async () => {
    const person = await open();
    await person.signIn(clinic.clinician);
    await person.page.reload();
    await person.untilConnection('Live');
    // The refresh cookie is rotated and used once: tabs that refreshed at once would end the session.
    const tabs = await Promise.all(Array.from({ length: 4 }, () => person.openTab('/patients/')));
    await Promise.all([person.page.reload(), ...tabs.map((tab) => tab.page.reload())]);
    for (const tab of [person, ...tabs]) await tab.untilConnection('Live');
    for (const tab of [person, ...tabs]) expect(tab.complaints).toEqual([]);
    await person.close();
  });

  it('survives an impatient person who reloads while it is being restored', async () => {
    const person = await open();
    await person.signIn(clinic.clinician);
    const refreshAsked = person.page.waitForRequest('**/auth/refresh');
    const reload = person.page.reload({ waitUntil: 'commit' });
    await refreshAsked;
    await reload;
    await person.page.reload();
    await person.untilConnection('Live');
    await person.close();
  });

  it('ends in all tabs when one signs out, and leaves nothing on the screen', async () => {
    const person = await open();
    await person.signIn(clinic.clinician);
    const other = await person.openTab('/patients/');
    await other.untilConnection('Live');
    await person.page.getByRole('button', { name: /^Account of/ }).click();
    await person.page.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [person, other]) {
      await tab.page.getByText('You have signed out.').waitFor();
      expect(await tab.page.getByRole('grid').count()).toBe(0);
    }
    await person.page.reload();
    await person.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('begins in the other tabs too when one signs in', async () => {
    const person = await open();
    const other = await person.openTab();
    await other.page.getByLabel('E-mail').waitFor();
    await person.signIn(clinic.clinician);
    await other.untilConnection('Live');
    await person.close();
  });

  it('ends on the screen when an administrator disables the account', async () => {
    const employee = await clinic.addUser('clinician');
    const person = await open();
    await person.signIn(employee);
    await person.untilConnection('Live');
    const response = await fetch(`${server.url}/api/v1/users/${employee.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${clinic.admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'disabled' }),
    });
    expect(response.status).toBe(200);
    await person.page.getByText('Your session has ended.').waitFor();
    expect(await person.page.getByRole('grid').count()).toBe(0);
    await person.close();
  });
});
