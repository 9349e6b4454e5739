import type { Appointment } from '@wardbell/contract';
import { eventually } from '../support/wait.js';
import { createAppointment, updateAppointment } from './support/appointments.js';
import { server } from './support/bench.js';
import { untilFocused, untilValue } from './support/fields.js';
import { at, block, book, clinic, column, DAY, open, patient, stored } from './support/schedule.js';

describe('the schedule', () => {
  it('shows to each of two people what the other does, and who did it', async () => {
    const row = await book('09:00');
    const [anna, tom] = await Promise.all([open(), open('frontDesk')]);
    await block(anna, /Auer.*Booked.*09:00.*09:30.*Check-up/).waitFor();
    // In the future nothing arrives by a slip of the mouse; the details have it.
    await block(anna, /Auer/).click();
    // The marks stay for four seconds: wait for them before they come.
    await Promise.all([
      block(tom, /Arrived.*just changed by Test clinician/).waitFor(),
      block(anna, /Arrived.*just changed by you/).waitFor(),
      anna.page.getByRole('complementary').getByRole('button', { name: 'Arrived' }).click(),
    ]);
    expect(await stored(row)).toMatchObject({ status: 'arrived' });
    await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      datetime: at('11:00'),
      practitioner: 'Dr. Otto',
    });
    await column(tom, 'Dr. Otto').getByRole('listitem').waitFor();
    await column(anna, 'Dr. Otto').getByRole('listitem').waitFor();
    expect(anna.page.url()).not.toMatch(/Auer|Mae/);
    expect([...anna.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([anna.close(), tom.close()]);
  });

  it('is walked, moved and changed by keys alone, and says what happened', async () => {
    const first = await book('09:00');
    const second = await book('10:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
    const anna = await open();
    const { page } = anna;
    await page.getByRole('listitem').first().waitFor();
    const untilOn = ({ id }: Appointment) => untilFocused(page.locator(`[data-appointment="${id}"]`));
    await page
      .getByRole('listitem')
      .getByRole('button', { name: /Check-up/ })
      .focus();
    await page.keyboard.press('ArrowRight');
    await untilOn(second);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Alt+ArrowDown');
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('status').getByText('Moved to 09:30, Dr. Berg').waitFor();
    await page.keyboard.press('Alt+ArrowRight');
    await page.getByRole('status').getByText('Moved to 09:30, Dr. Otto').waitFor();
    await eventually(async () => (await stored(first)).practitioner === 'Dr. Otto', {
      what: 'the move saved',
    });
    expect(await stored(first)).toMatchObject({ datetime: at('09:30'), status: 'booked' });
    // The focus went along into the other column.
    await untilOn(first);
    await page.keyboard.press('a');
    await page
      .getByRole('status')
      .getByText(/Auer.*: Arrived/)
      .waitFor();
    await eventually(async () => (await stored(first)).status === 'arrived', { what: 'the status saved' });
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByText('This appointment stays where it is').waitFor();
    await page.keyboard.press('o');
    await page.getByText('This step is not possible now').waitFor();
    expect(await stored(first)).toMatchObject({ datetime: at('09:30'), status: 'arrived' });
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('is moved by dragging, and what a colleague did meanwhile is neither lost nor overwritten', async () => {
    const row = await book('09:00');
    await book('09:00', { practitioner: 'Dr. Otto', type: 'Follow-up' });
    const anna = await open();
    const dragged = block(anna, /Check-up/);
    /** By so many minutes and into this column, with a real mouse. */
    const drag = async (minutes: number, to: string) => {
      await dragged.waitFor();
      const [from, target] = await Promise.all([dragged.boundingBox(), column(anna, to).boundingBox()]);
      if (!from || !target) throw new Error('nothing to drag');
      const [x, y] = [from.x + 30, from.y + 10];
      await anna.page.mouse.move(x, y);
      await anna.page.mouse.down();
      await anna.page.mouse.move(x, y + 10);
      await anna.page.mouse.move(target.x + 40, y + (minutes / 30) * (from.height + 2), { steps: 4 });
      return () => anna.page.mouse.up();
    };
    const drop = await drag(60, 'Dr. Otto');
    await drop();
    await column(anna, 'Dr. Otto')
      .getByRole('button', { name: /10:00.*Check-up/ })
      .waitFor();
    await eventually(async () => (await stored(row)).version === 2, { what: 'the move saved' });
    expect(await stored(row)).toMatchObject({ datetime: at('10:00'), practitioner: 'Dr. Otto' });
    // A drag is no click.
    expect(await anna.page.getByRole('complementary').count()).toBe(0);

    const dropped = await drag(30, 'Dr. Otto');
    await anna.page.keyboard.press('Escape');
    await dropped();
    expect(await stored(row)).toMatchObject({ version: 2 });

    await anna.page.route(
      `**/api/v1/appointments/${row.id}`,
      async (route) => {
        await updateAppointment(server, clinic.frontDesk, row.id, { room: 'Room 9' });
        await route.continue();
      },
      { times: 1 },
    );
    await (await drag(60, 'Dr. Berg'))();
    await anna.page.getByText('A colleague has just changed this appointment.').waitFor();
    await column(anna, 'Dr. Otto')
      .getByRole('button', { name: /10:00.*Room 9/ })
      .waitFor();
    expect(await stored(row)).toMatchObject({ datetime: at('10:00'), room: 'Room 9', version: 3 });
    await anna.close();
  });

  it('books where one clicks, a patient who is found by a search; the first field with an error has the cursor', async () => {
    await book('09:00');
    const anna = await open();
    const { page } = anna;
    await block(anna, /Auer/).waitFor();
    const day = column(anna, 'Dr. Berg').locator('[data-column]');
    const box = await day.boundingBox();
    // The axis begins at 7: three and a half of its twelve hours are 10:30.
    await day.click({ position: { x: 60, y: ((box?.height ?? 0) * 3.5) / 12 + 5 } });
    const dialog = page.getByRole('dialog');
    await untilValue(dialog.getByLabel('Time'), '10:30');
    await untilValue(dialog.getByLabel('Practitioner'), 'Dr. Berg');
    await untilValue(dialog.getByLabel('Room'), 'Room 1');
    await dialog.getByLabel('Time').fill('');
    await dialog.getByRole('button', { name: 'Save appointment' }).click();
    await dialog.getByText('Choose a patient from the list').waitFor();
    await dialog.getByText('Enter a time').waitFor();
    const whom = dialog.getByRole('combobox', { name: 'Patient' });
    await untilFocused(whom);
    await dialog.getByLabel('Time').fill('10:30');
    await whom.fill('nobody has this name');
    await dialog.getByText('Nobody found.').waitFor();
    await whom.fill(patient.last_name);
    await page.getByRole('option', { name: new RegExp(patient.last_name) }).click();
    await dialog.getByLabel('Type').fill('Vaccination');
    await dialog.getByRole('button', { name: 'Save appointment' }).click();
    await block(anna, /Auer.*10:30.*Vaccination/).waitFor();
    await page.getByRole('complementary').getByText('Vaccination').waitFor();
    expect(page.url()).not.toMatch(/Auer|Mae/);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('merges what a colleague saves while one edits', async () => {
    const row = await book('09:00');
    const anna = await open('clinician', `?date=${DAY}&id=${row.id}`);
    const { page } = anna;
    await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Time').fill('09:45');
    await dialog.getByLabel('Room').fill('Room 2');
    await updateAppointment(server, clinic.frontDesk, row.id, { room: 'Room 3', duration_minutes: 20 });
    await dialog.getByText('You both changed the same.').waitFor();
    await untilValue(dialog.getByLabel('Minutes'), '20');
    await dialog.getByRole('button', { name: 'Use theirs' }).click();
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stored(row)).toMatchObject({
      datetime: at('09:45'),
      duration_minutes: 20,
      room: 'Room 3',
      version: 3,
    });
    await anna.close();
  });

  it('asks why before it cancels, then hides it unless one wants to see', async () => {
    const row = await book('09:00');
    await book('12:00', { type: 'Other' });
    const anna = await open();
    const { page } = anna;
    await block(anna, /Check-up/).focus();
    await page.keyboard.press('x');
    await page.getByRole('dialog').getByLabel('Reason').fill('Patient is unwell');
    await page.getByRole('button', { name: 'Cancel appointment' }).click();
    await block(anna, /Check-up/).waitFor({ state: 'detached' });
    // The keyboard goes on with what is left.
    await eventually(
      () => block(anna, /Other/).evaluate((element) => element === document.activeElement || undefined),
      { what: 'the focus on the next appointment' },
    );
    await eventually(async () => (await stored(row)).status === 'cancelled', {
      what: 'the cancellation saved',
    });
    expect(await stored(row)).toMatchObject({ cancellation_reason: 'Patient is unwell' });
    await page.getByLabel('Show cancelled (1)').check();
    await block(anna, /Check-up/).waitFor();
    expect(new URL(page.url()).searchParams.get('cancelled')).toBe('shown');
    await anna.close();
  });

  it('books who waits for a time, by form and by drag', async () => {
    await book('09:00');
    const waiting = await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      status: 'waitlist',
      type: 'Waiting one',
    });
    const proposed = await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      status: 'proposed',
      type: 'Proposed one',
    });
    const anna = await open();
    const { page } = anna;
    const side = page.getByRole('complementary', { name: 'Without a time' });
    await side
      .getByRole('button', { name: /^Book .*Auer/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await untilValue(dialog.getByLabel('Date'), '15 Jan 2030');
    await dialog.getByLabel('Time').fill('11:00');
    await dialog.getByLabel('Practitioner').fill('Dr. Berg');
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await dialog.waitFor({ state: 'detached' });
    await block(anna, /11:00.*Waiting one/).waitFor();
    expect(await stored(waiting)).toMatchObject({ status: 'booked', datetime: at('11:00') });

    const item = side.getByRole('listitem').filter({ hasText: 'Proposed one' });
    const target = column(anna, 'Dr. Berg').locator('[data-column]');
    await item.dragTo(target, { sourcePosition: { x: 20, y: 10 }, targetPosition: { x: 60, y: 4 } });
    await block(anna, /Proposed one/).waitFor();
    await side.waitFor({ state: 'detached' });
    await eventually(async () => (await stored(proposed)).status === 'booked', { what: 'the booking saved' });
    expect(await stored(proposed)).toMatchObject({ practitioner: 'Dr. Berg' });
    await anna.close();
  });
});
