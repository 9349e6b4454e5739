import type { Page } from 'playwright-core';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { createAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { EnglishFinder } from './support/english.js';
import { untilValue } from './support/fields.js';
import { cutOffOf, overflowOf } from './support/narrow.js';
import { createPatient } from './support/patients.js';

let clinic: TestTenant;
let appointmentId: string;
let patientId: string;
const english = new EnglishFinder('fr');

const DAY = '2030-01-15';
/** In the menu of the rooms. */
const LIVE = 'Connexion : En direct';

beforeAll(async () => {
  clinic = await createTenant(server);
  const patient = await createPatient(server, clinic.clinician, {
    first_name: 'Élodie',
    last_name: 'Marchand',
    birth_date: '1984-03-12',
    gender: 'female',
  });
  patientId = patient.id;
  const appointment = await createAppointment(server, clinic.frontDesk, {
    patient_id: patient.id,
    type: 'Pansement',
    datetime: `${DAY}T09:00:00.000Z`,
    practitioner: 'Dr Roux',
    room: 'Salle 2',
  });
  appointmentId = appointment.id;
});

const langOf = (page: Page) => page.evaluate(() => document.documentElement.lang);

/** Signs in on the French page, with the keyboard where it already is. */
const signInInFrench = async (who: { email: string; password: string }, path = '/') => {
  const person = await ConsolePage.open(browser, { url: `${server.url}${path}` }, { locale: 'fr-FR' });
  const { page } = person;
  await page.getByRole('textbox', { name: 'E-mail' }).fill(who.email);
  await page.getByLabel('Mot de passe', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Se connecter', exact: true }).click();
  await page.getByRole('button', { name: LIVE }).waitFor();
  return person;
};

describe('the sign-in page', () => {
  it('changes its language by keys alone, and the choice is kept after sign-in and after a reload', async () => {
    const person = await ConsolePage.open(browser, server);
    const { page } = person;
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const email = page.getByRole('textbox', { name: 'E-mail' });
    await email.fill(clinic.clinician.email);
    const choice = page.getByRole('group', { name: 'Language' });
    const current = choice.getByRole('radio', { name: 'English', checked: true });
    await current.waitFor();
    const isReached = () => current.evaluate((radio) => radio === document.activeElement);
    for (let stops = 0; stops < 20 && !(await isReached()); stops++) await page.keyboard.press('Tab');
    expect(await isReached()).toBe(true);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Connexion' }).waitFor();
    expect(await langOf(page)).toBe('fr');
    await page.getByRole('group', { name: 'Langue' }).getByRole('radio', { name: 'Français' }).waitFor();
    await untilValue(email, clinic.clinician.email);
    expect(await violationsOf(page)).toEqual([]);
    expect(await english.find(page)).toEqual([]);

    await page.getByLabel('Mot de passe', { exact: true }).fill(clinic.clinician.password);
    await page.keyboard.press('Enter');
    for (const load of [() => Promise.resolve(null), () => page.reload()]) {
      await load();
      await page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
      await page
        .getByRole('navigation', { name: 'Rubriques' })
        .getByRole('link', { name: 'Agenda' })
        .waitFor();
      expect(await langOf(page)).toBe('fr');
    }
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('names the clinic that the browser was last used for, and none after a super admin', async () => {
    const person = await ConsolePage.open(browser, server);
    const { page } = person;
    const name = page.getByRole('main').getByText(`Clinic ${clinic.slug}`);
    const leave = async () => {
      await page.getByRole('button', { name: /^Account of/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('You have signed out.').waitFor();
    };
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await name.count()).toBe(0);
    await person.signIn(clinic.clinician);
    await leave();
    await name.waitFor();
    await person.signIn(SUPER_ADMIN);
    await leave();
    expect(await name.count()).toBe(0);
    await person.close();
  });
});

describe('in French', () => {
  const names = () => [
    `Clinic ${clinic.slug}`,
    'Test clinician',
    'Test front_desk',
    'Test tenant_admin',
    clinic.slug,
    'Super admin',
  ];
  const ready = (page: Page) => page.getByRole('heading', { level: 1 }).first().waitFor();

  it('a text that is in no catalogue is found', async () => {
    const person = await signInInFrench(clinic.clinician);
    await ready(person.page);
    await person.page.evaluate(() => {
      const hardCoded = document.createElement('button');
      hardCoded.append('Save the patient');
      hardCoded.ariaLabel = 'Undo changes';
      document.body.append(hardCoded);
    });
    expect(await english.find(person.page, names())).toEqual(['Undo changes', 'Save the patient']);
    await person.close();
  });

  it.each([
    ['nurse', 'clinician'],
    ['clinic admin', 'admin'],
    ['super admin', null],
  ] as const)('a %s meets no English in any room, and nothing is cut off', async (_, who) => {
    const person = await signInInFrench(who === null ? SUPER_ADMIN : clinic[who]);
    const { page } = person;
    const expectFrench = async (where: string) => {
      expect({ where, english: await english.find(page, names()) }).toEqual({ where, english: [] });
      expect({ where, overflow: await overflowOf(page) }).toEqual({ where, overflow: 0 });
      expect({ where, cutOff: await cutOffOf(page) }).toEqual({ where, cutOff: [] });
    };
    const links = page.getByRole('navigation', { name: 'Rubriques' }).getByRole('link');
    const rooms = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(rooms.length).toBeGreaterThan(2);
    for (const room of rooms) {
      await page.goto(`${server.url}${room}`);
      await page.getByRole('button', { name: LIVE }).waitFor();
      await ready(page);
      await expectFrench(room);
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        await page.locator('[role="tab"][aria-selected="true"]').waitFor();
        await expectFrench(`${room} ${await tab.textContent()}`);
      }
    }
    if (who !== null) {
      await page.goto(`${server.url}/patients/?id=${patientId}`);
      await page.getByRole('complementary', { name: 'Patient' }).getByText('12 mars 1984').waitFor();
      await expectFrench('a patient');
      await page.getByRole('button', { name: 'Modifier' }).click();
      await page.getByRole('dialog').getByLabel('N° de dossier').waitFor();
      await expectFrench('the form of a patient');
      await page.goto(`${server.url}/schedule/?date=${DAY}&id=${appointmentId}`);
      const panel = page.getByRole('complementary', { name: 'Rendez-vous' });
      await panel.getByText('mar. 15 janv. 2030', { exact: false }).waitFor();
      await panel.getByText('Que signifient ces étapes').click();
      await panel.getByText('Le patient est là et attend', { exact: false }).waitFor();
      await expectFrench('an appointment');
    }
    await page.getByRole('button', { name: /^Compte de/ }).click();
    await page.getByRole('button', { name: 'Compte et sécurité' }).waitFor();
    await expectFrench('the menu of the account');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await expectFrench('the palette');
    expect(person.complaints).toEqual([]);
    await person.close();
  });
});
