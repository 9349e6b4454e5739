import { expect, it } from '@jest/globals';
import { eventually } from '../support/wait.js';
import { updateAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { untilFocused, untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { at, block, book, clinic, DAY, open, stored } from './support/schedule.js';

const WEEK = `?date=${DAY}&span=week`;
const THURSDAY = '2030-01-17';
const day = (page: Awaited<ReturnType<typeof open>>['page'], name: RegExp) =>
  page.getByRole('region', { name });

it('shows everybody’s week, a list for each day, live as the day', async () => {
  await book('09:00');
  await book('09:00', { practitioner: 'Dr. Otto', type: 'Same time' });
  const later = await book('09:00', { datetime: `${THURSDAY}T14:00:00.000Z`, type: 'Thursday one' });
  const anna = await open('clinician', WEEK);
  const { page } = anna;
  await page.getByRole('group', { name: /^Appointments from 14.*20 Jan 2030/ }).waitFor();
  expect(await day(page, /^\w{3},? \d+ Jan, /).count()).toBe(7);
  await day(page, /^Tue,? 15 Jan, 2/)
    .getByText('Same time')
    .waitFor();
  await day(page, /^Thu,? 17 Jan, 1/)
    .getByText('Thursday one')
    .waitFor();
  await updateAppointment(server, clinic.frontDesk, later.id, { datetime: '2030-01-18T14:00:00.000Z' });
  await day(page, /^Fri,? 18 Jan, 1/)
    .getByText('Thursday one')
    .waitFor();
  await book('09:00', { datetime: '2030-01-20T10:00:00.000Z', type: 'On Sunday' });
  await day(page, /^Sun,? 20 Jan, 1/)
    .getByText('On Sunday')
    .waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('is walked and changed by keys: from day to day, from week to week, an appointment to the next day at the same time', async () => {
  const row = await book('09:00');
  const next = await book('09:00', { datetime: `${THURSDAY}T09:30:00.000Z`, type: 'Thursday one' });
  await book('09:00', { datetime: `${THURSDAY}T15:00:00.000Z`, type: 'Thursday late' });
  const anna = await open('clinician', `?date=${DAY}`);
  const { page } = anna;
  await block(anna, /Check-up/).waitFor();
  await page.locator('body').press('w');
  await block(anna, /Thursday one/).waitFor();
  expect(new URL(page.url()).searchParams.get('span')).toBe('week');
  await block(anna, /Check-up/).focus();
  await page.keyboard.press('ArrowRight');
  await untilFocused(page.locator(`[data-appointment="${next.id}"]`));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Alt+ArrowRight');
  await eventually(async () => (await stored(row)).datetime === '2030-01-16T09:00:00.000Z', {
    what: 'the move by a day',
  });
  await untilFocused(page.locator(`[data-appointment="${row.id}"]`));
  await page.keyboard.press('Control+z');
  await eventually(async () => (await stored(row)).datetime === at('09:00'), { what: 'the move undone' });
  await page.locator('body').press('j');
  await page.getByRole('heading', { name: 'Nothing is booked in this week' }).waitFor();
  expect(new URL(page.url()).searchParams.get('date')).toBe('2030-01-22');
  await page.locator('body').press('k');
  await block(anna, /Thursday one/).waitFor();
  await page.getByRole('button', { name: /^Thu,? 17 Jan$/ }).click();
  await page.getByRole('heading', { name: /Thursday,? 17 January 2030/ }).waitFor();
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('of one practitioner has a time axis, on which one books and drags from day to day', async () => {
  const row = await book('09:00');
  await book('09:00', { practitioner: 'Dr. Otto', type: 'Not hers' });
  const anna = await open('clinician', WEEK);
  const { page } = anna;
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Filter by practitioner').selectOption('Dr. Berg');
  await page.locator('[data-column]').first().waitFor();
  expect(await page.locator('[data-column]').count()).toBe(7);
  expect(await block(anna, /Not hers/).count()).toBe(0);
  const [from, thursday] = await Promise.all([
    block(anna, /Check-up/).boundingBox(),
    page.locator(`[data-column="${THURSDAY}"]`).boundingBox(),
  ]);
  if (!from || !thursday) throw new Error('nothing to drag');
  await page.mouse.move(from.x + 20, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 20, from.y + 20);
  await page.mouse.move(thursday.x + 30, from.y + 8, { steps: 4 });
  await page.mouse.up();
  await eventually(async () => (await stored(row)).datetime === `${THURSDAY}T09:00:00.000Z`, {
    what: 'the move saved',
  });
  expect(await stored(row)).toMatchObject({ practitioner: 'Dr. Berg', room: 'Room 1' });

  const friday = page.locator('[data-column="2030-01-18"]');
  const height = (await friday.boundingBox())?.height ?? 0;
  await friday.click({ position: { x: 40, y: (height * 3.5) / 12 + 5 } });
  const dialog = page.getByRole('dialog');
  await untilValue(dialog.getByLabel('Date'), '18 Jan 2030');
  await untilValue(dialog.getByLabel('Time', { exact: true }), '10:30');
  await untilValue(dialog.getByLabel('Practitioner'), 'Dr. Berg');
  await page.keyboard.press('Escape');
  expect(await violationsOf(page)).toEqual([]);
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('is a list by day on a phone, which fits', async () => {
  await book('09:00');
  await book('09:00', { datetime: `${THURSDAY}T14:00:00.000Z`, type: 'Thursday one' });
  const phone = await signedIn(clinic.frontDesk, { viewport: { width: 390, height: 844 } });
  const { page } = phone;
  await page.goto(`${server.url}/schedule/${WEEK}`);
  await block(phone, /Thursday one/).waitFor();
  expect(await overflowOf(page)).toBe(0);
  const [tuesday, thursday] = await Promise.all(
    [/^Tue,? 15/, /^Thu,? 17/].map((name) => day(page, name).boundingBox()),
  );
  expect(thursday?.y).toBeGreaterThan((tuesday?.y ?? 0) + (tuesday?.height ?? 0) - 1);
  expect(await violationsOf(page)).toEqual([]);
  await phone.close();
});
