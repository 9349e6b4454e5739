import { Approval, User } from '@wardbell/contract';
import { z } from 'zod';
import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { browser, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

let clinic: TestTenant;

beforeAll(async () => {
  clinic = await createTenant(server);
});

const open = async (
  who: { email: string; password: string },
  options: Parameters<typeof ConsolePage.open>[2] = {},
) => {
  const person = await signedIn(who, options);
  await person.page.goto(`${server.url}/users/`);
  await person.page.getByRole('row').nth(1).waitFor();
  return person;
};

describe('an administrator of a clinic', () => {
  it('adds a person, who chooses an own password with the start password that was shown once', async () => {
    const admin = await open(clinic.admin);
    const { page } = admin;
    const name = uniqueName('Newcomer');
    const email = `${name.toLowerCase()}@clinic.test`;
    await page.keyboard.press('n');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('E-mail').fill(clinic.clinician.email);
    await page.getByRole('radio', { name: 'Front desk' }).check();
    await page.getByRole('radio', { name: 'Generate one' }).check();
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByText('Somebody in this installation has this address already').waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Add user' }).click();
    const password = await page.getByRole('status', { name: 'Start password' }).innerText();
    await page.getByRole('button', { name: 'Done' }).click();
    await admin.row(name).getByText('Front desk', { exact: true }).waitFor();
    await page.getByRole('heading', { name }).waitFor();

    const newcomer = await ConsolePage.open(browser, server);
    await newcomer.page.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await newcomer.page.getByLabel('Password', { exact: true }).fill(password);
    await newcomer.page.getByRole('button', { name: 'Sign in' }).click();
    await newcomer.page.getByLabel('New password').fill('violet tractors hum softly');
    await newcomer.page.getByRole('button', { name: 'Save and sign in' }).click();
    await newcomer.untilConnection('Live');
    expect(await page.content()).not.toContain(password);
    // the browser itself reports the refused first sign-in
    expect(newcomer.complaints.filter((text) => !text.includes('403'))).toEqual([]);
    // the browser itself reports the refused first save
    expect(admin.complaints.filter((text) => !text.includes('409'))).toEqual([]);
    await Promise.all([admin.close(), newcomer.close()]);
  });

  it('locks a person out, whose open page says so at once, and lets them in again', async () => {
    const leaver = await clinic.addUser('clinician');
    const person = await ConsolePage.open(browser, server);
    await person.signIn(leaver);
    await person.untilConnection('Live');

    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.keyboard.press('/');
    await page.keyboard.type(leaver.email);
    await page.getByText('1 user', { exact: true }).waitFor();
    await admin.row(leaver.email).click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await person.page.getByText('Your session has ended').waitFor();
    await admin.row(leaver.email).getByText('Disabled', { exact: true }).waitFor();

    await person.page.getByRole('textbox', { name: 'E-mail' }).fill(leaver.email);
    await person.page.getByLabel('Password', { exact: true }).fill(leaver.password);
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.page.getByText('E-mail or password is wrong').waitFor();

    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('can sign in again').waitFor();
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.untilConnection('Live');
    await Promise.all([admin.close(), person.close()]);
  });

  it('sees what another one saved meanwhile before their own save goes through', async () => {
    const user = await clinic.addUser('clinician');
    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/?id=${user.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name').fill('Renamed Here');
    await must(User, server, 'PATCH', `/users/${user.id}`, {
      token: clinic.admin.token,
      body: { name: 'Renamed There', role: 'front_desk' },
    });
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Another administrator saved this user').waitFor();
    await page.getByText('You both changed the same.', { exact: false }).waitFor();
    await page.getByRole('dialog').getByText('Renamed There').waitFor();
    await untilValue(page.getByLabel('Name'), 'Renamed Here');
    expect(await page.getByRole('radio', { name: 'Front desk' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const saved = await must(User, server, 'GET', `/users/${user.id}`, { token: clinic.admin.token });
    expect(saved).toMatchObject({ name: 'Renamed Here', role: 'front_desk' });
    await admin.close();
  });

  it('cannot lock themselves out, and is told who can', async () => {
    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/?id=${clinic.admin.id}`);
    await page.getByText('Another administrator can change your role').waitFor();
    expect(await page.getByRole('button', { name: /^(Disable|Delete)$/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name').waitFor();
    expect(await page.getByRole('radio').count()).toBe(0);
    await admin.close();
  });

  it('deletes a person after being asked', async () => {
    const user = await clinic.addUser('front_desk');
    const admin = await open(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/?id=${user.id}`);
    await admin.row(user.email).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await admin.row(user.email).waitFor({ state: 'detached' });
    await page.waitForURL((url) => !url.href.includes(user.id));
    await admin.close();
  });
});

describe('several people', () => {
  it('are named before anything is done with them, and each outcome is said', async () => {
    const own = await createTenant(server);
    const gone = await own.addUser('clinician');
    const admin = await open(own.admin);
    const { page } = admin;
    await admin.row(gone.email).waitFor();
    await page.getByRole('button', { name: 'Several at once' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is done').selectOption('Disable');
    await dialog.getByRole('checkbox', { name: 'All 3 of this list' }).click();
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('dialog', { name: 'Disable 3 people?' }).waitFor();
    for (const { email } of [own.clinician, own.frontDesk, gone]) await dialog.getByText(email).waitFor();
    expect(await dialog.getByText(own.admin.email).count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    // meanwhile another administrator deletes one of them
    await call(server.url, 'DELETE', `/users/${gone.id}`, { token: own.admin.token });
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByText('This is no longer here', { exact: false }).waitFor();
    await dialog.getByText('done', { exact: true }).nth(1).waitFor();
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await admin.row(own.clinician.email).getByText('Disabled', { exact: true }).waitFor();
    await admin.close();
  });

  it('get links, each shown once beside its name', async () => {
    const own = await createTenant(server);
    const admin = await open(own.admin);
    const { page } = admin;
    await page.getByRole('button', { name: 'Several at once' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is done').selectOption('Make links for new passwords');
    await dialog.getByRole('checkbox', { name: 'All 2 of this list' }).click();
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByRole('button', { name: 'Make links for new passwords' }).click();
    await dialog.getByText('/invitation/#').nth(1).waitFor();
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });
});

describe('a super admin', () => {
  it('sees the people of all clinics, narrows them down, and adds one to a clinic', async () => {
    const other = await createTenant(server);
    const root = await open(SUPER_ADMIN);
    const { page } = root;
    await page.getByRole('combobox', { name: 'Clinic' }).fill(other.slug);
    await page.getByRole('option', { name: `Clinic ${other.slug}` }).click();
    await page.getByText('3 users', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Role' }).selectOption({ label: 'Clinician' });
    await page.getByText('1 user', { exact: true }).waitFor();
    expect(page.url()).toContain(`tenant=${other.id}`);
    expect(page.url()).toContain('role=clinician');

    const name = uniqueName('Second');
    await page.getByRole('button', { name: 'New user' }).click();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('E-mail').fill(`${name}@clinic.test`);
    await page.getByRole('radio', { name: 'Clinician' }).check();
    await page.getByRole('radio', { name: 'Choose it myself' }).check();
    await page.getByLabel('Start password').last().fill('short');
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByText('12 to 128 characters', { exact: true }).waitFor();
    await page.getByLabel('Start password').last().fill('long enough to be safe');
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByText('An admin of the clinic has to approve this first').waitFor();
    const { token } = other.admin;
    const { data } = await must(z.object({ data: z.array(Approval) }), server, 'GET', '/approvals', {
      token,
    });
    await must(Approval, server, 'POST', `/approvals/${data[0]?.id}/approve`, { token });
    await page.getByText('2 users', { exact: true }).waitFor();
    await root.row(name).waitFor();
    expect(root.complaints).toEqual([]);
    await root.close();
  });
});

describe('in light or dark', () => {
  it('list, panel, form and question have no accessibility violation', async () => {
    const admin = await open(clinic.admin, { reducedMotion: 'reduce' });
    const { page } = admin;
    expect(await violationsOf(page)).toEqual([]);
    await admin.row(clinic.frontDesk.email).click();
    await page.getByRole('button', { name: 'Disable' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New user' }).click();
    await page.getByRole('radio', { name: 'Choose it myself' }).check();
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByText('Required').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await admin.close();
  });
});

it('a form that is not filled in brings the cursor to its topmost field', async () => {
  const admin = await open(clinic.admin);
  const { page } = admin;
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByRole('textbox', { name: 'E-mail' }).focus();
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByText('Required').first().waitFor();
  await page.locator('[data-path="name"]:focus').waitFor();
  await admin.close();
});

it('nothing of it is wider than a window of 320 pixels', async () => {
  const admin = await open(clinic.admin, { viewport: { width: 320, height: 640 } });
  expect(await overflowOf(admin.page)).toBe(0);
  await admin.row(clinic.frontDesk.email).click();
  await admin.page.getByRole('button', { name: 'Disable' }).waitFor();
  expect(await overflowOf(admin.page)).toBe(0);
  await admin.close();
});
