import { createTenant, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { createPatients } from './support/patients.js';

let clinic: TestTenant;
let empty: TestTenant;

beforeAll(async () => {
  [clinic, empty] = await Promise.all([createTenant(server), createTenant(server)]);
  await createPatients(server, clinic.clinician, 120);
});

describe('in light or dark', () => {
  const open = () => ConsolePage.open(browser, server, { reducedMotion: 'reduce' });

  it('signing in has no violation, also when it failed', async () => {
    const person = await open();
    await person.page.getByLabel('E-mail').waitFor();
    expect(await violationsOf(person.page)).toEqual([]);
    await person.page.getByLabel('E-mail').fill('nobody@example.org');
    await person.page.getByLabel('Password', { exact: true }).fill('wrong');
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.page.getByText('E-mail or password is wrong').waitFor();
    expect(await violationsOf(person.page)).toEqual([]);
    await person.close();
  });

  it('the patient list has none: live, searched, offline, with its menus and its form open', async () => {
    const person = await open();
    const { page } = person;
    await person.signIn(clinic.clinician);
    await person.untilConnection('Live');
    await person.row('Patient000000').waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    expect(await violationsOf(page)).toEqual([]);

    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Save patient' }).click();
    await page.getByText('Required').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('searchbox').fill('nobody has this name');
    await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('searchbox').fill('');

    await person.untilPartsLoaded();
    await person.context.setOffline(true);
    await person.untilConnection(/^Connection: Offline since/);
    await page.getByText(/^Not up to date: changes after/).waitFor();
    await person.indicator.click();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await person.close();
  });

  it('the integrations have none: without any, and with the errors of their forms', async () => {
    const person = await open();
    const { page } = person;
    await person.signIn(empty.admin);
    await page.goto(`${server.url}/integrations/`);
    await page.getByRole('heading', { name: 'No integration keys yet' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Choose at least one scope').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Webhooks' }).click();
    await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('Enter an address like').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Dead letters' }).click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await person.close();
  });

  it('an empty clinic and a narrow window have none', async () => {
    const person = await ConsolePage.open(browser, server, {
      viewport: { width: 360, height: 740 },
    });
    await person.signIn(empty.admin);
    await person.page.getByRole('heading', { name: 'No patients yet' }).waitFor();
    expect(await violationsOf(person.page)).toEqual([]);
    await person.page.getByRole('button', { name: 'Open navigation' }).click();
    await person.page.getByRole('link', { name: 'Patients', exact: true }).waitFor();
    expect(await violationsOf(person.page)).toEqual([]);
    await person.close();
  });
});

describe('without a mouse', () => {
  it('one gets from search into the list and through it', async () => {
    const person = await ConsolePage.open(browser, server);
    const { page } = person;
    await person.signIn(clinic.clinician);
    await person.row('Patient000000').waitFor();
    const untilActive = (name: string) =>
      page.getByRole('row', { selected: true }).filter({ hasText: name }).waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('patient00000');
    await page.getByText('10 patients found').waitFor();
    await page.keyboard.press('ArrowDown');
    await untilActive('Patient000000');
    await page.keyboard.press('ArrowDown');
    await untilActive('Patient000001');
    await page.keyboard.press('End');
    await untilActive('Patient000009');
    await page.keyboard.press('Home');
    await untilActive('Patient000000');
    const pointed = await page.getByRole('grid').getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${pointed}"]`).textContent()).toContain('Patient000000');
    await person.close();
  });

  it('nothing wider than the window makes one scroll sideways, down to 320 pixels', async () => {
    const person = await ConsolePage.open(browser, server, { viewport: { width: 320, height: 640 } });
    await person.signIn(clinic.clinician);
    await person.row('Patient000000').waitFor();
    expect(await overflowOf(person.page)).toBeLessThanOrEqual(0);
    await person.page.getByRole('button', { name: 'New patient' }).click();
    await person.page.getByLabel('First name').waitFor();
    expect(await overflowOf(person.page)).toBeLessThanOrEqual(0);
    await person.close();
  });
});
