import { expect, it } from '@jest/globals';
import { AppointmentType, ListPreferences, Practitioner } from '@wardbell/contract';
import { must } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { block, book, clinic, DAY, open } from './support/schedule.js';

const admin = () => ({ token: clinic.admin.token });
const addPractitioner = (name: string, more: object = {}) =>
  must(Practitioner, server, 'POST', '/practitioners', { ...admin(), body: { name, ...more } });
/** It is in the row of the filters; a board that shows nothing has another one. */
const clear = ({ page }: ConsolePage) =>
  page.getByRole('group', { name: 'Filters' }).getByRole('button', { name: 'Clear filters' });

it('are in the address without a name, stay for the person, and go with one click', async () => {
  await must(AppointmentType, server, 'POST', '/appointment-types', {
    ...admin(),
    body: { name: 'Follow-up' },
  });
  await book('09:00');
  await book('10:00', { practitioner: 'Dr. Otto', room: 'Room 2', type: 'Follow-up' });
  const anna = await open();
  const { page } = anna;
  await block(anna, /Follow-up/).waitFor();
  await page.getByRole('button', { name: 'Filters' }).click();
  const filters = page.getByRole('group', { name: 'Filters' });
  await filters.getByLabel('Filter by practitioner').selectOption('Dr. Otto');
  await block(anna, /Check-up/).waitFor({ state: 'detached' });
  await block(anna, /Follow-up/).waitFor();
  await filters.getByLabel('Filter by room').selectOption('Room 2');
  await filters.getByLabel('Filter by type').selectOption('Follow-up');
  await filters.getByLabel('Filter by status').selectOption('Booked');
  await block(anna, /Follow-up/).waitFor();
  const address = new URL(page.url());
  for (const field of ['practitioner', 'room', 'type', 'status'])
    expect([field, address.searchParams.get(field)]).toEqual([field, expect.any(String)]);
  expect([...address.searchParams.values()].join(' ')).not.toMatch(/Otto|Room|Follow|Auer|Mae/i);
  expect(await violationsOf(page)).toEqual([]);

  // Another day, a new visit of the room, and the address of a colleague.
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'Nothing here matches the filters' }).waitFor();
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /Follow-up/).waitFor();
  expect(await block(anna, /Check-up/).count()).toBe(0);
  const tom = await open('frontDesk', new URL(page.url()).search);
  await block(tom, /Follow-up/).waitFor();
  expect(await block(tom, /Check-up/).count()).toBe(0);

  await clear(anna).click();
  await block(anna, /Check-up/).waitFor();
  await block(anna, /Follow-up/).waitFor();
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /Check-up/).waitFor();
  expect(await clear(anna).count()).toBe(0);
  expect([...anna.complaints, ...tom.complaints]).toEqual([]);
  await Promise.all([anna.close(), tom.close()]);
});

it('never hide the appointment that a link leads to', async () => {
  await book('09:00');
  const other = await book('10:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
  const anna = await open();
  const { page } = anna;
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Filter by practitioner').selectOption('Dr. Berg');
  await block(anna, /Follow-up/).waitFor({ state: 'detached' });
  await page.goto(`${server.url}/schedule/?date=${DAY}&id=${other.id}`);
  await block(anna, /Follow-up/).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).waitFor();
  await anna.close();
});

it('of the default are for the schedule without an address of its own, and make no step to go back to', async () => {
  await book('09:00');
  await must(ListPreferences, server, 'PUT', '/users/me/lists', {
    token: clinic.clinician.token,
    body: {
      list: 'schedule',
      version: 0,
      filters: [{ name: 'Not here', filter: { status: 'cancelled' } }],
      default_filter: 'Not here',
    },
  });
  const status = () => new URL(page.url()).searchParams.get('status');
  // on a new browser the default comes with the answer of the server, in a browser that knows it with the first paint
  const anna = await signedIn(clinic.clinician);
  const { page } = anna;
  await page.waitForURL(/\/patients\//);
  for (const visit of ['new', 'known']) {
    await page.getByRole('link', { name: 'Schedule', exact: true }).click();
    await eventually(() => status() === 'cancelled', { what: `the default filter in a ${visit} browser` });
    await page.goBack();
    await page.waitForURL(/\/patients\//);
  }
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /Check-up/).waitFor();
  expect(status()).toBeNull();
  expect(await clear(anna).count()).toBe(0);
  await page.goto(`${server.url}/schedule/`);
  await eventually(() => status() === 'cancelled');
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('show the own day of a clinician who has the name of a practitioner, with one click, and again the next time', async () => {
  await addPractitioner('Dr. Test clinician');
  await book('09:00');
  await book('10:00', { practitioner: 'Dr. Test clinician', type: 'My own' });
  const anna = await open();
  const { page } = anna;
  await block(anna, /Check-up/).waitFor();
  await page.getByRole('button', { name: 'My day' }).click();
  // It is today, whatever day one has looked at.
  expect(new URL(page.url()).searchParams.get('date')).toBeNull();
  await page.getByRole('button', { name: 'My day', pressed: true }).waitFor();
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /My own/).waitFor();
  expect(await block(anna, /Check-up/).count()).toBe(0);
  expect(await page.getByRole('region', { name: /^Dr\./ }).count()).toBe(1);
  await clear(anna).click();
  await block(anna, /Check-up/).waitFor();
  await page.locator('body').press('m');
  await clear(anna).waitFor();
  await page.locator('body').press('m');
  await clear(anna).waitFor({ state: 'detached' });
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('ask a clinician whom no practitioner has the name of once, and prefer the link of the record', async () => {
  await book('09:00');
  await book('10:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
  const anna = await open();
  const { page } = anna;
  await block(anna, /Check-up/).waitFor();
  await page.getByRole('button', { name: 'My day' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Practitioner').selectOption('Dr. Otto');
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Show my day' }).click();
  await page.getByText('My day: Dr. Otto').waitFor();
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(anna, /Follow-up/).waitFor();
  expect(await block(anna, /Check-up/).count()).toBe(0);
  await addPractitioner('Dr. Linked', { user_id: clinic.clinician.id });
  await page.getByText('My day: Dr. Linked').waitFor();
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('do without a day of their own at the front desk, and fit on a phone', async () => {
  await book('09:00');
  const tom = await signedIn(clinic.frontDesk, { viewport: { width: 390, height: 844 } });
  const { page } = tom;
  await page.goto(`${server.url}/schedule/?date=${DAY}`);
  await block(tom, /Check-up/).waitFor();
  expect(await page.getByRole('button', { name: 'My day' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Filter by status').selectOption('Cancelled');
  await page.getByRole('heading', { name: 'Nothing here matches the filters' }).waitFor();
  expect(await overflowOf(page)).toBe(0);
  await page.getByRole('status').getByRole('button', { name: 'Clear filters' }).click();
  await block(tom, /Check-up/).waitFor();
  expect(tom.complaints).toEqual([]);
  await tom.close();
});
