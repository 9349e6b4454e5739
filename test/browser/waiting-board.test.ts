import type { Appointment } from '@wardbell/contract';
import type { Page, Request } from 'playwright-core';
import { middayZone } from '../support/midday.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment, setStatus } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { browser, database, server, signedIn } from './support/bench.js';
import { createPatient, updatePatient } from './support/patients.js';

const MARKS = ['Zyxophilia', 'mithridatism', 'Oncology', 'Dr. Quux'];

const numberOf = ({ board_number }: Appointment): string => {
  if (!board_number) throw new Error('the appointment has no number');
  return board_number;
};

let clinic: TestTenant;
beforeEach(async () => {
  clinic = await createTenant(server);
  await database.query('UPDATE wardbell.tenant SET time_zone = $2 WHERE id = $1', [clinic.id, middayZone()]);
});

const arrive = async (first_name = 'Ada'): Promise<Appointment> => {
  const patient = await createPatient(server, clinic.clinician, {
    first_name,
    last_name: 'Zyxophilia',
    notes: 'mithridatism',
  });
  const { id } = await createAppointment(server, clinic.frontDesk, {
    patient_id: patient.id,
    datetime: new Date().toISOString(),
    type: 'Oncology',
    practitioner: 'Dr. Quux',
  });
  return setStatus(server, clinic.frontDesk, id, 'arrived');
};
const call = (appointment: Appointment) => setStatus(server, clinic.frontDesk, appointment.id, 'checked-in');

/** Makes the link in the console, as an admin does; with numbers unless something else is chosen. */
const makeLink = async (view?: 'Initials'): Promise<{ link: string; revoke: () => Promise<void> }> => {
  const admin = await signedIn(clinic.admin);
  const { page } = admin;
  await page.goto(`${server.url}/integrations/`);
  await page.getByRole('button', { name: 'Waiting-room screen' }).click();
  if (view) await page.getByRole('radio', { name: view }).check();
  await page.getByRole('button', { name: 'Make the link' }).click();
  const output = page.getByLabel('Link of the waiting-room screen');
  const link = await output.innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  await output.waitFor({ state: 'detached' });
  return {
    link,
    revoke: async () => {
      await page.getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await admin.close();
    },
  };
};

interface Screen {
  readonly page: Page;
  readonly requests: Request[];
  readonly received: string[];
}
const openScreen = async (link: string): Promise<Screen> => {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  const requests: Request[] = [];
  const received: string[] = [];
  page.on('request', (request) => requests.push(request));
  page.on('response', (response) => {
    if (response.url().includes('/api/'))
      void response.text().then(
        (text) => received.push(text),
        () => undefined,
      );
  });
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => received.push(String(payload))),
  );
  await page.goto(link);
  return { page, requests, received };
};
const section = ({ page }: Screen, name: string) => page.getByRole('region', { name });

describe('the screen of a waiting room', () => {
  it('shows who waits and who is called, by number alone, by a link that an admin has made, and is empty once it is revoked', async () => {
    const [first, second] = [await arrive(), await arrive()];
    const { link, revoke } = await makeLink();
    expect(link).toMatch(/\/board\/#wbk_[\w-]{43}$/);
    const screen = await openScreen(link);
    const { page } = screen;
    for (const each of [first, second])
      await section(screen, 'Waiting').getByText(numberOf(each), { exact: true }).waitFor();
    await section(screen, 'Please come in').getByText('Please wait until you are called here.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await call(second);
    await section(screen, 'Please come in').getByText(numberOf(second), { exact: true }).waitFor();
    await section(screen, 'Waiting')
      .getByText(numberOf(second), { exact: true })
      .waitFor({ state: 'detached' });
    const third = await arrive();
    await section(screen, 'Waiting').getByText(numberOf(third), { exact: true }).waitFor();

    const key = link.split('#')[1] ?? '';
    for (const request of screen.requests) expect(request.url().split('#')[0]).not.toContain(key);
    expect(screen.requests.filter((request) => request.url().includes('/auth/'))).toEqual([]);
    const received = screen.received.join('\n');
    const shown = await page.content();
    for (const mark of MARKS) {
      expect(received).not.toContain(mark);
      expect(shown).not.toContain(mark);
    }
    expect(received).not.toContain(first.patient_id);
    expect(
      await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])),
    ).not.toContain(key);

    await revoke();
    await page.getByRole('heading', { name: 'This link is no longer valid' }).waitFor();
    expect(await page.content()).not.toContain(numberOf(first));
    await page.reload();
    await page.getByRole('heading', { name: 'This link is no longer valid' }).waitFor();
    await page.context().close();
  });

  it('shows everybody at once on a screen that nobody scrolls, however many they are', async () => {
    const all: Appointment[] = [];
    for (let n = 0; n < 24; n++) all.push(await arrive());
    for (const each of all.slice(0, 10)) await call(each);
    const screen = await openScreen((await makeLink()).link);
    const { page } = screen;
    await eventually(
      async () => (await section(screen, 'Please come in').getByRole('listitem').count()) === 10,
    );
    await eventually(async () => (await section(screen, 'Waiting').getByRole('listitem').count()) === 14);
    for (const [width, height] of [
      [1920, 1080],
      [1440, 900],
      [1280, 720],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(height);
    }
    await page.context().close();
  });

  it('chimes when a number is called, after one click that allows it, and not for what was called before', async () => {
    const [before, next, later] = [await arrive(), await arrive(), await arrive()];
    await call(before);
    const { link } = await makeLink();
    const context = await browser.newContext({ locale: 'en-GB' });
    await context.addInitScript(() => {
      Object.assign(window, { tones: 0 });
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at?: number) {
        Object.assign(window, { tones: Reflect.get(window, 'tones') + 1 });
        start.call(this, at);
      };
    });
    const page = await context.newPage();
    await page.goto(link);
    const screen = { page, requests: [], received: [] };
    const tones = () => page.evaluate(() => Number(Reflect.get(window, 'tones')));
    await section(screen, 'Please come in').getByText(numberOf(before), { exact: true }).waitFor();
    await call(next);
    await section(screen, 'Please come in').getByText(numberOf(next), { exact: true }).waitFor();
    expect(await tones()).toBe(0);
    await page.getByRole('button', { name: 'Turn on the chime' }).click();
    await page.getByRole('img', { name: 'The chime is on' }).waitFor();
    // it is heard once the browser has let the page be heard
    await eventually(async () => (await tones()) === 1, { what: 'the tone of the click' });
    await call(later);
    await page.waitForFunction(() => Number(Reflect.get(window, 'tones')) > 1);
    await context.close();
  });

  it('says since when it is not up to date while the network is away, and is right again after it', async () => {
    const first = await arrive();
    const { link } = await makeLink();
    const screen = await openScreen(link);
    const { page } = screen;
    await section(screen, 'Waiting').getByText(numberOf(first), { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByText(/^Not up to date since /).waitFor();
    await section(screen, 'Waiting').getByText(numberOf(first), { exact: true }).waitFor();
    await call(first);
    await page.context().setOffline(false);
    await section(screen, 'Please come in').getByText(numberOf(first), { exact: true }).waitFor();
    await page.getByText(/^Not up to date since /).waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('calls by initials where an admin chose that for the link, with numbers for those who have the same and for restricted patients', async () => {
    const [ada, otto, olga] = [await arrive('Ada'), await arrive('Otto'), await arrive('Olga')];
    const hidden = await arrive('Ida');
    await updatePatient(server, clinic.admin, hidden.patient_id, { restricted: true, restricted_to: [] });
    const { link } = await makeLink('Initials');
    const screen = await openScreen(link);
    const waiting = section(screen, 'Waiting').getByRole('listitem');
    await section(screen, 'Waiting').getByText('A.\u00a0Z.', { exact: true }).waitFor();
    const shown = (await waiting.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(shown).toEqual(['A. Z.', `O. Z. ${numberOf(otto)}`, `O. Z. ${numberOf(olga)}`, numberOf(hidden)]);
    expect(await violationsOf(screen.page)).toEqual([]);
    await call(ada);
    await section(screen, 'Please come in').getByText('A.\u00a0Z.', { exact: true }).waitFor();
    const received = screen.received.join('\n');
    for (const mark of [...MARKS, 'Otto', 'Olga', 'Ida', '"IZ"']) expect(received).not.toContain(mark);
    await screen.page.context().close();
  });

  it('asks for the whole link when the key is missing', async () => {
    const { page } = await openScreen(`${server.url}/board/`);
    await page.getByRole('heading', { name: 'This link is not complete' }).waitFor();
    await page.context().close();
  });

  it('has numbers that the details of an appointment show, and that the front desk is told when somebody arrives', async () => {
    const arrived = await arrive();
    const tom = await signedIn(clinic.frontDesk);
    await tom.page.goto(`${server.url}/schedule/?id=${arrived.id}`);
    const panel = tom.page.getByRole('complementary', { name: 'Appointment' });
    await panel.getByText('Waiting-room number').waitFor();
    await panel.getByText(numberOf(arrived), { exact: true }).waitFor();
    // and the front desk is told it when somebody arrives
    const patient = await createPatient(server, clinic.clinician, { last_name: 'Neuling' });
    const booked = await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      datetime: new Date().toISOString(),
      type: 'Check-up',
    });
    await tom.page.goto(`${server.url}/schedule/?id=${booked.id}`);
    await panel.getByRole('button', { name: 'Arrived', exact: true }).click();
    await tom.page
      .getByText(`Waiting-room number: ${numberOf(booked)}`)
      .first()
      .waitFor();
    await tom.close();
  });
});
