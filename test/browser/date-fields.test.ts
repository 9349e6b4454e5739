import { beforeEach, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import type { Locator } from 'playwright-core';
import { call } from '../support/http.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

let clinic: TestTenant;
beforeEach(async () => {
  clinic = await createTenant(server);
});

/** Signs a person in, in the console's language that the locale stands for. */
const signIn = async (locale: string): Promise<ConsolePage> => {
  const isGerman = locale.startsWith('de');
  const person = await signedIn(clinic.frontDesk, { locale: isGerman ? 'en-GB' : locale });
  if (isGerman) await person.page.evaluate(() => localStorage.setItem('wardbell.language', 'de'));
  return person;
};

/** The form of a new patient, in German, British or American English. */
const newPatient = async (locale: string): Promise<{ person: ConsolePage; born: Locator }> => {
  const person = await signIn(locale);
  const { page } = person;
  await page.goto(`${server.url}/patients/`);
  const isGerman = locale.startsWith('de');
  await page
    .getByRole('button', { name: isGerman ? 'Neuer Patient' : 'New patient' })
    .first()
    .click();
  return { person, born: page.getByRole('textbox', { name: isGerman ? 'Geburtsdatum' : 'Birth date' }) };
};
const write = async (field: Locator, text: string): Promise<string> => {
  await field.fill(text);
  await field.blur();
  return field.inputValue();
};

describe('a field for a date', () => {
  it('takes a date in the usual ways of the language, and shows it as the console writes dates', async () => {
    const german = await newPatient('de-DE');
    for (const text of ['3.4.1961', '3.4.61', '03041961', '3. April 1961', '1961-04-03'])
      expect([text, await write(german.born, text)]).toEqual([text, '03.04.1961']);
    await german.person.close();
    const american = await newPatient('en-US');
    for (const text of ['4/3/1961', '04/03/61', 'apr 3 1961', '1961-04-03'])
      expect([text, await write(american.born, text)]).toEqual([text, 'Apr 3, 1961']);
    expect(american.person.complaints).toEqual([]);
    await american.person.close();
  });

  it('says what is wrong with a text that is no date, and the form does not save it', async () => {
    const { person, born } = await newPatient('de-DE');
    const { page } = person;
    const name = uniqueName('Falsch');
    await page.getByLabel('Vorname').fill('Eva');
    await page.getByLabel('Nachname').fill(name);
    await write(born, '31.2.1961');
    await page.getByText('Das ist kein Datum. Schreiben Sie es so: 24.04.1961.').waitFor();
    expect(await born.getAttribute('aria-invalid')).toBe('true');
    expect(await violationsOf(page)).toEqual([]);
    await born.press('Enter');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    const found = async () => {
      const { body } = await call(server.url, 'GET', `/patients?search=${name}`, {
        token: clinic.frontDesk.token,
      });
      return api.patients.list.answer.parse(body).data;
    };
    expect(await found()).toEqual([]);
    // Enter reads what was typed before the form is sent
    await born.fill('28.2.61');
    await born.press('Enter');
    await eventually(async () => (await found()).length === 1);
    expect((await found())[0]).toMatchObject({ birth_date: '1961-02-28' });
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('has a calendar of the language that is used with the keyboard alone', async () => {
    const { person, born } = await newPatient('de-DE');
    const { page } = person;
    await write(born, '31.3.1961');
    await born.press('Alt+ArrowDown');
    const calendar = page.getByRole('dialog', { name: 'Tag auswählen' });
    const grid = calendar.getByRole('grid', { name: 'März 1961' });
    await grid.waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const untilOn = (day: string) => eventually(async () => (await focused()).endsWith(day), { what: day });
    await untilOn('31. März 1961');
    // weeks begin on Monday
    expect(await grid.getByRole('columnheader').first().innerText()).toBe('Mo');
    expect(await calendar.getByRole('gridcell', { selected: true }).innerText()).toBe('31');
    expect(await violationsOf(page)).toEqual([]);
    for (const [key, day] of [
      ['ArrowLeft', '30. März 1961'],
      ['ArrowUp', '23. März 1961'],
      ['ArrowRight', '24. März 1961'],
      ['ArrowDown', '31. März 1961'],
      ['Home', '27. März 1961'],
      ['End', '2. April 1961'],
      ['PageUp', '2. März 1961'],
      ['PageDown', '2. April 1961'],
      ['Shift+PageUp', '2. April 1960'],
      ['Shift+PageDown', '2. April 1961'],
    ] as const) {
      await page.keyboard.press(key);
      await untilOn(day);
    }
    // Escape closes the calendar alone, and the form stays
    await page.keyboard.press('Escape');
    await calendar.waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog', { name: 'Eingaben verwerfen?' }).count()).toBe(0);
    await untilValue(born, '31.03.1961');
    await page.getByRole('button', { name: 'Kalender' }).press('Enter');
    await untilOn('31. März 1961');
    await page.keyboard.press('ArrowRight');
    await untilOn('1. April 1961');
    await page.keyboard.press('Enter');
    await calendar.waitFor({ state: 'detached' });
    await untilValue(born, '01.04.1961');
    // the day has left the form to go back to where the calendar was opened
    await eventually(async () => (await focused()) === 'Kalender');
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('has a calendar that Escape closes without closing the form behind it, also one in which nothing was typed', async () => {
    const { person, born } = await newPatient('de-DE');
    const { page } = person;
    const form = page.getByRole('dialog', { name: 'Neuer Patient' });
    const calendar = page.getByRole('dialog', { name: 'Tag auswählen' });
    const opener = form.getByRole('button', { name: 'Kalender' });
    await born.waitFor();
    for (const place of ['day', 'month', 'nothing']) {
      await opener.click();
      await calendar.getByRole('grid').waitFor();
      if (place === 'month') await calendar.getByLabel('Monat', { exact: true }).focus();
      if (place === 'nothing') await calendar.getByRole('columnheader').first().click();
      await page.keyboard.press('Escape');
      await calendar.waitFor({ state: 'detached' });
      // the focus is back where the calendar was opened, in a form that stays
      await eventually(() => opener.evaluate((button) => button === document.activeElement), {
        what: `the focus after Escape on ${place}`,
      });
      expect(await page.getByRole('dialog').count()).toBe(1);
    }
    await opener.press('Enter');
    const focusedDay = calendar.getByRole('gridcell').locator('button:focus');
    await focusedDay.waitFor();
    await focusedDay.press('Enter');
    await calendar.waitFor({ state: 'detached' });
    expect(await born.inputValue()).not.toBe('');
    // with the calendar closed, Escape belongs to the form again
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Eingaben verwerfen?' }).waitFor();
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('has a calendar that opens at what is typed, and that is named after a field without a label in sight', async () => {
    const { person, born } = await newPatient('de-DE');
    const { page } = person;
    await born.fill('28.2.61');
    await born.press('Alt+ArrowDown');
    const grid = page
      .getByRole('dialog', { name: 'Tag auswählen' })
      .getByRole('grid', { name: 'Februar 1961' });
    await grid.getByRole('gridcell', { selected: true }).getByText('28').waitFor();
    await untilValue(born, '28.02.1961');
    expect(person.complaints).toEqual([]);
    await person.close();
    const admin = await signedIn(clinic.admin);
    await admin.page.goto(`${server.url}/audit/`);
    for (const field of ['From day', 'To day'])
      await admin.page.getByRole('button', { name: `Calendar: ${field}`, exact: true }).waitFor();
    await admin.close();
  });

  it('finds a birth date of long ago by month and year, on a phone', async () => {
    const person = await signedIn(clinic.frontDesk, {
      locale: 'en-GB',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const { page } = person;
    await page.goto(`${server.url}/patients/`);
    await page.getByRole('button', { name: 'New patient' }).first().click();
    await page.getByRole('button', { name: 'Calendar' }).tap();
    const calendar = page.getByRole('dialog', { name: 'Choose a day' });
    await calendar.getByLabel('Year').selectOption('1938');
    await calendar.getByLabel('Month', { exact: true }).selectOption('November');
    expect(await overflowOf(page)).toBe(0);
    const box = await calendar.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    await calendar.getByRole('button', { name: /^Wednesday,? 9 November 1938$/ }).tap();
    await untilValue(page.getByRole('textbox', { name: 'Birth date' }), '9 Nov 1938');
    await person.close();
  });

  it('turns the day of the schedule only to a date that is whole', async () => {
    const person = await signedIn(clinic.frontDesk);
    const { page } = person;
    await page.goto(`${server.url}/schedule/?date=2030-01-15`);
    const day = page.getByRole('textbox', { name: 'Date' });
    await day.waitFor();
    await untilValue(day, '15 Jan 2030');
    await day.fill('');
    await day.pressSequentially('17/01/2031');
    await page.waitForURL(/date=2031-01-17/);
    await day.fill('nonsense');
    await day.blur();
    await page.getByText('Not a date. Write it like').waitFor();
    expect(page.url()).toContain('date=2031-01-17');
    // a day that comes from elsewhere is shown in place of what was typed
    await page.getByRole('button', { name: 'Next day' }).click();
    await eventually(async () => (await day.inputValue()) === '18 Jan 2031');
    expect(person.complaints).toEqual([]);
    await person.close();
  });
});

describe('a field for a time', () => {
  it('takes a time in the usual ways and shows it as the console writes times', async () => {
    for (const [locale, label, name, shown] of [
      ['de-DE', 'Zeit', 'Neuer Termin', '08:30'],
      ['en-US', 'Time', 'New appointment', '8:30 AM'],
    ] as const) {
      const person = await signIn(locale);
      const { page } = person;
      await page.goto(`${server.url}/schedule/?date=2030-01-15`);
      await page.getByRole('button', { name }).first().click();
      const time = page.getByRole('dialog').getByRole('textbox', { name: label, exact: true });
      for (const text of ['8:30', '830', '8.30', '08:30', '8:30 am'])
        expect([text, (await write(time, text)).replace(/\s/g, ' ')]).toEqual([text, shown]);
      await write(time, '8:75');
      await page.getByText(locale === 'de-DE' ? 'Das ist keine Uhrzeit.' : 'Not a time.').waitFor();
      expect(person.complaints).toEqual([]);
      await person.close();
    }
  });
});
