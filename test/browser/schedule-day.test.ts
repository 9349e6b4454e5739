import { ConnectionRow, Tenant } from '@wardbell/contract';
import { z } from 'zod';
import { call } from '../support/http.js';
import { middayZone } from '../support/midday.js';
import { must, signInSuperAdmin } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment, setStatus } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { at, block, book, clinic, column, DAY, open, patient, stored } from './support/schedule.js';

describe('today', () => {
  it('shows who is late and who waits, by the clock of the clinic', async () => {
    // Where it is about noon now, an hour before and after is the same day.
    const token = await signInSuperAdmin(server);
    await must(Tenant, server, 'PATCH', `/tenants/${clinic.id}`, {
      token,
      body: { time_zone: middayZone() },
    });
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const late = await book('09:00', { datetime: inMinutes(-20), type: 'Late one' });
    const here = await book('09:00', { datetime: inMinutes(-45), type: 'Here already' });
    await book('09:00', { datetime: inMinutes(40), type: 'Still to come' });
    await setStatus(server, clinic.frontDesk, here.id, 'arrived');
    const anna = await open('clinician', '');
    const { page } = anna;
    await block(anna, /2\d minutes late.*Late one/).waitFor();
    await block(anna, /waiting for \d minutes?.*Here already/).waitFor();
    const numbers = () => page.locator('dl[aria-label="The day in numbers"] dd').allTextContents();
    expect(await numbers()).toEqual(['2', '1', '1', '1']);
    await page
      .getByRole('button', { name: /^Arrived: .*Auer/ })
      .first()
      .click();
    await eventually(async () => (await stored(late)).status === 'arrived', { what: 'the arrival saved' });
    expect(await numbers()).toEqual(['1', '0', '2', '2']);
    expect(await violationsOf(page)).toEqual([]);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });
});

describe('the details of an appointment', () => {
  it('keep the clinical reason from the front desk, and can be deleted after a question', async () => {
    const row = await createAppointment(server, clinic.clinician, {
      patient_id: patient.id,
      datetime: at('09:00'),
      reason: 'Results of the lab',
    });
    const query = `?date=${DAY}&id=${row.id}`;
    const [anna, tom] = await Promise.all([open('clinician', query), open('frontDesk', query)]);
    const [hers, his] = [anna, tom].map(({ page }) =>
      page.getByRole('complementary', { name: 'Appointment' }),
    );
    await hers?.getByText('Results of the lab').waitFor();
    await his?.getByText('Check-up').waitFor();
    expect(await his?.getByText('Reason').count()).toBe(0);
    await anna.page.getByRole('complementary').getByRole('button', { name: 'Delete' }).click();
    await anna.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await his?.getByRole('heading', { name: 'This appointment is no longer here' }).waitFor();
    await anna.page.getByRole('heading', { name: 'Nothing is booked on this day' }).waitFor();
    await Promise.all([anna.close(), tom.close()]);
  });
});

describe('a day that is not as usual', () => {
  it('teaches while it is empty, and goes from day to day by key and address', async () => {
    const anna = await open();
    const { page } = anna;
    await page.getByRole('heading', { name: 'Nothing is booked on this day' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: /Wednesday,? 16 January 2030/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('date')).toBe('2030-01-16');
    await page.goBack();
    await page.getByRole('heading', { name: /Tuesday,? 15 January 2030/ }).waitFor();
    await page.getByText('Room', { exact: true }).click();
    await page.reload();
    expect(await page.getByRole('radio', { name: 'Room' }).isChecked()).toBe(true);
    await page.getByRole('heading', { name: /Tuesday,? 15 January 2030/ }).waitFor();
    await page.keyboard.press('t');
    await page.waitForURL((url) => !url.searchParams.has('date'));
    await anna.close();
  });

  it('says what to do when it cannot be loaded, and when it may be out of date', async () => {
    await book('09:00');
    const anna = await ConsolePage.open(browser, server);
    await anna.signIn(clinic.clinician);
    await anna.untilConnection('Live');
    await anna.page.route('**/api/v1/appointments?from=*', (route) =>
      route.fulfill({ status: 409, contentType: 'application/problem+json', body: '{"code":"conflict"}' }),
    );
    await anna.page.goto(`${server.url}/schedule/?date=${DAY}`);
    await anna.page.getByRole('heading', { name: 'That did not work' }).waitFor();
    await anna.page.unroute('**/api/v1/appointments?from=*');
    await anna.page.getByRole('button', { name: 'Try again' }).click();
    await block(anna, /Auer/).waitFor();
    await anna.untilConnection('Live');
    const { token } = clinic.admin;
    const connections = await must(
      z.object({ data: z.array(ConnectionRow) }),
      server,
      'GET',
      '/connections',
      {
        token,
      },
    );
    for (const { id } of connections.data) await call(server.url, 'DELETE', `/connections/${id}`, { token });
    await anna.page.getByText(/^Not up to date: changes after/).waitFor();
    await book('10:00', { type: 'Meanwhile' });
    await anna.indicator.click();
    await anna.page.getByRole('button', { name: 'Connect again' }).click();
    await block(anna, /Meanwhile/).waitFor();
    await anna.close();
  });
});

it('tells a screen reader when it is and what for, also where there is room for the name alone', async () => {
  for (const practitioner of ['Dr. Berg', 'Dr. Otto', 'Dr. Voss']) {
    for (const type of ['Check-up', 'Follow-up'])
      await book('09:00', { practitioner, type, duration_minutes: 10 });
  }
  const anna = await open('clinician', `?date=${DAY}`);
  await anna.page.setViewportSize({ width: 800, height: 800 });
  const short = column(anna, 'Dr. Otto').getByRole('button', { name: /Booked,.*09:00 ?–09:10.*Follow-up/ });
  await short.waitFor();
  // the premise: the eye sees the name alone
  const time = short.getByText('09:00', { exact: false }).first();
  await eventually(async () => (await time.evaluate((element) => element.parentElement?.clientWidth)) === 1, {
    what: 'room for the name alone',
  });
  await anna.close();
});

describe('in light or dark', () => {
  it('no accessibility rule is broken: day, details, form, question, list', async () => {
    for (const [clock, status] of [
      ['09:00', 'booked'],
      ['09:00', 'arrived'],
      ['10:00', 'noshow'],
      ['11:00', 'cancelled'],
    ] as const) {
      const { id } = await book(clock, {
        practitioner: 'Dr. With A Very Long Name That Does Not Fit Anywhere',
      });
      if (status !== 'booked') await setStatus(server, clinic.frontDesk, id, status);
    }
    await createAppointment(server, clinic.frontDesk, {
      patient_id: patient.id,
      status: 'waitlist',
      type: 'Waiting one',
    });
    const options = { reducedMotion: 'reduce' } as const;
    const person = await ConsolePage.open(browser, server, options);
    const { page } = person;
    await person.signIn(clinic.clinician);
    await person.untilConnection('Live');
    await page.goto(`${server.url}/schedule/?date=${DAY}&cancelled=shown`);
    await block(person, /Arrived/).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await block(person, /Booked/).press('Enter');
    await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('complementary').getByRole('button', { name: 'Cancel appointment' }).click();
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Appointment' }).waitFor({ state: 'detached' });
    await page.keyboard.press('n');
    await page.getByRole('dialog').getByRole('combobox', { name: 'Patient' }).press('ArrowDown');
    await page.getByRole('option', { name: /Auer/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('list', { name: /^Appointments on/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await person.close();
  });
});
