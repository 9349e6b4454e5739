import { beforeAll, describe, expect, it } from '@jest/globals';
import { Invitation, Tenant, User } from '@wardbell/contract';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { browser, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

const CHOSEN = 'violet tractors hum softly';

let clinic: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(server);
});

const inviteSomebody = async ({ admin }: TestTenant = clinic) => {
  const { token } = admin;
  const name = uniqueName('Newcomer');
  const user = await must(User, server, 'POST', '/users', {
    token,
    body: {
      name,
      email: `${name.toLowerCase()}@a-hospital-with-a-very-long-name.clinic.test`,
      role: 'front_desk',
      invitation: true,
    },
  });
  const invitation = await must(Invitation, server, 'POST', `/users/${user.id}/invitation`, { token });
  return { user, link: `/invitation/#${invitation.token}` };
};
const openLink = (link: string, options: Parameters<typeof ConsolePage.open>[2] = {}) =>
  ConsolePage.open(browser, { url: `${server.url}${link}` }, options);

describe('the link of an invitation', () => {
  it('is shown once to the administrator, and the person chooses a password by it and is signed in', async () => {
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/`);
    await page.getByRole('button', { name: 'New user' }).click();
    const name = uniqueName('Nadia');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@clinic.test`);
    await page.getByRole('radio', { name: 'Front desk' }).check();
    expect(await page.getByRole('radio', { name: 'By a link' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Add user' }).click();
    const link = await page.getByRole('status', { name: 'Link', exact: true }).innerText();
    expect(link).toMatch(/\/invitation\/#[A-Za-z0-9_-]{43}$/);
    await page.getByRole('button', { name: 'Done' }).click();
    await admin.row(name).getByText('Invited', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(link);

    const newcomer = await openLink(link.slice(server.url.length));
    await newcomer.page.getByRole('heading', { name: 'Choose your password' }).waitFor();
    await newcomer.page.getByText(`Clinic ${clinic.slug}`).waitFor();
    await newcomer.page.getByText(`${name.toLowerCase()}@clinic.test`).waitFor();
    await newcomer.page.getByLabel('New password').fill(CHOSEN);
    await newcomer.page.getByRole('button', { name: 'Save and sign in' }).click();
    await newcomer.untilConnection('Live');
    expect(newcomer.complaints).toEqual([]);
    expect(admin.complaints).toEqual([]);
    await Promise.all([admin.close(), newcomer.close()]);
  });

  it('leaves the address at once, and is sent to no other page', async () => {
    const { link } = await inviteSomebody();
    const asked: string[] = [];
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    page.on('request', (request) => {
      asked.push(`${request.url()} ${request.headers()['referer'] ?? ''}`);
    });
    await page.goto(`${server.url}${link}`);
    await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
    await page.waitForFunction(() => location.hash === '');
    const token = link.split('#')[1] ?? '';
    expect(asked.filter((text) => text.includes(token))).toEqual([]);
    expect(page.url()).not.toContain(token);
    await page.reload();
    await page.getByRole('heading', { name: 'Open the link again' }).waitFor();
    await context.close();
  });

  it('that was used says so, and leads to the sign-in', async () => {
    const { link } = await inviteSomebody();
    const [first, second] = await Promise.all([openLink(link), openLink(link)]);
    for (const { page } of [first, second]) await page.getByLabel('New password').fill(CHOSEN);
    await first.page.getByRole('button', { name: 'Save and sign in' }).click();
    await first.untilConnection('Live');
    await second.page.getByRole('button', { name: 'Save and sign in' }).click();
    await second.page.getByRole('heading', { level: 1, name: 'This link has expired or was used' }).waitFor();
    expect(await violationsOf(second.page)).toEqual([]);
    await second.page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await second.page.getByRole('textbox', { name: 'E-mail' }).waitFor();
    await Promise.all([first.close(), second.close()]);
  });

  it.each([
    ['de-DE', 'Wählen Sie Ihr Passwort'],
    ['fr-FR', 'Choisissez votre mot de passe'],
  ])('speaks %s, fits a narrow screen, and has no accessibility violation', async (locale, heading) => {
    const { link } = await inviteSomebody();
    const person = await openLink(link, {
      locale,
      viewport: { width: 320, height: 640 },
      reducedMotion: 'reduce',
    });
    await person.page.getByRole('heading', { name: heading }).waitFor();
    expect(await overflowOf(person.page)).toBe(0);
    expect(await violationsOf(person.page)).toEqual([]);
    await person.close();
  });

  it('says that the clinic is suspended, as the sign-in does, and as an open page is told', async () => {
    const own = await createTenant(server);
    const { link } = await inviteSomebody(own);
    const open = await signedIn(own.clinician);
    await open.untilConnection('Live');
    const token = await signInSuperAdmin(server);
    await must(Tenant, server, 'PATCH', `/tenants/${own.id}`, { token, body: { status: 'suspended' } });
    await open.page.getByText('Your clinic is suspended.', { exact: false }).waitFor();

    const invited = await openLink(link);
    await invited.page.getByRole('heading', { name: 'Your clinic is suspended' }).waitFor();
    const other = await ConsolePage.open(browser, server);
    await other.page.getByRole('textbox', { name: 'E-mail' }).fill(own.clinician.email);
    await other.page.getByLabel('Password', { exact: true }).fill(own.clinician.password);
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await other.page.getByRole('alert').getByText('Your clinic is suspended').waitFor();
    await Promise.all([open.close(), invited.close(), other.close()]);
  });
});

describe('somebody whose role is changed', () => {
  it('is told so on the sign-in page', async () => {
    const user = await clinic.addUser('front_desk');
    const person = await signedIn(user);
    await person.untilConnection('Live');
    await must(User, server, 'PATCH', `/users/${user.id}`, {
      token: clinic.admin.token,
      body: { role: 'clinician' },
    });
    await person.page.getByText('Your role was changed by an administrator.', { exact: false }).waitFor();
    await person.close();
  });
});
