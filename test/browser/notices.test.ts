import { createECDH } from 'node:crypto';
import { api } from '@wardbell/contract';
import { z } from 'zod';
import { call } from '../support/http.js';
import { createTenant, must, type TestTenant, type TestUser } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { browser, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { descriptionOf } from './support/described.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const open = async (
  who: Pick<TestUser, 'email' | 'password'>,
  options: Parameters<typeof signedIn>[1] = {},
): Promise<ConsolePage> => {
  const person = await signedIn(who, options);
  await person.untilConnection('Live');
  await person.page.getByRole('button', { name: /^Notifications/ }).waitFor();
  return person;
};

const send = async (body: object): Promise<string> => {
  const { token } = clinic.admin;
  const answer = await must(api.notifications.create.answer, server, 'POST', '/notifications', {
    token,
    body,
  });
  return 'id' in answer ? answer.id : '';
};

/** Asks one person, then another. */
const sendCritical = (first: TestUser, then: TestUser, body: object = {}) =>
  send({
    title: 'Potassium 6.9',
    message: 'Room 12, call the laboratory',
    level: 'error',
    audience: { user_ids: [first.id] },
    requires_ack: { within_s: 2, steps: [{ to: { user_ids: [then.id] }, within_s: 600 }] },
    ...body,
  });

const inboxOf = ({ token }: TestUser) =>
  must(api.notifications.inbox.answer, server, 'GET', '/notifications/inbox', { token });

const barOf = ({ page }: ConsolePage) => page.getByRole('region', { name: 'Notices that need an answer' });
const bellOf = ({ page }: ConsolePage, unread: number) =>
  page.getByRole('button', {
    name: unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`,
    exact: true,
  });

describe('a notice that must be seen', () => {
  it('goes from a nurse who is asleep to the charge nurse, who takes it on and resolves it before the sender’s eyes', async () => {
    const charge = await clinic.addUser('clinician');
    const [sister, admin] = await Promise.all([open(charge), open(clinic.admin)]);
    const { page } = sister;
    await page.getByRole('searchbox').fill('typing');
    const id = await sendCritical(clinic.clinician, charge);

    await admin.page.goto(`${server.url}/notifications/?tab=sent`);
    await admin.page.getByRole('button', { name: /Potassium 6\.9/ }).click();
    const board = admin.page.getByRole('complementary', { name: 'Progress of the notification' });
    await board.getByText('Step 1', { exact: true }).first().waitFor();
    await board.getByText(/Goes to the next people in \d+ minutes/).waitFor();

    const bar = barOf(sister);
    await bar.getByRole('alert').filter({ hasText: 'Potassium 6.9' }).waitFor();
    await bar.getByText('From Test tenant_admin').waitFor();
    await bar.getByText('Step 1').waitFor();
    expect(await page.getByRole('searchbox').evaluate((field) => field === document.activeElement)).toBe(
      true,
    );
    const row = board.locator(`[data-user="${charge.id}"]`);
    await eventually(async () => !(await row.getByRole('cell').nth(1).innerText()).includes('–'));

    await page.keyboard.press('F8');
    await bar.getByRole('button', { name: 'Acknowledge' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await bar.getByText(/^.*Taken on until/).waitFor();
    await board.getByText('taken on', { exact: true }).waitFor();
    await board.getByText(/Goes on in \d+ minutes unless it is resolved/).waitFor();

    await bar.getByRole('button', { name: 'Resolve' }).click();
    await bar.waitFor({ state: 'detached' });
    await board.getByText('resolved', { exact: true }).waitFor();
    await board.getByText('Nothing is due').waitFor();

    // The nurse wakes up: nothing asks for an answer any more, and the inbox says what has become of it.
    const nurse = await open(clinic.clinician);
    await nurse.page.goto(`${server.url}/notifications/`);
    await nurse.page.getByRole('main').getByText('Potassium 6.9').waitFor();
    await nurse.page.getByRole('main').getByText('resolved').waitFor();
    expect(await barOf(nurse).count()).toBe(0);
    expect((await inboxOf(charge)).data.find((notice) => notice.id === id)?.acknowledged_at).not.toBeNull();
    expect([...sister.complaints, ...admin.complaints, ...nurse.complaints]).toEqual([]);
    await Promise.all([sister.close(), admin.close(), nurse.close()]);
  });

  it('stays in reach above a dialog, and takes neither its focus nor what was entered', async () => {
    const nurse = await open(clinic.clinician);
    const { page } = nurse;
    await page.getByRole('searchbox').waitFor(); // the room is there, whose key it is
    await page.keyboard.press('n');
    await page.getByLabel('First name').fill('Zoe');
    await sendCritical(clinic.clinician, clinic.frontDesk);
    await barOf(nurse).getByRole('alert').waitFor();
    expect(await page.getByLabel('First name').evaluate((field) => field === document.activeElement)).toBe(
      true,
    );
    // the dialog makes room a frame after the bar is there
    await eventually(async () => {
      const heading = await page.getByRole('dialog').getByRole('heading').first().boundingBox();
      const bar = await barOf(nurse).boundingBox();
      expect(heading?.y ?? 0).toBeGreaterThanOrEqual(
        (bar?.y ?? 0) + (bar?.height ?? Number.POSITIVE_INFINITY),
      );
      return true;
    });
    await barOf(nurse).getByRole('button', { name: 'Acknowledge' }).click();
    await barOf(nurse).waitFor({ state: 'detached' });
    await untilValue(page.getByLabel('First name'), 'Zoe');
    await nurse.close();
  });

  it('goes from a colleague’s screen when one of them has acknowledged; several are counted, each with its own buttons', async () => {
    const [nurse, desk] = await Promise.all([open(clinic.clinician), open(clinic.frontDesk)]);
    const audience = { user_ids: [clinic.clinician.id, clinic.frontDesk.id] };
    await sendCritical(clinic.clinician, clinic.frontDesk, { audience });
    await sendCritical(clinic.clinician, clinic.frontDesk, { audience, title: 'Second' });
    await barOf(desk).getByText('2 notices need an answer').waitFor();
    await barOf(desk).getByRole('button', { name: 'One more' }).click();
    await barOf(desk).getByText('Potassium 6.9').waitFor();
    const answers = await barOf(desk).getByRole('button', { name: 'Acknowledge' }).all();
    expect((await Promise.all(answers.map(descriptionOf))).toSorted()).toEqual(['Potassium 6.9', 'Second']);
    for (let left = 2; left > 0; left--) {
      await barOf(nurse).getByRole('button', { name: 'Acknowledge' }).first().click();
      await eventually(
        async () => (await barOf(nurse).getByRole('button', { name: 'Acknowledge' }).count()) < left,
      );
    }
    await barOf(desk).waitFor({ state: 'detached' });
    await Promise.all([nurse.close(), desk.close()]);
  });

  it('is only said to wait while the screen is locked', async () => {
    const nurse = await open(clinic.clinician);
    await sendCritical(clinic.clinician, clinic.frontDesk);
    await barOf(nurse).getByRole('alert').waitFor();
    await nurse.page.keyboard.press('Control+k');
    await nurse.page.getByRole('combobox').fill('lock');
    await nurse.page.keyboard.press('Enter');
    await nurse.page.getByText('A notice waits for your answer.').waitFor();
    expect(await nurse.page.getByText('Potassium').count()).toBe(0);
    await nurse.close();
  });

  it('has no accessibility violation in the bar and on the board, and fits a window of 390 pixels', async () => {
    const admin = await open(clinic.admin, {
      viewport: { width: 390, height: 844 },
      reducedMotion: 'reduce',
    });
    const title = `Long ${'title '.repeat(20)}`.trim();
    await sendCritical(clinic.admin, clinic.frontDesk, { title, message: 'x'.repeat(200) });
    await barOf(admin).getByRole('alert').waitFor();
    expect(await violationsOf(admin.page)).toEqual([]);
    expect(await overflowOf(admin.page)).toBe(0);
    await barOf(admin).getByRole('button', { name: 'Acknowledge' }).click();
    await barOf(admin).waitFor({ state: 'detached' });
    await admin.page.goto(`${server.url}/notifications/?tab=sent`);
    await admin.page.getByRole('button', { name: /^Long title/ }).click();
    await admin.page.getByRole('table').waitFor();
    expect(await violationsOf(admin.page)).toEqual([]);
    expect(await overflowOf(admin.page)).toBe(0);
    await admin.close();
  });
});

it('has no accessibility violation in inbox, statistics, preferences and choice of people, and fits 390 pixels', async () => {
  await send({ message: 'Ordinary' });
  await send({ title: 'With a title', message: 'A link', link: '/patients/', level: 'warning' });
  await sendCritical(clinic.admin, clinic.frontDesk);
  const admin = await open(clinic.admin, { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  const { page } = admin;
  const check = async (what: string): Promise<void> => {
    expect([what, await violationsOf(page), await overflowOf(page)]).toEqual([what, [], 0]);
  };
  await page.goto(`${server.url}/notifications/`);
  const row = page.getByRole('main').getByRole('listitem').filter({ hasText: 'With a title' });
  await row.waitFor();
  await check('inbox');
  await page.goto(`${server.url}/notifications/?tab=statistics`);
  await page.getByText('Drills do not count.').waitFor();
  await check('statistics');
  await page.getByRole('button', { name: 'New notification' }).click();
  await page.getByRole('radio', { name: 'People' }).check();
  await page.getByRole('combobox', { name: 'People' }).fill('clinician');
  await page.getByRole('option', { name: 'Test clinician' }).waitFor();
  await check('people');
  await page.getByRole('option', { name: 'Test clinician' }).click();
  await page.keyboard.press('Escape');
  await check('people, one chosen');
  await admin.close();
});

/** The one sentence for what came while nobody was there. */
const away = ({ page }: ConsolePage) =>
  page.getByRole('status').filter({ hasText: '2 notifications while you were away' });

describe('what came while nobody was there', () => {
  beforeEach(async () => {
    for (const n of [1, 2]) await send({ message: `Message ${n}` });
  });

  it('is told in one sentence, which goes by itself or when the inbox is opened', async () => {
    const nurse = await ConsolePage.open(browser, server);
    const { page } = nurse;
    await page.clock.install();
    await nurse.signIn(clinic.clinician);
    await away(nurse).waitFor();
    await page.clock.fastForward('00:25');
    await away(nurse).waitFor({ state: 'detached' });

    await page.reload();
    await away(nurse).waitFor();
    await bellOf(nurse, 2).click();
    await away(nurse).waitFor({ state: 'detached' });

    const tom = await signedIn(clinic.frontDesk);
    await away(tom).waitFor();
    await tom.page.getByRole('link', { name: 'Notifications', exact: true }).click();
    await tom.page.waitForURL(/\/notifications\//);
    await away(tom).waitFor({ state: 'detached' });
    await Promise.all([nurse, tom].map((each) => each.close()));
  });

  it('covers on a phone neither the list nor a form', async () => {
    const nurse = await signedIn(clinic.clinician, { viewport: { width: 390, height: 700 } });
    const { page } = nurse;
    await away(nurse).waitFor();
    /** How far something reaches below the upper edge of the toast. */
    const covered = (selector: string) =>
      page.evaluate((of) => {
        const toast = document.querySelector('.mantine-Notification-root')?.getBoundingClientRect();
        const bottom = document.querySelector(of)?.getBoundingClientRect().bottom;
        return toast === undefined || bottom === undefined ? Number.NaN : bottom - toast.top;
      }, selector);
    await eventually(async () => (await covered('main section')) <= 0, { what: 'the list above the toast' });
    await page.getByRole('button', { name: 'New patient' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save patient' }).waitFor();
    await eventually(async () => (await covered('.mantine-Drawer-content')) <= 0, {
      what: 'the form above the toast',
    });
    await nurse.close();
  });
});

describe('the inbox', () => {
  it('is worked by keys alone, and both tabs agree', async () => {
    for (const n of [1, 2, 3]) await send({ message: `Message ${n}` });
    const nurse = await open(clinic.clinician);
    const other = await nurse.openTab('/patients/');
    await nurse.page.goto(`${server.url}/notifications/`);
    const { page } = nurse;
    const row = (text: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: text });
    await row('Message 1').waitFor();
    await bellOf(other, 3).waitFor();
    // One sentence for what came while nobody was there.
    await page.getByRole('status').filter({ hasText: '3 notifications while you were away' }).waitFor();

    await page.keyboard.press('j');
    await page.locator(':focus', { hasText: 'Message 3' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await bellOf(other, 2).waitFor();
    await page.keyboard.press('j');
    await page.locator(':focus', { hasText: 'Message 2' }).waitFor();
    await page.keyboard.press('e');
    await row('Message 2').waitFor({ state: 'detached' });
    await bellOf(other, 1).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row('Message 2').waitFor();
    await bellOf(other, 2).waitFor();
    await page.keyboard.press('s');
    await page.getByRole('menuitem', { name: 'In 1 hour' }).click();
    await row('comes back').waitFor();
    await bellOf(other, 1).waitFor();
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await bellOf(other, 0).waitFor();
    await bellOf(nurse, 0).waitFor();
    await eventually(async () => (await inboxOf(clinic.clinician)).unseen === 0);
    expect([...nurse.complaints, ...other.complaints]).toEqual([]);
    await nurse.close();
  });

  it('has a badge that equals its rows in both tabs after a dropped connection', async () => {
    const nurse = await open(clinic.clinician);
    const other = await nurse.openTab('/notifications/');
    await other.untilConnection('Live');
    const first = await send({ message: 'before' });
    await bellOf(nurse, 1).waitFor();
    await bellOf(other, 1).waitFor();
    await nurse.context.setOffline(true);
    await nurse.untilConnection(/^Connection: Offline since/);
    await other.untilConnection(/^Connection: Offline since/);
    const { token } = clinic.clinician;
    await call(server.url, 'POST', `/notifications/${first}/archive`, { token });
    for (const n of [1, 2]) await send({ message: `away ${n}` });
    const brief = await send({ message: 'read elsewhere' });
    await call(server.url, 'POST', `/notifications/${brief}/read`, { token });
    await nurse.context.setOffline(false);
    for (const tab of [nurse, other]) {
      await tab.untilConnection('Live');
      await bellOf(tab, 2).waitFor();
    }
    const { unread, data } = await inboxOf(clinic.clinician);
    expect(unread).toBe(2);
    await eventually(
      async () => (await other.page.getByRole('main').getByRole('listitem').count()) === data.length,
    );
    await nurse.close();
  });

  it('tells the server what was on the screen, and nothing before that', async () => {
    const nurse = await open(clinic.clinician);
    for (let n = 0; n < 3; n++) await send({ message: `one of three ${n}`, level: 'error' });
    await bellOf(nurse, 3).waitFor();
    await nurse.page.getByRole('alert').filter({ hasText: 'one of three 2' }).waitFor();
    await eventually(async () => (await inboxOf(clinic.clinician)).unseen === 0);
    await nurse.close();
    await send({ message: 'nobody is there' });
    expect((await inboxOf(clinic.clinician)).unseen).toBe(1);
  });
});

describe('an administrator', () => {
  it('makes a policy that names today’s people, and drills it; it is marked as a drill everywhere', async () => {
    const [admin, nurse] = await Promise.all([open(clinic.admin), open(clinic.clinician)]);
    const { page } = admin;
    await page.goto(`${server.url}/notifications/?tab=policies`);
    await page.getByRole('heading', { name: 'No policies yet' }).waitFor();
    await page.getByRole('button', { name: 'New policy' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name').fill('Resuscitation');
    await form.getByRole('button', { name: 'Add a step' }).click();
    await form.getByRole('button', { name: 'Save policy' }).click();
    await form.getByText('Choose who is notified').waitFor();
    await form.getByRole('checkbox', { name: 'Clinician' }).check();
    await form.getByRole('button', { name: 'Who would be notified now?' }).click();
    await form.getByText('Test clinician').waitFor();
    await form.getByText('(online)').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save policy' }).click();
    await page.getByText('the recipients (5 min) → Clinician (5 min) → admins').waitFor();

    await page.getByRole('button', { name: 'Start a drill' }).click();
    await page.getByRole('radio', { name: 'People' }).check();
    await page.getByRole('combobox', { name: 'People' }).fill('clinician');
    await page.getByRole('option', { name: 'Test clinician' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Send…' }).click();
    await page
      .getByRole('dialog', { name: 'Start the drill?' })
      .getByRole('button', { name: 'Send' })
      .click();
    const board = page.getByRole('complementary', { name: 'Progress of the notification' });
    await board.getByText('This is a drill. Nothing has happened.').waitFor();
    const bar = barOf(nurse);
    await bar.getByText('Drill', { exact: true }).waitFor();
    await bar.getByRole('button', { name: 'Acknowledge' }).click();
    await board.getByText('taken on', { exact: true }).waitFor();
    await nurse.page.goto(`${server.url}/notifications/`);
    await nurse.page.getByRole('main').getByText('Drill', { exact: true }).waitFor();
    await nurse.page.getByRole('main').getByRole('button', { name: 'Resolve' }).click();
    await board.getByText('resolved', { exact: true }).waitFor();

    await page.getByRole('tab', { name: 'Statistics' }).click();
    await page.getByText('Drills do not count.').waitFor();
    expect([...admin.complaints, ...nurse.complaints]).toEqual([]);
    await Promise.all([admin.close(), nurse.close()]);
  });

  it('keeps what nobody has answered on top, on the own screen too', async () => {
    const admin = await open(clinic.admin);
    await send({
      title: 'Nobody comes',
      message: 'x',
      audience: { user_ids: [clinic.clinician.id] },
      requires_ack: { within_s: 1, fallback: { to: { user_ids: [clinic.frontDesk.id] }, within_s: 1 } },
    });
    await send({ message: 'later and unimportant' });
    await barOf(admin).getByText('Nobody has answered').waitFor();
    await admin.page.goto(`${server.url}/notifications/?tab=sent`);
    const first = admin.page.getByRole('main').getByRole('listitem').first();
    await first.filter({ hasText: 'Nobody comes' }).getByText('nobody has answered').waitFor();
    await admin.close();
  });
});

describe('how a person is told', () => {
  it('is kept with the account: sound, desktop and quiet hours', async () => {
    const nurse = await open(clinic.clinician, { permissions: ['notifications'] });
    const { page } = nurse;
    await page.goto(`${server.url}/notifications/`);
    await page.getByRole('button', { name: 'Sounds and alerts' }).click();
    await page.getByRole('switch', { name: /^Play a sound/ }).uncheck();
    await page.getByRole('switch', { name: /^Desktop notifications/ }).check();
    await page.getByRole('switch', { name: /^Quiet hours/ }).check();
    await page.getByLabel('From').fill('21:30');
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const { token } = clinic.clinician;
    const saved = await must(
      api.notifications.preferences.answer,
      server,
      'GET',
      '/notifications/preferences',
      {
        token,
      },
    );
    expect(saved).toMatchObject({ sound: false, desktop: true, quiet_hours: { from: '21:30', to: '06:00' } });
    await nurse.close();
  });
});

describe('the number of unread notices', () => {
  const iconOf = ({ page }: ConsolePage) => page.locator('link[rel="icon"]').first().getAttribute('href');

  it('stands in the title and the icon of the tab on each way into a page, in each language, and not on a locked screen', async () => {
    for (const message of ['one', 'two', 'three'])
      await send({ message, level: 'info', audience: { user_ids: [clinic.clinician.id] } });
    const nurse = await open(clinic.clinician);
    const { page } = nurse;
    const untilTitle = (title: string) =>
      eventually(async () => expect(await page.title()).toBe(title) === undefined);
    await untilTitle('(3) Patients · Wardbell');
    expect(await iconOf(nurse)).toBe('/icon-unread.svg');
    await page.getByRole('link', { name: 'Schedule', exact: true }).click();
    await untilTitle('(3) Schedule · Wardbell');
    await page.goBack();
    await untilTitle('(3) Patients · Wardbell');
    await page.reload();
    await untilTitle('(3) Patients · Wardbell');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a page or action' }).fill('deutsch');
    await page.keyboard.press('Enter');
    await untilTitle('(3) Patienten · Wardbell');
    await send({ message: 'four', level: 'info', audience: { user_ids: [clinic.clinician.id] } });
    await untilTitle('(4) Patienten · Wardbell');
    expect(nurse.complaints).toEqual([]);

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Bereich oder Aktion suchen' }).fill('sperren');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('input[type="password"]') !== null);
    await eventually(async () => !(await page.title()).startsWith('('));
    expect(await iconOf(nurse)).not.toBe('/icon-unread.svg');
    await nurse.close();
  });

  it('is gone from title and icon when all are read, in every tab', async () => {
    await send({ message: 'read me', level: 'info', audience: { user_ids: [clinic.clinician.id] } });
    const nurse = await open(clinic.clinician);
    const other = await nurse.openTab('/schedule/');
    for (const { page } of [nurse, other])
      await page.waitForFunction(() => document.title.startsWith('(1) '));
    await must(z.unknown(), server, 'POST', '/notifications/inbox/read-all', {
      token: clinic.clinician.token,
      body: { up_to_seq: Number.MAX_SAFE_INTEGER },
    });
    for (const { page } of [nurse, other]) await page.waitForFunction(() => !document.title.startsWith('('));
    expect(await iconOf(nurse)).not.toBe('/icon-unread.svg');
    await nurse.close();
  });

  it('is told to an installed app, where the browser can show it', async () => {
    await send({ message: 'badge', level: 'info', audience: { user_ids: [clinic.clinician.id] } });
    const nurse = await ConsolePage.open(browser, server);
    await nurse.context.addInitScript(() => {
      const badges: number[] = [];
      Object.assign(window, { badges });
      Object.assign(navigator, {
        setAppBadge: async (n: number) => void badges.push(n),
        clearAppBadge: async () => void badges.push(0),
      });
    });
    await nurse.page.reload();
    await nurse.signIn(clinic.clinician);
    await nurse.page.waitForFunction(() => Reflect.get(window, 'badges').includes(1));
    await nurse.close();
  });
});

describe('a notice that comes while nobody looks at the page', () => {
  it('is heard and shown on the desktop as the person wants it, without what it says, and a click opens it', async () => {
    const nurse = await ConsolePage.open(browser, server, { permissions: ['notifications'] });
    await nurse.context.addInitScript(() => {
      const shown: { title: string; options: unknown; click: () => void }[] = [];
      const tones: number[] = [];
      class Shown {
        static readonly permission = 'granted';
        onclick = () => undefined;
        constructor(title: string, options: unknown) {
          shown.push({ title, options, click: () => this.onclick() });
        }
        close(): void {}
      }
      Object.assign(window, { shown, tones, Notification: Shown });
      document.hasFocus = () => false;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at?: number) {
        tones.push(this.frequency.value);
        start.call(this, at);
      };
    });
    await nurse.page.reload();
    await nurse.signIn(clinic.clinician);
    await nurse.untilConnection('Live');
    await must(z.unknown(), server, 'PUT', '/notifications/preferences', {
      token: clinic.clinician.token,
      body: { sound: true, desktop: true, quiet_hours: null },
    });
    const preferences = nurse.page.waitForResponse((response) =>
      response.url().endsWith('/notifications/preferences'),
    );
    await nurse.page.reload();
    await nurse.untilConnection('Live');
    await preferences;
    await nurse.untilPartsLoaded();
    const id = await send({
      title: 'Zyxophilia',
      message: 'mithridatism',
      level: 'info',
      audience: { user_ids: [clinic.clinician.id] },
    });
    await nurse.page.waitForFunction(() => Reflect.get(window, 'shown').length === 1);
    await nurse.page.waitForFunction(() => Reflect.get(window, 'tones').length > 0);
    const shown = await nurse.page.evaluate(() => JSON.stringify(Reflect.get(window, 'shown')));
    expect(shown).not.toMatch(/Zyxophilia|mithridatism/);
    await nurse.page.evaluate(() => Reflect.get(window, 'shown')[0].click());
    await nurse.page.waitForURL((url) => url.pathname === '/notifications/');
    await nurse.page.getByText('Zyxophilia').first().waitFor();
    expect(id).not.toBe('');
    await nurse.close();
  });
});

describe('why somebody did not get it', () => {
  it('is said in words on the board: not signed in then, shown on a screen, written to one', async () => {
    const asleep = await clinic.addUser('front_desk');
    const [admin, nurse] = await Promise.all([open(clinic.admin), open(clinic.clinician)]);
    await send({
      message: 'Who has it?',
      level: 'error',
      audience: { user_ids: [asleep.id, clinic.clinician.id] },
    });
    await nurse.page.getByRole('alert').filter({ hasText: 'Who has it?' }).waitFor();
    await eventually(async () => (await inboxOf(clinic.clinician)).unseen === 0);
    const { page } = admin;
    await page.goto(`${server.url}/notifications/?tab=sent`);
    await page
      .getByRole('main')
      .getByRole('listitem')
      .filter({ hasText: 'Who has it?' })
      .getByRole('button')
      .click();
    const board = page.getByRole('complementary', { name: 'Progress of the notification' });
    const rowOf = (user: TestUser) => board.locator(`[data-user="${user.id}"]`);
    await rowOf(asleep).getByRole('button', { name: 'Why?' }).click();
    await rowOf(asleep).getByText('Was not signed in on any screen, and has not been since.').waitFor();
    await rowOf(clinic.clinician).getByRole('button', { name: 'Why?' }).click();
    await rowOf(clinic.clinician).getByText('A screen of this person has shown it.').waitFor();
    await rowOf(clinic.clinician)
      .getByText(/^Connected .*, written /)
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(admin.complaints).toEqual([]);
    await Promise.all([admin.close(), nurse.close()]);
  });
});

/** In the place of the browser's push service, which wants the network of its vendor. */
const fakePushService = ({ publicKey }: { publicKey: string }): void => {
  const subscription = {
    toJSON: () => ({
      endpoint: 'https://push.example/tablet',
      expirationTime: null,
      keys: { p256dh: publicKey, auth: 'AAAAAAAAAAAAAAAAAAAAAA' },
    }),
    unsubscribe: async () => {
      localStorage.removeItem('test.subscribed');
      return true;
    },
  };
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  Notification.requestPermission = async () => 'granted';
  Object.assign(PushManager.prototype, {
    subscribe: async () => {
      localStorage.setItem('test.subscribed', 'true');
      return subscription;
    },
    getSubscription: async () => (localStorage.getItem('test.subscribed') === null ? null : subscription),
  });
};

describe('a device that is woken', () => {
  it('subscribes, subscribes again when its page is opened anew, and ends it', async () => {
    const nurse = await open(clinic.clinician, { permissions: ['notifications'] });
    const { page } = nurse;
    const curve = createECDH('prime256v1');
    await page.addInitScript(fakePushService, { publicKey: curve.generateKeys('base64url') });
    const answered = (method: string) =>
      page.waitForResponse((response) => {
        const { pathname } = new URL(response.url());
        return pathname.startsWith('/api/v1/push/subscriptions') && response.request().method() === method;
      });
    const openPreferences = async () => {
      await page.goto(`${server.url}/notifications/`);
      await page.getByRole('button', { name: 'Sounds and alerts' }).click();
      return page.getByRole('switch', { name: /^Push messages on this device/ });
    };
    const wake = await openPreferences();
    const subscribed = answered('POST');
    await wake.click();
    const first = await subscribed;
    expect(first.status()).toBe(201);
    const { id }: { id: unknown } = { ...Object(await first.json()) };

    const renewed = answered('POST');
    await openPreferences();
    expect(await (await renewed).json()).toEqual({ id });
    await eventually(() => wake.isChecked());
    const ended = answered('DELETE');
    await wake.click();
    expect((await ended).status()).toBe(204);
    await eventually(async () => !(await wake.isChecked()));
    await nurse.close();
  });

  it('opens the notice in the page that is open when its message is clicked', async () => {
    const nurse = await open(clinic.clinician);
    const id = await send({ message: 'look here' });
    await bellOf(nurse, 1).waitFor();
    await nurse.page.evaluate((path) => {
      const message = new MessageEvent('message', { data: { type: 'open-notice', path } });
      navigator.serviceWorker.dispatchEvent(message);
    }, `/notifications/?notice=${id}`);
    await nurse.page.getByRole('main').getByRole('listitem').filter({ hasText: 'look here' }).waitFor();
    expect(new URL(nurse.page.url()).pathname).toBe('/notifications/');
    await nurse.close();
  });
});

it('can be installed: the page’s policy allows its manifest, its icons and its worker', async () => {
  const nurse = await open(clinic.clinician);
  const scope = await nurse.page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  expect(scope).toBe(`${server.url}/`);
  const manifest = await nurse.page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const answer = await fetch(link?.href ?? '');
    const { icons }: { icons: { src: string }[] } = await answer.json();
    const statuses = await Promise.all(icons.map(async ({ src }) => (await fetch(src)).status));
    return { type: answer.headers.get('content-type'), statuses };
  });
  expect(manifest).toEqual({ type: expect.stringContaining('manifest+json'), statuses: [200, 200, 200] });
  expect(nurse.complaints).toEqual([]);
  await nurse.close();
});
