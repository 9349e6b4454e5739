import { TenantSecurity, User } from '@wardbell/contract';
import { createTenant, must, type TestTenant, type TestUser } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { addAuthenticator, codeOf } from './support/authenticator.js';
import { violationsOf } from './support/axe.js';
import { browser, database, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';

let clinic: TestTenant;

beforeAll(async () => {
  clinic = await createTenant(server);
});

/** Where passkeys work: the relying party is a name, never an address. */
const named = () => ({ url: `http://localhost:${server.port}` });
const OWN = 'violet tractors hum softly';

const openAccount = async ({ page }: ConsolePage) => {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Account & security' }).click();
  await account({ page }).getByRole('heading', { name: 'Where you are signed in' }).waitFor();
};
const account = ({ page }: Pick<ConsolePage, 'page'>) =>
  page.getByRole('dialog', { name: 'Account & security' });
const signOut = async ({ page }: ConsolePage) => {
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You have signed out.').waitFor();
};
const give = async ({ page }: ConsolePage, { email, password }: Pick<TestUser, 'email' | 'password'>) => {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
/** Makes the last proof of a person an old one. */
const makeStale = ({ id }: Pick<TestUser, 'id'>) =>
  database.query(
    `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE user_id = $1`,
    [id],
  );
/** Answers the key that is shown, and the recovery codes. */
const setUpApp = async ({ page }: ConsolePage) => {
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  const secret = await page.getByRole('status', { name: 'Key' }).innerText();
  await page.getByLabel('Code that the app shows').fill('12 345');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByRole('alert').getByText('That code is not right').waitFor();
  await page.getByLabel('Code that the app shows').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Turn on' }).click();
  const codes = page.getByRole('status', { name: 'Recovery codes' });
  await codes.waitFor();
  return { secret, codes: (await codes.innerText()).split(/\s+/) };
};

describe('the first sign-in', () => {
  it('with a password that an administrator chose makes one choose an own one, and goes on with it', async () => {
    const email = `first-${Date.now()}@clinic.test`;
    const password = 'a first password for a colleague';
    await must(User, server, 'POST', '/users', {
      token: clinic.admin.token,
      body: { email, name: 'New Colleague', role: 'clinician', password },
    });
    const person = await ConsolePage.open(browser, server);
    const { page } = person;
    await give(person, { email, password });
    await page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
    const save = page.getByRole('button', { name: 'Save and sign in' });
    await page.getByLabel('New password').fill('too short');
    await save.click();
    await page.getByText('12 to 128 characters', { exact: true }).waitFor();
    await page.getByLabel('New password').fill('password1234');
    await save.click();
    await page.getByText('This is too easy to guess.', { exact: false }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('New password').fill(OWN);
    await save.click();
    await person.untilConnection('Live');
    await signOut(person);
    await give(person, { email, password });
    await page.getByText('E-mail or password is wrong').waitFor();
    await person.signIn({ email, password: OWN });
    await person.close();
  });

  it('sets up a second factor where the policy demands one, and signs in with it', async () => {
    const strict = await createTenant(server);
    await must(TenantSecurity, server, 'PUT', `/tenants/${strict.id}/security`, {
      token: strict.admin.token,
      body: { policy: { second_factor: 'everybody' } },
    });
    const nurse = await ConsolePage.open(browser, named());
    await give(nurse, strict.clinician);
    await nurse.page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    expect(await violationsOf(nurse.page)).toEqual([]);
    await nurse.page.getByRole('button', { name: /^Authenticator app/ }).click();
    const { secret, codes } = await setUpApp(nurse);
    expect(new Set(codes).size).toBe(10);
    expect(await violationsOf(nurse.page)).toEqual([]);
    const download = nurse.page.waitForEvent('download');
    await nurse.page.getByRole('link', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('wardbell-recovery-codes.txt');
    await nurse.page.getByRole('button', { name: 'I have saved them' }).click();
    await nurse.page.getByLabel('Code of your authenticator app').fill(codeOf(secret, 1));
    await nurse.page.getByRole('button', { name: 'Sign in' }).click();
    await nurse.untilConnection('Live');

    const desk = await ConsolePage.open(browser, named());
    await addAuthenticator(desk.page);
    await give(desk, strict.frontDesk);
    await desk.page.getByRole('button', { name: /^Passkey/ }).click();
    await desk.page.getByRole('button', { name: 'Create passkey' }).click();
    await desk.page.getByRole('heading', { name: 'Second step' }).waitFor();
    await desk.page.getByRole('button', { name: 'Use a passkey' }).click();
    await desk.untilConnection('Live');
    await Promise.all([nurse.close(), desk.close()]);
  });
});

describe('an authenticator app', () => {
  it('is set up in the account, then asked for; a recovery code takes its place once; the lock takes the password alone', async () => {
    const user = await clinic.addUser('clinician');
    const person = await signedIn(user);
    const { page } = person;
    await openAccount(person);
    await account(person).getByRole('button', { name: 'Set up' }).click();
    const { secret, codes } = await setUpApp(person);
    expect(codes).toHaveLength(10);
    await page.getByRole('button', { name: 'I have saved them' }).click();
    await account(person).getByText('10 recovery codes are left.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await signOut(person);

    await give(person, user);
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Code of your authenticator app').fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('That code is not right').waitFor();
    await page.getByLabel('Code of your authenticator app').fill(codeOf(secret, 1));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await person.untilConnection('Live');

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a page or action' }).fill('lock this screen');
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(user.password);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await person.untilConnection('Live');
    await signOut(person);

    await give(person, user);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByRole('textbox', { name: 'Recovery code' }).fill('not-one-of-them');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('That recovery code is not right').waitFor();
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await person.untilConnection('Live');
    await openAccount(person);
    await account(person).getByText('9 recovery codes are left.').waitFor();
    await account(person).getByRole('button', { name: 'Remove', exact: true }).click();
    await page
      .getByRole('dialog', { name: 'Remove the authenticator app?' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await account(person).getByRole('button', { name: 'Set up' }).waitFor();
    await person.close();
  });
});

describe('a passkey', () => {
  it('is added under a name, signs in without a password, and is removed', async () => {
    const user = await clinic.addUser('front_desk');
    const person = await ConsolePage.open(browser, named());
    const { page } = person;
    await addAuthenticator(page);
    await person.signIn(user);
    await openAccount(person);
    await account(person).getByRole('button', { name: 'Add' }).click();
    await page.getByLabel('Name').fill('Reception desk');
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await account(person).getByText('Reception desk').waitFor();
    await signOut(person);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await person.untilConnection('Live');

    await openAccount(person);
    await account(person).getByRole('button', { name: 'Remove the passkey Reception desk' }).click();
    await page
      .getByRole('dialog', { name: 'Remove the passkey Reception desk?' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await account(person).getByText('Reception desk').waitFor({ state: 'detached' });
    await signOut(person);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('alert').getByText('This passkey is not known here').waitFor();
    await person.close();
  });
});

describe('sessions', () => {
  it('of another browser are seen and ended, and its page says so at once', async () => {
    const user = await clinic.addUser('clinician');
    const [here, there] = [await signedIn(user), await signedIn(user)];
    await there.untilConnection('Live');
    await openAccount(here);
    await account(here).getByText('(this browser)').waitFor();
    // one of the two others is the request of the test that made the account
    const end = account(here).getByRole('button', { name: /^End the session Chrome/ });
    await eventually(async () => (await end.count()) === 1, { what: 'the other browser in the list' });
    expect(await violationsOf(here.page)).toEqual([]);
    await end.click();
    await there.page.getByText('Your session has ended.').waitFor();
    await end.waitFor({ state: 'detached' });
    await account(here).getByRole('button', { name: 'End all others' }).click();
    await here.page
      .getByRole('dialog', { name: 'End all other sessions?' })
      .getByRole('button', { name: 'End all others' })
      .click();
    await account(here).getByRole('button', { name: 'End all others' }).waitFor({ state: 'detached' });
    await here.page.keyboard.press('Escape');
    await here.untilConnection('Live');
    await Promise.all([here.close(), there.close()]);
  });

  it('of a user are ended, and lost factors removed, by an administrator', async () => {
    const user = await clinic.addUser('clinician');
    const person = await signedIn(user);
    await person.untilConnection('Live');
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/?id=${user.id}`);
    await page.getByText('Chrome, Linux').first().waitFor();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await person.page.getByText('Your session has ended.').waitFor();
    await page.getByText('Nowhere at the moment.').waitFor();
    await page.getByRole('button', { name: 'Remove second factors' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The second factors of Test clinician are removed.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await Promise.all([admin.close(), person.close()]);
  });
});

describe('something that needs a fresh proof', () => {
  it('asks for the password, and is done once it was given; who cancels is told', async () => {
    const user = await clinic.addUser('clinician');
    const person = await signedIn(user);
    const { page } = person;
    await person.untilConnection('Live');
    await makeStale(user);
    await openAccount(person);
    await account(person).getByRole('button', { name: 'Set up' }).click();
    const question = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await question.getByLabel('Password', { exact: true }).fill('not the password');
    await page.keyboard.press('Enter');
    await question.getByText('That is not your password').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    const setup = page.getByRole('dialog', { name: 'Set up an authenticator app' });
    await setup.getByText('This needs your password or a second factor again.', { exact: false }).waitFor();
    await setup.getByRole('button', { name: 'Try again' }).click();
    await question.getByLabel('Password', { exact: true }).fill(user.password);
    await question.getByRole('button', { name: 'Confirm' }).click();
    await setup.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    await person.close();
  });
});

describe('an idle session', () => {
  it('is kept by what a person does, told over the socket, and by no request of a timer', async () => {
    const person = await ConsolePage.open(browser, server);
    const { page } = person;
    const told: string[] = [];
    const reads: string[] = [];
    const writes: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => void told.push(String(payload))),
    );
    page.on('request', (request) => {
      const url = new URL(request.url());
      // the providers are asked for without a token, by the page for signing in
      if (!url.pathname.startsWith('/api/') || url.pathname.endsWith('/auth/oidc')) return;
      const line = `${request.method()} ${url.pathname} ${request.headers()['wardbell-background'] ?? '-'}`;
      (request.method() === 'GET' || url.pathname.endsWith('/refresh') ? reads : writes).push(line);
    });
    await person.signIn(clinic.admin);
    await person.untilConnection('Live');
    await page.reload();
    await person.untilConnection('Live');
    await page.keyboard.press('Tab');
    await eventually(() => told.includes('{"type":"active"}'), { what: 'the message over the socket' });
    expect(reads.length).toBeGreaterThan(2);
    expect(reads.filter((line) => !line.endsWith(' 1'))).toEqual([]);
    expect(writes).toEqual(['POST /api/v1/auth/login -']);
    await person.close();
  });
});

it('the account fits a window of 320 pixels', async () => {
  const person = await signedIn(await clinic.addUser('clinician'), {
    viewport: { width: 320, height: 640 },
    reducedMotion: 'reduce',
  });
  await openAccount(person);
  await account(person).getByText('(this browser)').waitFor();
  expect(await overflowOf(person.page)).toBe(0);
  expect(
    await account(person).evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth),
  ).toBeLessThanOrEqual(0);
  await person.close();
});
