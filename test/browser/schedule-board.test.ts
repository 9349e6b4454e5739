import { expect, it } from '@jest/globals';
import { Absence, OfficeHours, Practitioner, Tenant } from '@wardbell/contract';
import { call } from '../support/http.js';
import { middayZone } from '../support/midday.js';
import { must, signInSuperAdmin } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { createPatient, uniqueName } from './support/patients.js';
import { at, block, book, clinic, column, DAY, open, patient, stored } from './support/schedule.js';

const admin = () => ({ token: clinic.admin.token });
const addPractitioner = (name: string) =>
  must(Practitioner, server, 'POST', '/practitioners', { ...admin(), body: { name } });

/** Where it is about noon now, an hour before and after is the same day. */
async function moveToNoon(): Promise<void> {
  const token = await signInSuperAdmin(server);
  await must(Tenant, server, 'PATCH', `/tenants/${clinic.id}`, { token, body: { time_zone: middayZone() } });
}
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const widthsOf = ({ page }: ConsolePage): Promise<number[]> =>
  page
    .locator('[data-column]')
    .evaluateAll((columns) => columns.map((each) => each.getBoundingClientRect().width));

/** Whether the appointment stands where the reader looks, whole. */
const isInSight = (person: ConsolePage, id: string): Promise<boolean> =>
  person.page.evaluate((blockId) => {
    const shown = document.getElementById(blockId);
    const board = shown?.closest('[role="group"]');
    if (!shown || !board) return false;
    const [inner, outer] = [shown.getBoundingClientRect(), board.getBoundingClientRect()];
    return (
      inner.top >= outer.top &&
      inner.bottom <= outer.bottom &&
      inner.left >= outer.left &&
      inner.right <= outer.right
    );
  }, `appointment-${id}`);

it('shows the whole names of late patients, also of those who overlap in a narrow window', async () => {
  await moveToNoon();
  for (const name of ['Dr. Berg', 'Dr. Otto', 'Dr. Zoe']) await addPractitioner(name);
  for (const type of ['First', 'Second', 'Third'])
    await book('09:00', { datetime: inMinutes(-20), type, duration_minutes: 40 });
  await book('09:00', { datetime: inMinutes(-90), practitioner: 'Dr. Otto', duration_minutes: 15 });
  const anna = await signedIn(clinic.clinician, { viewport: { width: 1000, height: 800 } });
  await anna.page.goto(`${server.url}/schedule/`);
  await block(anna, /minutes late.*Third/).waitFor();
  const names = anna.page.locator('[data-patient-name]');
  await eventually(async () => {
    const cut = await names.evaluateAll((elements) =>
      elements
        .filter(
          (each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 3,
        )
        .map((each) => each.textContent),
    );
    expect(cut).toEqual([]);
    expect(await names.allTextContents()).toEqual(Array(4).fill(`${patient.last_name}, Mae`));
    return true;
  });
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('keeps the widths of its columns while things load, and those of the others when one gets an overlap', async () => {
  await addPractitioner('Dr. Otto');
  await book('09:00');
  const anna = await signedIn(clinic.clinician);
  const { page } = anna;
  // Practitioners come last, after the day: their columns must not push those of the day aside.
  let dayIsHere: () => void = () => undefined;
  const day = new Promise<void>((resolve) => (dayIsHere = resolve));
  await page.route('**/api/v1/practitioners?*', async (route) => {
    await day;
    await route.continue();
  });
  page.on('response', (response) => {
    if (/\/appointments\?.*from=2030-01-15/.test(response.url())) dayIsHere();
  });
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(window, { seenWidths: seen });
    const look = () => {
      const columns = Array.from(document.querySelectorAll('[data-column]'));
      if (columns.length > 0)
        seen.add(columns.map((each) => Math.round(each.getBoundingClientRect().width)).join());
      requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /Auer/).waitFor();
  await column(anna, 'Dr. Otto').waitFor();
  await anna.untilConnection('Live');
  expect(
    await page.evaluate(() => [...(window as unknown as { seenWidths: Set<string> }).seenWidths]),
  ).toHaveLength(1);

  const before = await widthsOf(anna);
  await book('09:00', { type: 'Second' });
  await block(anna, /Second/).waitFor();
  expect(await widthsOf(anna)).toEqual(before);
  for (const type of ['Third', 'Fourth', 'Fifth', 'Sixth']) await book('09:00', { type });
  for (const type of ['Third', 'Fourth', 'Fifth', 'Sixth']) await block(anna, new RegExp(type)).waitFor();
  const [berg, otto] = await widthsOf(anna);
  expect(berg).toBeGreaterThan((before[0] ?? 0) - 1);
  expect(otto).toBe(before[1]);
  for (const row of await page.getByRole('listitem').all())
    expect((await row.boundingBox())?.width).toBeGreaterThan(100);
  await anna.close();
});

it('leads to the appointment of a link and to one that was just booked on another day', async () => {
  await book('07:00', { type: 'Early' });
  const late = await book('18:15', { type: 'Linked' });
  const anna = await open('clinician', `?date=${DAY}&id=${late.id}`);
  const { page } = anna;
  await page.locator(`#appointment-${late.id}[data-revealed]`).waitFor();
  await eventually(() => isInSight(anna, late.id), { what: 'the linked appointment in sight' });

  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Patient' }).fill(patient.last_name);
  await page.getByRole('option', { name: new RegExp(patient.last_name) }).click();
  await dialog.getByLabel('Type').fill('Just booked');
  await dialog.getByLabel('Date').fill('2030-01-17');
  await dialog.getByLabel('Time', { exact: true }).fill('17:30');
  await dialog.getByRole('button', { name: 'Save appointment' }).click();
  await page.getByRole('heading', { name: /Thursday,? 17 January 2030/ }).waitFor();
  await block(anna, /Just booked/).waitFor();
  await page.locator('[data-appointment][data-revealed]').filter({ hasText: 'Just booked' }).waitFor();
  const id = new URL(page.url()).searchParams.get('id') ?? '';
  await eventually(() => isInSight(anna, id), { what: 'the new appointment in sight' });
  expect(page.url()).not.toMatch(/Auer|Mae/);
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('opens at the office hours and shades closed time and absences, by practitioner', async () => {
  const [otto] = await Promise.all([addPractitioner('Dr. Otto'), addPractitioner('Dr. Berg')]);
  const hours = (from: string, to: string) => ({ tuesday: [{ from, to }] });
  const none = { monday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] };
  await must(OfficeHours, server, 'PUT', '/office-hours', {
    ...admin(),
    body: {
      week: { ...none, ...hours('09:00', '17:00') },
      practitioners: [{ practitioner_id: otto.id, week: { ...none, ...hours('11:00', '15:00') } }],
    },
  });
  await must(Absence, server, 'POST', '/absences', {
    ...admin(),
    body: { practitioner_id: otto.id, from: at('13:00'), to: at('15:00'), label: 'Congress' },
  });
  await book('12:00');
  const anna = await open();
  await block(anna, /Auer/).waitFor();
  await anna.page.getByText('09:00', { exact: true }).waitFor();
  const closed = async (name: string) =>
    (await column(anna, name).locator('[data-column] > div:not([aria-hidden])').allTextContents()).sort();
  // the hours may come after the appointments
  await eventually(async () => {
    expect(await closed('Dr. Otto')).toEqual(['Closed', 'Closed', 'Congress']);
    return true;
  });
  expect(await anna.page.getByText('08:00', { exact: true }).count()).toBe(0);
  expect(
    await anna.page.getByRole('group', { name: /^Appointments on/ }).evaluate((board) => board.scrollTop),
  ).toBe(0);
  expect(await closed('Dr. Berg')).toEqual([]);
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('cuts nothing off beside the details: the open appointment stays in sight, the page is no wider', async () => {
  for (const name of ['Dr. Abel', 'Dr. Berg', 'Dr. Otto', 'Dr. Zoe']) await addPractitioner(name);
  const last = await book('09:00', { practitioner: 'Dr. Zoe' });
  for (const width of [1024, 1280]) {
    const anna = await signedIn(clinic.clinician, { viewport: { width, height: 800 } });
    await anna.page.goto(`${server.url}/schedule/?date=${DAY}`);
    await block(anna, /Auer/).click();
    await anna.page.getByRole('complementary').getByRole('button', { name: 'Edit' }).waitFor();
    await eventually(() => isInSight(anna, last.id), { what: `the open appointment in sight at ${width}` });
    expect(await overflowOf(anna.page)).toBe(0);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  }
});

it('says what a move by keys or drag overlaps, with a way to undo it', async () => {
  const other = await createPatient(server, clinic.clinician, {
    first_name: 'Ann',
    last_name: uniqueName('Second'),
  });
  await book('10:00', {
    patient_id: other.id,
    practitioner: 'Dr. Otto',
    room: 'Room 2',
    type: 'Follow-up',
  });
  const row = await book('09:00');
  const anna = await open();
  const { page } = anna;
  await block(anna, /Check-up/).focus();
  await page.keyboard.press('Alt+ArrowRight');
  await eventually(async () => (await stored(row)).practitioner === 'Dr. Otto', { what: 'the move saved' });
  for (let step = 0; step < 3; step++) await page.keyboard.press('Alt+ArrowDown');
  const warning = page.locator('.mantine-Notification-root').filter({
    hasText: /This time does not suit: Dr\. Otto has another appointment, 10:00–10:30 \(Second.*Ann\)/,
  });
  await warning.waitFor();
  await page
    .getByRole('status')
    .getByText(/This time does not suit/)
    .first()
    .waitFor();
  await eventually(async () => (await stored(row)).datetime === at('09:45'), { what: 'the last move saved' });
  await warning.getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await stored(row)).datetime !== at('09:45'), { what: 'the move undone' });
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('says why a clinic that forbids double bookings did not take a move', async () => {
  await call(server.url, 'PATCH', '/clinic-settings', { ...admin(), body: { double_booking: 'forbid' } });
  const row = await book('09:00');
  await book('09:30', { type: 'Follow-up' });
  const anna = await open();
  await block(anna, /Check-up/).focus();
  await anna.page.keyboard.press('Alt+ArrowDown');
  await anna.page
    .getByText('This clinic does not allow double bookings, and somebody already has this time.')
    .waitFor();
  await block(anna, /09:00.*Check-up/).waitFor();
  expect(await stored(row)).toMatchObject({ version: 1 });
  await anna.close();
});

it('lists a walk-in that is booked for a time that has just passed as upcoming, not as past', async () => {
  await moveToNoon();
  await book('09:00', { datetime: inMinutes(-5), type: 'Walk-in' });
  const anna = await signedIn(clinic.frontDesk);
  await anna.page.goto(`${server.url}/patients/?id=${patient.id}`);
  const panel = anna.page.getByRole('complementary');
  await panel.getByText(/Walk-in/).waitFor();
  await panel.getByRole('heading', { name: 'To come' }).waitFor();
  expect(await panel.getByRole('heading', { name: 'Past', exact: true }).count()).toBe(0);
  await anna.close();
});

it('has room for the hours of a 12-hour clock beside the columns', async () => {
  await book('09:00');
  const anna = await signedIn(clinic.clinician, { locale: 'en-US', viewport: { width: 1000, height: 800 } });
  const { page } = anna;
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /Check-up/).waitFor();
  const noon = page.locator('span').filter({ hasText: /^12:00\sPM$/ });
  for (const width of [1000, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const gap = () =>
      noon.evaluate((label) => {
        const board = label.closest('[role="group"]');
        return label.getBoundingClientRect().left - (board?.getBoundingClientRect().left ?? 0);
      });
    await eventually(async () => (await gap()) >= 8, { what: `room beside the hours at ${width} px` });
    expect(await overflowOf(page)).toBe(0);
  }
  await anna.close();
});
