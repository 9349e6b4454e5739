import type { Page } from 'playwright-core';
import { eventually } from '../support/wait.js';
import { setStatus, updateAppointment } from './support/appointments.js';
import { database, server, signedIn } from './support/bench.js';
import { at, block, book, clinic, column, DAY, open, patient, stored } from './support/schedule.js';

const undo = (page: Page) => page.getByRole('button', { name: 'Undo' });
const becomes = (row: Parameters<typeof stored>[0], expected: object) =>
  eventually(async () => {
    expect(await stored(row)).toMatchObject(expected);
    return true;
  });

describe('what was done to an appointment', () => {
  it('by button, key, Alt and arrows or drag is undone by a click or by a key', async () => {
    const row = await book('09:00');
    await book('09:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).click();
    await page.getByRole('complementary').getByRole('button', { name: 'Arrived' }).click();
    await becomes(row, { status: 'arrived' });
    await page
      .getByRole('status')
      .getByText(/Auer.*: Arrived\. Waiting-room number: \w+\. Ctrl or Cmd with Z undoes it/)
      .waitFor();
    await undo(page).click();
    await becomes(row, { status: 'booked', version: 3 });
    await page
      .getByRole('status')
      .getByText(/Undone: .*Auer.*: Arrived/)
      .waitFor();
    await undo(page).waitFor({ state: 'detached' });

    await block(anna, /Check-up/).focus();
    await page.keyboard.press('o');
    await becomes(row, { status: 'noshow' });
    await page.keyboard.press('Control+z');
    await becomes(row, { status: 'booked', version: 5 });

    await block(anna, /Check-up/).focus();
    await page.keyboard.press('Alt+ArrowRight');
    await becomes(row, { practitioner: 'Dr. Otto' });
    await page.keyboard.press('Meta+z');
    await becomes(row, { practitioner: 'Dr. Berg', datetime: at('09:00'), version: 7 });

    await page.getByRole('complementary').getByRole('button', { name: 'Close', exact: true }).click();
    // the columns are wider without it
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    const dragged = block(anna, /Check-up/);
    const [from, target] = await Promise.all([dragged.boundingBox(), column(anna, 'Dr. Otto').boundingBox()]);
    if (!from || !target) throw new Error('nothing to drag');
    await page.mouse.move(from.x + 30, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 30, from.y + 20);
    await page.mouse.move(target.x + 40, from.y + 10 + 2 * (from.height + 2), { steps: 4 });
    await page.mouse.up();
    await becomes(row, { practitioner: 'Dr. Otto', datetime: at('10:00') });
    // By keys alone: the button takes the focus, and the time stands still meanwhile.
    await undo(page).focus();
    await page.keyboard.press('Enter');
    await becomes(row, { practitioner: 'Dr. Berg', datetime: at('09:00'), version: 9 });
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('is undone change by change, each its own, also when they were quick', async () => {
    const first = await book('09:00');
    const second = await book('10:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).focus();
    // The ten seconds of each change stand still, so that a slow machine has time for all of them.
    await page.clock.setFixedTime(Date.now());
    const toast = (text: string) =>
      page.locator('.mantine-Notification-root').filter({ hasText: text }).last();
    for (const key of ['Alt+ArrowDown', 'Alt+ArrowDown', 'Alt+ArrowRight', 'a'])
      await page.keyboard.press(key);
    await block(anna, /Follow-up/).focus();
    await page.keyboard.press('o');
    await becomes(first, { status: 'arrived', datetime: at('09:30'), practitioner: 'Dr. Otto' });
    await becomes(second, { status: 'noshow' });
    // The older of the two toasts belongs to the other appointment.
    await toast('Arrived').getByRole('button', { name: 'Undo' }).click();
    await becomes(first, { status: 'booked', datetime: at('09:30'), practitioner: 'Dr. Otto' });
    expect(await stored(second)).toMatchObject({ status: 'noshow' });
    await toast('No-show').getByRole('button', { name: 'Undo' }).click();
    await becomes(second, { status: 'booked' });
    for (const [undone, left] of [
      ['Moved to 09:30, Dr. Otto', { datetime: at('09:30'), practitioner: 'Dr. Berg' }],
      ['Moved to 09:30, Dr. Berg', { datetime: at('09:15') }],
      ['Moved to 09:15, Dr. Berg', { datetime: at('09:00'), status: 'booked' }],
    ] as const) {
      await toast(undone).waitFor();
      await page.keyboard.press('Control+z');
      await becomes(first, left);
    }
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('is not undone when a colleague has changed it meanwhile, and says so', async () => {
    const row = await book('09:00');
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).focus();
    await page.keyboard.press('a');
    await becomes(row, { status: 'arrived' });
    await updateAppointment(server, clinic.frontDesk, row.id, { room: 'Room 9' });
    await page.keyboard.press('Control+z');
    await page.getByRole('alert').getByText('A colleague has changed this appointment since.').waitFor();
    expect(await stored(row)).toMatchObject({ status: 'arrived', room: 'Room 9', version: 3 });
    await block(anna, /Arrived/).waitFor();
    await anna.close();
  });

  it('can be undone after a cancellation with its reason, which goes with it', async () => {
    const row = await book('09:00');
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).focus();
    await page.keyboard.press('x');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('The wrong row');
    await dialog.getByRole('button', { name: 'Cancel appointment' }).click();
    await becomes(row, { status: 'cancelled', cancellation_reason: 'The wrong row' });
    await undo(page).click();
    await block(anna, /Check-up/).waitFor();
    await becomes(row, { status: 'booked', cancellation_reason: null });
    await anna.close();
  });

  it('by dragging from the waiting list or by the form is undone as a whole', async () => {
    const row = await book('09:00');
    const waiting = await book('09:00', {
      datetime: undefined,
      practitioner: undefined,
      room: undefined,
      status: 'waitlist',
      type: 'Vaccination',
    });
    const anna = await open();
    const { page } = anna;
    if ((await page.getByRole('complementary', { name: 'Without a time' }).count()) === 0)
      await page.getByRole('button', { name: /Without a time/ }).click();
    await page.getByRole('button', { name: /^Book .*Auer/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Time').fill('11:00');
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await becomes(waiting, { status: 'booked', datetime: at('11:00') });
    await undo(page).click();
    await becomes(waiting, { status: 'waitlist', datetime: null });
    expect(await stored(row)).toMatchObject({ version: 1 });
    await anna.close();
  });

  it('is undone on a phone', async () => {
    const row = await book('09:00');
    const phone = await signedIn(clinic.frontDesk, { viewport: { width: 390, height: 844 } });
    await phone.page.goto(`${server.url}/schedule/?date=${DAY}`);
    await block(phone, /Check-up/).click();
    await phone.page.getByRole('complementary').getByRole('button', { name: 'Arrived' }).click();
    await becomes(row, { status: 'arrived' });
    const button = undo(phone.page);
    // it comes in from the side
    await eventually(async () => {
      const box = await button.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThan(390);
      return true;
    });
    await button.click();
    await becomes(row, { status: 'booked' });
    await phone.close();
  });

  it('goes back from the details until the 15 minutes are over, and no longer', async () => {
    const row = await book('09:00');
    await setStatus(server, clinic.frontDesk, row.id, 'arrived');
    const anna = await open('clinician', `?date=${DAY}&id=${row.id}`);
    const panel = anna.page.getByRole('complementary');
    await panel.getByRole('button', { name: 'Back to “Booked”' }).click();
    await becomes(row, { status: 'booked' });
    await panel.getByRole('button', { name: 'Back to “Booked”' }).waitFor({ state: 'detached' });
    await anna.close();

    await setStatus(server, clinic.frontDesk, row.id, 'arrived');
    const tom = await open('frontDesk');
    // Half a minute before the end, by the database's clock: what a slow machine needs to sign in is not part of it.
    await database.query(
      `UPDATE wardbell.appointment SET status_steps = jsonb_build_array(jsonb_build_object('from', 'booked',
         'at', clock_timestamp() - interval '14 minutes 30 seconds')) WHERE id = $1`,
      [row.id],
    );
    await tom.page.goto(`${server.url}/schedule/?date=${DAY}&id=${row.id}`);
    const back = tom.page.getByRole('complementary').getByRole('button', { name: 'Back to “Booked”' });
    await back.waitFor();
    await back.waitFor({ state: 'detached', timeout: 60_000 });
    expect(await stored(row)).toMatchObject({ status: 'arrived' });
    await tom.close();
  });

  it('names nobody in the address while it can be undone', async () => {
    await book('09:00');
    const anna = await open();
    await block(anna, /Check-up/).focus();
    await anna.page.keyboard.press('a');
    await undo(anna.page).waitFor();
    expect(anna.page.url()).not.toContain(patient.last_name);
    await anna.close();
  });

  it('is said to be done once the server has done it, and not when it was refused', async () => {
    const row = await book('09:00');
    const anna = await open();
    const { page } = anna;
    // The panel has the name of the day when its own request fails: nothing is done to somebody unnamed.
    await page.route(`**/api/v1/patients/${patient.id}`, (route) => route.abort('connectionrefused'));
    await block(anna, /Check-up/).click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('heading', { name: /Auer/ }).waitFor();
    const said = page.getByRole('status').getByText(/Auer.*: Arrived/);
    const status = `**/api/v1/appointments/${row.id}/status`;
    await page.route(status, (route) => route.abort('connectionrefused'));
    await panel.getByRole('button', { name: 'Arrived' }).click();
    await page.getByText('Status not changed').waitFor();
    expect(await said.count()).toBe(0);
    await page.unroute(status);
    await panel.getByRole('button', { name: 'Arrived' }).click();
    await becomes(row, { status: 'arrived' });
    await said.waitFor();
    await anna.close();
  });
});
