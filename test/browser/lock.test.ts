import { Appointment, Patient } from '@wardbell/contract';
import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, type TestTenant, type TestUser } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { addAuthenticator } from './support/authenticator.js';
import { violationsOf } from './support/axe.js';
import { browser, database, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { createPatient, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const lock = async ({ page }: ConsolePage) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a page or action' }).fill('lock this screen');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Locked' }).waitFor();
};
const unlock = async ({ page }: ConsolePage, password: string) => {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
};
/** Sessions of a person that are locked on the server. */
const lockedOf = async (userId: string) =>
  (
    await database.query<object>(
      'SELECT FROM wardbell.auth_session WHERE user_id = $1 AND locked_at IS NOT NULL AND revoked_at IS NULL',
      [userId],
    )
  ).length;
const untilLocked = (userId: string) =>
  eventually(async () => (await lockedOf(userId)) === 1, { what: 'the lock on the server' });
const form = ({ page }: ConsolePage) => page.getByRole('dialog', { name: 'New patient' });
/** Signs in with a clock that the test turns: the screen is locked after so many minutes, whatever is on it. */
const openAlone = async (who: Pick<TestUser, 'email' | 'password'> = clinic.clinician) => {
  const anna = await ConsolePage.open(browser, server);
  await anna.page.clock.install();
  await anna.signIn(who);
  await anna.untilConnection('Live');
  return anna;
};
const beginPatient = async (person: ConsolePage, name: string) => {
  await person.page.getByRole('button', { name: 'New patient' }).first().click();
  await form(person).getByLabel('Last name').fill(name);
  await form(person).getByLabel('Clinical notes').fill('Fears needles');
};

describe('a locked screen', () => {
  it('has locked the session on the server, so that its token serves for nothing, also in another tab', async () => {
    const anna = await signedIn(clinic.clinician);
    await anna.untilConnection('Live');
    const tokens: string[] = [];
    anna.page.on('request', (request) => {
      const token = request.headers()['authorization']?.slice('Bearer '.length);
      if (token !== undefined) tokens.push(token);
    });
    const tab = await anna.openTab('/patients/');
    await tab.untilConnection('Live');
    await lock(anna);
    await tab.page.getByRole('heading', { name: 'Locked' }).waitFor();
    await untilLocked(clinic.clinician.id);
    expect(tokens.length).toBeGreaterThan(0);
    for (const token of new Set(tokens)) {
      const answer = await call(server.url, 'GET', '/patients', { token });
      expect([answer.status, answer.body]).toEqual([
        403,
        expect.objectContaining({ code: 'session_locked' }),
      ]);
    }
    await unlock(tab, clinic.clinician.password);
    await Promise.all([anna, tab].map((each) => each.untilConnection('Live')));
    const name = uniqueName('Later');
    await createPatient(server, clinic.frontDesk, { last_name: name });
    await Promise.all([anna, tab].map((each) => each.row(name).waitFor()));
    await anna.close();
  });

  it('stays locked for who removes the flag from the browser’s storage', async () => {
    const name = uniqueName('Private');
    await createPatient(server, clinic.clinician, { last_name: name });
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    await anna.row(name).waitFor();
    await lock(anna);
    await untilLocked(clinic.clinician.id);
    await page.evaluate(() => {
      localStorage.removeItem('wardbell.locked');
      localStorage.setItem('wardbell.last_active', String(Date.now()));
    });
    await page.reload();
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    expect(await page.content()).not.toContain(name);
    await unlock(anna, 'not the password');
    await page.getByText('That is not the password').waitFor();
    await unlock(anna, clinic.clinician.password);
    await anna.row(name).waitFor();
    await anna.close();
  });

  it('is unlocked only after the server has heard of the lock, and stays open', async () => {
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    await anna.untilConnection('Live');
    const steps: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/auth/unlock')) steps.push('unlock');
    });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/v1/auth/lock', async (route) => {
      await held;
      steps.push('lock');
      await route.continue();
    });
    await lock(anna);
    await unlock(anna, clinic.clinician.password);
    await page.locator('button[data-loading]').waitFor();
    release();
    await anna.untilConnection('Live');
    expect(steps).toEqual(['lock', 'unlock']);
    expect(await lockedOf(clinic.clinician.id)).toBe(0);
    const name = uniqueName('Later');
    await createPatient(server, clinic.frontDesk, { last_name: name });
    await anna.row(name).waitFor();
    await anna.close();
  });

  it('is locked when the server says that the session is, whatever locked it', async () => {
    const anna = await signedIn(clinic.clinician);
    await anna.untilConnection('Live');
    await database.query('UPDATE wardbell.auth_session SET locked_at = now() WHERE user_id = $1', [
      clinic.clinician.id,
    ]);
    // any request tells it; the page may make one by itself first
    const asked = anna.page.getByRole('link', { name: 'Schedule' }).click();
    asked.catch(() => undefined);
    await anna.page.getByRole('heading', { name: 'Locked' }).waitFor();
    await unlock(anna, clinic.clinician.password);
    await anna.untilConnection('Live');
    await anna.close();
  });

  it('comes after half of the minutes that the clinic’s policy allows without an action', async () => {
    await call(server.url, 'PUT', `/tenants/${clinic.id}/security`, {
      token: clinic.admin.token,
      body: { policy: { idle_minutes: 10 } },
    });
    const anna = await ConsolePage.open(browser, server);
    await anna.page.clock.install();
    await anna.signIn(clinic.clinician);
    await anna.untilConnection('Live');
    await anna.page.clock.fastForward('04:10');
    await anna.page.getByRole('dialog', { name: 'Are you still there?' }).waitFor();
    await anna.page.clock.fastForward('01:00');
    await anna.page.getByRole('heading', { name: 'Locked' }).waitFor();
    await untilLocked(clinic.clinician.id);
    await anna.close();
  });

  it('opens for a passkey', async () => {
    const named = { url: `http://localhost:${server.port}` };
    const anna = await (await ConsolePage.open(browser, named)).signIn(clinic.clinician);
    const { page } = anna;
    await addAuthenticator(page);
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Account & security' }).click();
    const account = page.getByRole('dialog', { name: 'Account & security' });
    await account.getByRole('button', { name: 'Add' }).click();
    await page.getByLabel('Name').fill('Reader');
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await account.getByText('Reader').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await lock(anna);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await anna.untilConnection('Live');
    await anna.close();
  });
});

describe('a PIN', () => {
  const account = ({ page }: ConsolePage) => page.getByRole('dialog', { name: 'Account & security' });
  const openAccount = async (person: ConsolePage) => {
    await person.page.getByRole('button', { name: /^Account of/ }).click();
    await person.page.getByRole('button', { name: 'Account & security' }).click();
    await account(person).getByRole('heading', { name: 'PIN for locked screens' }).waitFor();
  };
  const closeAccount = async (person: ConsolePage) => {
    await account(person).getByRole('button', { name: 'Close' }).click(); // a toast has one, too
    await account(person).waitFor({ state: 'detached' });
  };
  const setPin = async (person: ConsolePage, pin: string) => {
    const { page } = person;
    const dialog = page.getByRole('dialog', { name: 'PIN for locked screens' });
    await dialog.getByLabel('New PIN').fill('1234');
    await dialog.getByLabel('The same once more').fill(pin);
    await dialog.getByRole('button', { name: 'Save PIN' }).click();
    await dialog.getByText('Too easy to guess').waitFor();
    await dialog.getByText('The two are different').waitFor();
    await dialog.getByLabel('New PIN').fill(pin);
    await dialog.getByRole('button', { name: 'Save PIN' }).click();
    await page.getByText('Your PIN is set').waitFor();
  };
  const enterPin = async ({ page }: ConsolePage, pin: string) => {
    await page.getByLabel('PIN', { exact: true }).fill(pin);
    await page.getByRole('button', { name: 'Unlock' }).click();
  };

  it('that was set on the account page opens the screen, also after a reload, until it is removed', async () => {
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    await openAccount(anna);
    await account(anna).getByRole('button', { name: 'Set', exact: true }).click();
    await setPin(anna, '407183');
    await closeAccount(anna);
    await lock(anna);
    expect(await violationsOf(page)).toEqual([]);
    await enterPin(anna, '407183');
    await anna.untilConnection('Live');
    await lock(anna);
    await untilLocked(clinic.clinician.id);
    await page.reload();
    await enterPin(anna, '407183');
    await anna.untilConnection('Live');
    await openAccount(anna);
    await account(anna).getByRole('button', { name: 'Change PIN' }).waitFor();
    await account(anna).getByRole('button', { name: 'Remove PIN' }).click();
    await page
      .getByRole('dialog', { name: 'Remove the PIN?' })
      .getByRole('button', { name: 'Remove PIN' })
      .click();
    await page.getByText('Your PIN is removed').waitFor();
    await closeAccount(anna);
    await lock(anna);
    await page.getByLabel('Password', { exact: true }).waitFor();
    expect(await page.getByLabel('PIN', { exact: true }).count()).toBe(0);
    await anna.close();
  });

  it('gives way to the password after five wrong ones', async () => {
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    await openAccount(anna);
    await account(anna).getByRole('button', { name: 'Set', exact: true }).click();
    await setPin(anna, '407183');
    await closeAccount(anna);
    await lock(anna);
    await untilLocked(clinic.clinician.id);
    for (let n = 0; n < 4; n++) {
      const answered = page.waitForResponse(/auth\/unlock$/);
      await enterPin(anna, `500${n}`);
      await answered;
      await page.getByText('That is not the PIN').waitFor();
    }
    await enterPin(anna, '5004');
    await page.getByText('The PIN does not open this screen any more').waitFor();
    expect(await page.getByRole('button', { name: 'Use the PIN' }).count()).toBe(0);
    await unlock(anna, clinic.clinician.password);
    await anna.untilConnection('Live');
    await anna.close();
  });
});

describe('what was not saved when the screen was locked', () => {
  it('is unreadable in the browser and comes back for the same person, over a reload', async () => {
    const name = uniqueName('Unsaved');
    const anna = await openAlone();
    const { page } = anna;
    await beginPatient(anna, name);
    await page.clock.fastForward('16:00');
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    await untilLocked(clinic.clinician.id);
    const stored = await eventually(() =>
      page.evaluate(() => sessionStorage.getItem('wardbell.sealed_input')),
    );
    expect(stored).not.toContain(name);
    const everything = await page.evaluate(() =>
      JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
    );
    expect(everything).not.toContain(name);
    expect(everything).not.toContain('needles');
    expect(await page.content()).not.toContain(name);
    await page.reload();
    await unlock(anna, clinic.clinician.password);
    await form(anna).waitFor();
    await untilValue(form(anna).getByLabel('Last name'), name);
    await untilValue(form(anna).getByLabel('Clinical notes'), 'Fears needles');
    await form(anna).getByLabel('First name').fill('Mae');
    await form(anna).getByRole('button', { name: 'Save patient' }).click();
    await anna.row(name).waitFor();
    await anna.close();
  });

  it('is put over what a colleague has saved meanwhile, field by field', async () => {
    const name = uniqueName('Edited');
    const patient = await createPatient(server, clinic.clinician, { last_name: name, phone: '1' });
    const anna = await openAlone();
    const { page } = anna;
    await anna.row(name).click();
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit patient' });
    await dialog.getByLabel('Clinical notes').fill('Fears needles');
    await page.clock.fastForward('16:00');
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    await updatePatient(server, clinic.frontDesk, patient.id, { phone: '2' });
    await unlock(anna, clinic.clinician.password);
    await dialog.waitFor();
    await untilValue(dialog.getByLabel('Phone'), '2');
    await untilValue(dialog.getByLabel('Clinical notes'), 'Fears needles');
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await dialog.waitFor({ state: 'detached' });
    const stored = await must(Patient, server, 'GET', `/patients/${patient.id}`, {
      token: clinic.clinician.token,
    });
    expect(stored).toMatchObject({ phone: '2', notes: 'Fears needles' });
    await anna.close();
  });

  /** Locks the screen by time, with a dialog on it, and unlocks it. */
  const comeBack = async (person: ConsolePage, password: string) => {
    await person.page.clock.fastForward('16:00');
    await person.page.getByRole('heading', { name: 'Locked' }).waitFor();
    const everything = await person.page.evaluate(() =>
      JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
    );
    expect(everything).not.toContain('Half');
    await unlock(person, password);
    await person.untilConnection('Live');
  };

  it('in forms of administrators comes back, without passwords and what a key may do', async () => {
    const { admin } = clinic;
    const anna = await openAlone(admin);
    const { page } = anna;
    const fields = page.getByRole('dialog');

    await page.goto(`${server.url}/users/`);
    await page.getByRole('button', { name: 'New user' }).click();
    await fields.getByLabel('Name').fill('Half a nurse');
    await fields.getByRole('radio', { name: 'Choose it myself' }).check();
    await fields.getByLabel('Start password').last().fill('Half of this is secret');
    await comeBack(anna, admin.password);
    await fields.getByLabel('Name').waitFor();
    await untilValue(fields.getByLabel('Name'), 'Half a nurse');
    expect(await fields.getByRole('radio', { name: 'Choose it myself' }).isChecked()).toBe(false);

    await page.goto(`${server.url}/users/?id=${clinic.clinician.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await fields.getByLabel('Name').fill('Half renamed');
    await comeBack(anna, admin.password);
    await fields.getByLabel('Name').waitFor();
    await untilValue(fields.getByLabel('Name'), 'Half renamed');

    await page.goto(`${server.url}/integrations/`);
    await page.getByRole('button', { name: 'New key' }).first().click();
    await fields.getByLabel('Name').fill('Half a feed');
    await fields.getByRole('checkbox', { name: 'Publish events' }).check();
    await comeBack(anna, admin.password);
    await fields.getByLabel('Name').waitFor();
    await untilValue(fields.getByLabel('Name'), 'Half a feed');
    expect(await fields.getByRole('checkbox', { name: 'Publish events' }).isChecked()).toBe(false);

    await page.goto(`${server.url}/integrations/?tab=webhooks`);
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await fields.getByLabel('Description').fill('Half described');
    await comeBack(anna, admin.password);
    await fields.getByLabel('Description').waitFor();
    await untilValue(fields.getByLabel('Description'), 'Half described');

    await page.goto(`${server.url}/notifications/`);
    await page.getByRole('button', { name: 'New notification' }).first().click();
    await fields.getByLabel('Message').fill('Half a sentence');
    await fields.getByRole('radio', { name: 'Warning' }).check();
    await comeBack(anna, admin.password);
    await fields.getByLabel('Message').waitFor();
    await untilValue(fields.getByLabel('Message'), 'Half a sentence');
    expect(await fields.getByRole('radio', { name: 'Warning' }).isChecked()).toBe(true);
    await anna.close();
  });

  it('in the form of a clinic comes back', async () => {
    const root = await openAlone(SUPER_ADMIN);
    const { page } = root;
    const fields = page.getByRole('dialog');
    const name = fields.getByRole('textbox', { name: 'Name', exact: true });
    await page.goto(`${server.url}/tenants/`);
    await page.getByRole('button', { name: 'New clinic' }).first().click();
    await name.fill('Half a clinic');
    await comeBack(root, SUPER_ADMIN.password);
    await name.waitFor();
    await untilValue(name, 'Half a clinic');
    await untilValue(fields.getByLabel('Short name'), 'half-a-clinic');
    await root.close();
  });

  it('as the reason of a cancellation or of an emergency access comes back', async () => {
    const patient = await createPatient(server, clinic.clinician, { last_name: uniqueName('Asked') });
    const today = new Date().toISOString().slice(0, 10);
    const visit = await must(Appointment, server, 'POST', '/appointments', {
      token: clinic.clinician.token,
      body: { patient_id: patient.id, datetime: `${today}T12:00:00Z`, type: 'Check-up' },
    });
    const anna = await openAlone();
    const { page } = anna;
    const reason = page.getByRole('dialog').getByRole('textbox');
    await page.goto(`${server.url}/schedule/?date=${today}`);
    await page.locator(`[data-appointment="${visit.id}"]`).focus();
    await page.keyboard.press('x');
    await reason.fill('Half a reason');
    await comeBack(anna, clinic.clinician.password);
    await reason.waitFor();
    await untilValue(reason, 'Half a reason');

    await updatePatient(server, clinic.admin, patient.id, { restricted: true });
    await page.goto(`${server.url}/patients/?id=${patient.id}`);
    await page.getByRole('button', { name: 'Emergency access…' }).click();
    await reason.fill('Half an emergency');
    await comeBack(anna, clinic.clinician.password);
    await reason.waitFor();
    await untilValue(reason, 'Half an emergency');
    await anna.close();
  });

  it('is nothing to another person who signs in at the same browser, and comes back for the same one', async () => {
    const name = uniqueName('Foreign');
    const anna = await openAlone();
    const { page } = anna;
    await beginPatient(anna, name);
    await page.clock.fastForward('16:00');
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    const kept = () => page.evaluate(() => sessionStorage.getItem('wardbell.sealed_input'));
    await eventually(kept);
    const leave = async () => {
      await page.getByRole('button', { name: /^Account of/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    };
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await anna.signIn(clinic.admin);
    await page.reload();
    await anna.untilConnection('Live');
    await page.getByRole('button', { name: 'New patient' }).first().waitFor();
    expect(await form(anna).count()).toBe(0);
    expect(await page.content()).not.toContain(name);
    expect(await kept()).not.toContain(name);
    await leave();
    await anna.signIn(clinic.clinician);
    await form(anna).waitFor();
    await untilValue(form(anna).getByLabel('Last name'), name);
    expect(await kept()).toBeNull();
    await anna.close();
  });
});
