import { Practitioner } from '@wardbell/contract';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { createAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { browser, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, uniqueName } from './support/patients.js';

let clinic: TestTenant;

beforeAll(async () => {
  clinic = await createTenant(server);
});

const open = async (
  who: { email: string; password: string },
  options: Parameters<typeof ConsolePage.open>[2] = {},
) => {
  const person = await signedIn(who, options);
  await person.untilConnection('Live');
  return person;
};

describe('the palette', () => {
  it('leads by a few letters to the rooms of one’s role, and to no other', async () => {
    const tom = await open(clinic.frontDesk);
    const { page } = tom;
    await page
      .getByRole('grid')
      .or(page.getByRole('heading', { name: 'No patients yet' }))
      .first()
      .waitFor();
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find a page or action' });
    await field.fill('users');
    await page.getByText('Nothing found').waitFor();
    await field.fill('sched');
    await page.getByRole('option', { name: 'Schedule', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/schedule\//);
    await field.waitFor({ state: 'detached' });
    expect(tom.complaints).toEqual([]);
    await tom.close();
  });

  it('changes appearance and language, and signs out, by arrow keys alone', async () => {
    const root = await open(SUPER_ADMIN);
    const { page } = root;
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find a page or action' });
    await field.fill('appearance');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'Appearance: dark', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await page.getByRole('button', { name: 'Find a page or action…' }).click();
    await field.fill('deutsch');
    await page.keyboard.press('Enter');
    await page.locator('html[lang="de"]').waitFor();
    await page.keyboard.press('Control+k');
    const german = page.getByRole('combobox', { name: 'Bereich oder Aktion suchen' });
    await german.press('End');
    await german.press('Enter');
    await page.getByRole('button', { name: 'Anmelden' }).waitFor();
    await root.close();
  });
});

describe('what the palette finds', () => {
  const openPalette = async ({ page }: ConsolePage) => {
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find a page or action' });
    await field.waitFor();
    return field;
  };

  it('is patients and their appointments of today and later, by the letters of a name, and leaves no name behind', async () => {
    const last_name = uniqueName('Zyxo');
    const patient = await createPatient(server, clinic.frontDesk, {
      first_name: 'Mae',
      last_name,
      birth_date: '1971-03-04',
    });
    const book = (datetime: string, type: string) =>
      createAppointment(server, clinic.frontDesk, { patient_id: patient.id, datetime, type });
    await book('2020-01-15T10:00:00.000Z', 'Long ago');
    const next = await book('2031-01-15T10:00:00.000Z', 'Follow-up');
    const tom = await open(clinic.frontDesk);
    const { page } = tom;
    let field = await openPalette(tom);
    await field.fill(last_name.toLowerCase());
    const groups = page.getByRole('listbox').getByRole('group');
    await groups
      .filter({ hasText: 'Patients' })
      .getByRole('option', { name: /born 4 Mar 1971/ })
      .waitFor();
    await groups
      .filter({ hasText: 'Appointments' })
      .getByRole('option', { name: /Follow-up/ })
      .waitFor();
    expect(await page.getByRole('option').filter({ hasText: 'Long ago' }).count()).toBe(0);
    await page.getByRole('status').filter({ hasText: '2 results' }).waitFor({ state: 'attached' });
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page
      .getByRole('complementary', { name: 'Patient' })
      .getByRole('heading', { name: `Mae ${last_name}` })
      .waitFor();
    field = await openPalette(tom);
    await field.fill(last_name);
    await page.getByRole('option', { name: /Follow-up/ }).click();
    await page.getByRole('complementary', { name: 'Appointment' }).waitFor();
    expect(page.url()).toBe(`${server.url}/schedule/?date=2031-01-15&id=${next.id}`);
    const kept = await page.evaluate(() =>
      JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(kept).not.toContain(last_name);
    expect(kept).not.toContain(last_name.toLowerCase());
    expect(tom.complaints).toEqual([]);
    await tom.close();
  });

  it('is of the last letters typed, whatever answers first', async () => {
    const [slow, fast] = [uniqueName('Slow'), uniqueName('Fast')];
    for (const last_name of [slow, fast]) await createPatient(server, clinic.frontDesk, { last_name });
    const tom = await open(clinic.frontDesk);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const asked = tom.page.waitForRequest((request) => request.url().includes(`search=${slow}`));
    await tom.page.route(`**/api/v1/patients?*search=${slow}*`, async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    const field = await openPalette(tom);
    await field.fill(slow);
    await asked;
    await field.fill(fast);
    await tom.page.getByRole('option', { name: new RegExp(fast) }).waitFor();
    release();
    await tom.page.unrouteAll({ behavior: 'wait' });
    expect(await tom.page.getByRole('option', { name: new RegExp(slow) }).count()).toBe(0);
    await tom.close();
  });

  it('is users for those who manage them, and to nobody else', async () => {
    const admin = await open(clinic.admin);
    const field = await openPalette(admin);
    await field.fill('Test clinician');
    await admin.page.getByRole('option', { name: /Test clinician/ }).click();
    await admin.page.waitForURL(`${server.url}/users/?id=${clinic.clinician.id}`);
    await admin.close();
    const tom = await open(clinic.frontDesk);
    const asked: string[] = [];
    tom.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await (await openPalette(tom)).fill('Test clinician');
    await tom.page.getByText('Nothing found').first().waitFor();
    expect(asked).not.toContain('/api/v1/users');
    await tom.close();
  });

  it('is practitioners for everybody of the clinic, by their names or that of their account, and leads to their schedule', async () => {
    const own = await createTenant(server);
    const surname = uniqueName('Whitfield');
    const add = (name: string, more: object = {}) =>
      must(Practitioner, server, 'POST', '/practitioners', {
        token: own.admin.token,
        body: { name, ...more },
      });
    const linked = await add(`Dr. ${surname}`, { user_id: own.clinician.id });
    await add(`Dr. Former ${surname}`, { active: false });
    const tom = await open(own.frontDesk);
    const { page } = tom;
    for (const typed of [surname.toLowerCase(), 'test clinician']) {
      await (await openPalette(tom)).fill(typed);
      const option = page.getByRole('option', { name: `Dr. ${surname}` });
      await option.getByText('Test clinician · Schedule').waitFor();
      await page.getByRole('status').filter({ hasText: '1 result' }).waitFor({ state: 'attached' });
      await page.keyboard.press('Enter');
      await page.waitForURL(`${server.url}/schedule/?practitioner=${linked.id}`);
      await tom.untilConnection('Live');
      await page.goto(`${server.url}/patients/`);
      await tom.untilConnection('Live');
    }
    expect(tom.complaints).toEqual([]);
    await tom.close();
  });

  it('does what is done most, from any page', async () => {
    const tom = await open(clinic.frontDesk);
    const { page } = tom;
    await (await openPalette(tom)).fill('new patient');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New patient' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await (await openPalette(tom)).fill('book');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/schedule\//);
    await page.getByRole('dialog', { name: 'New appointment' }).waitFor();
    await page.goto(`${server.url}/schedule/?date=2031-01-15`);
    await tom.untilConnection('Live');
    await (await openPalette(tom)).fill('today');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.url}/schedule/`);
    expect(tom.complaints).toEqual([]);
    await tom.close();
  });
});

it('changes the own password, which ends the other sessions of the person', async () => {
  const nurse = await clinic.addUser('clinician');
  const elsewhere = await open(nurse);
  const here = await open(nurse);
  const { page } = here;
  const drawer = page.getByRole('dialog', { name: 'Change your password' });
  const change = async (current: string, next: string) => {
    await drawer.getByLabel('Current password').fill(current);
    await drawer.getByLabel('New password').fill(next);
    await drawer.getByRole('button', { name: 'Change password' }).click();
  };
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Account & security' }).click();
  await page.getByRole('button', { name: 'Change password' }).click();
  await change('not the password', 'violet tractors hum softly');
  await drawer.getByText('That is not your current password').waitFor();
  await change(nurse.password, 'password1234');
  await drawer.getByText('This is too easy to guess.').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await change(nurse.password, 'violet tractors hum softly');
  await drawer.waitFor({ state: 'detached' });
  await elsewhere.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await here.untilConnection('Live');
  await elsewhere.signIn({ email: nurse.email, password: 'violet tractors hum softly' });
  await elsewhere.untilConnection('Live');
  await Promise.all([elsewhere.close(), here.close()]);
});

it('shows the keys that work on a question mark', async () => {
  const tom = await open(clinic.frontDesk);
  await tom.page.keyboard.press('?');
  await tom.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Ctrl K').waitFor();
  await tom.page.keyboard.press('Escape');
  await tom.page.getByRole('dialog').waitFor({ state: 'detached' });
  await tom.close();
});

it('calls the keys what stands on a German keyboard', async () => {
  const tom = await ConsolePage.open(browser, server, { locale: 'de-DE' });
  const { page } = tom;
  await page.getByRole('textbox', { name: 'E-Mail' }).fill(clinic.frontDesk.email);
  await page.getByLabel('Passwort', { exact: true }).fill(clinic.frontDesk.password);
  await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await page.getByRole('navigation').getByText('Strg K').waitFor();
  await page.getByRole('heading', { name: 'Patienten', exact: true }).waitFor();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog');
  for (const key of ['Strg K', 'Pos1', 'Ende', 'Bild ↑', 'Eingabe'])
    await help.getByText(key, { exact: true }).first().waitFor();
  await tom.close();
});

it('says at the door that a room is not for one’s role', async () => {
  const tom = await open(clinic.frontDesk);
  await tom.page.goto(`${server.url}/users/`);
  await tom.page.getByRole('heading', { name: 'Your role does not allow this' }).waitFor();
  await tom.page.getByRole('link', { name: 'Go to the console' }).click();
  await tom.page.waitForURL(/\/patients\//);
  await tom.close();
});

describe('a screen that is left alone', () => {
  const openAlone = async () => {
    const anna = await ConsolePage.open(browser, server);
    await anna.page.clock.install();
    await anna.signIn(clinic.clinician);
    await anna.untilConnection('Live');
    return anna;
  };

  it('warns, then locks with nothing of a patient in it, and opens for the password alone', async () => {
    const name = uniqueName('Private');
    await createPatient(server, clinic.clinician, { last_name: name });
    const anna = await openAlone();
    const { page } = anna;
    await anna.row(name).click();
    await page.getByRole('heading', { name }).waitFor();
    await page.clock.fastForward('14:10');
    const warning = page.getByRole('dialog', { name: 'Are you still there?' });
    await warning.waitFor();
    await page.mouse.move(300, 300);
    await warning.waitFor({ state: 'detached' });
    await page.clock.fastForward('15:00');
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    expect(await page.content()).not.toContain(name);
    expect(await page.title()).toBe('Locked · Wardbell');
    await page.mouse.move(100, 100);
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    expect(await page.content()).not.toContain(name);

    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('That is not the password').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(clinic.clinician.password);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('heading', { name }).waitFor();
    await anna.untilConnection('Live');
    await anna.close();
  });

  it('stays open while somebody works in another tab, and is locked and unlocked with it', async () => {
    const anna = await openAlone();
    const tab = await anna.openTab('/patients/');
    await tab.untilConnection('Live');
    await anna.page.clock.fastForward('10:00');
    await tab.page.mouse.move(10, 10);
    await tab.page.mouse.move(300, 300);
    await anna.page.clock.fastForward('10:00');
    await anna.page.getByRole('button', { name: 'New patient' }).first().waitFor();
    expect(await anna.page.getByRole('heading', { name: 'Locked' }).count()).toBe(0);
    await tab.page.keyboard.press('Control+k');
    await tab.page.getByRole('combobox', { name: 'Find a page or action' }).fill('lock this screen');
    await tab.page.keyboard.press('Enter');
    await anna.page.getByRole('heading', { name: 'Locked' }).waitFor();
    await tab.page.getByLabel('Password', { exact: true }).fill(clinic.clinician.password);
    await tab.page.getByRole('button', { name: 'Unlock' }).click();
    await anna.page.getByRole('button', { name: 'New patient' }).first().waitFor();
    await anna.close();
  });

  it('is signed out when nobody comes back, and says why', async () => {
    const anna = await openAlone();
    await anna.page.clock.fastForward('30:01');
    await anna.page.getByText('nobody used this browser for a while').waitFor();
    await anna.page.reload();
    await anna.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await anna.close();
  });
});

it('palette, help and lock have no accessibility violation in light or dark', async () => {
  const tom = await open(clinic.frontDesk, { reducedMotion: 'reduce' });
  const { page } = tom;
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find a page or action' });
  await page.getByRole('option').first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await field.fill('shortcuts');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Ctrl K').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflowOf(page)).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await field.fill('lock');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Locked' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
  await tom.close();
});
