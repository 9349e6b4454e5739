import { call } from '../support/http.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilFocused, untilValue } from './support/fields.js';
import { createPatient, createPatients, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const openAs = async (who: 'clinician' | 'frontDesk' | 'admin') => {
  const person = await ConsolePage.open(browser, server);
  await person.signIn(clinic[who]);
  await person.untilConnection('Live');
  await person.page.getByRole('searchbox').waitFor();
  return person;
};

describe('the patient list', () => {
  it('shows to each of two people what the other does, without a reload', async () => {
    const [anna, tom] = await Promise.all([openAs('clinician'), openAs('frontDesk')]);
    const name = uniqueName('Brandnew');

    await anna.page.getByRole('button', { name: 'New patient' }).first().click();
    await anna.page.getByLabel('First name').fill('Zoe');
    await anna.page.getByLabel('Last name').fill(name);
    await anna.page.getByLabel('Clinical notes').fill('Allergic to penicillin');
    await anna.page.getByRole('button', { name: 'Save patient' }).click();
    await tom.row(name).waitFor();
    await anna.row(name).waitFor();

    const { body } = await call(server.url, 'GET', `/patients?search=${name}`, { token: clinic.admin.token });
    const id = (body as { data: { id: string }[] }).data[0]?.id ?? '';
    await updatePatient(server, clinic.frontDesk, id, { phone: '+44 20 7946 0018' });
    // whoever made a patient has it open, and the list beside it has no room for the phone
    await anna.page.getByRole('complementary').getByText('+44 20 7946 0018').waitFor();
    await tom.row(name).getByText('+44 20 7946 0018').waitFor();

    await call(server.url, 'DELETE', `/patients/${id}`, { token: clinic.clinician.token });
    await anna.row(name).waitFor({ state: 'detached' });
    await tom.row(name).waitFor({ state: 'detached' });
    expect([...anna.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([anna.close(), tom.close()]);
  });

  it('says which row has just changed, also to those who cannot see colours', async () => {
    const patient = await createPatient(server, clinic.clinician, { last_name: uniqueName('Flash') });
    const anna = await openAs('clinician');
    await anna.row(patient.last_name).waitFor();
    // The mark stays for four seconds: wait for it before it comes.
    await Promise.all([
      anna.row(patient.last_name).getByText('just changed by Test front_desk').waitFor(),
      updatePatient(server, clinic.frontDesk, patient.id, { phone: '+44 20 7946 0018' }),
    ]);
    await anna.row(patient.last_name).getByText('just changed').waitFor({ state: 'detached' });
    await anna.close();
  });

  it('keeps clinical notes from the front desk', async () => {
    const tom = await openAs('frontDesk');
    await tom.page.getByRole('button', { name: 'New patient' }).first().click();
    await tom.page.getByLabel('First name').waitFor();
    expect(await tom.page.getByLabel('Clinical notes').count()).toBe(0);
    await tom.close();
  });

  it('teaches what to do while there is nobody in it', async () => {
    const anna = await openAs('clinician');
    await anna.page.getByRole('heading', { name: 'No patients yet' }).waitFor();
    const { last_name } = await createPatient(server, clinic.frontDesk, { last_name: uniqueName('First') });
    await anna.row(last_name).waitFor();
    await anna.close();
  });

  it('loads as far as one scrolls, and says when everybody is there', async () => {
    await createPatients(server, clinic.clinician, 450);
    const anna = await openAs('clinician');
    await anna.page.getByText('100 patients loaded').waitFor();
    await anna.page.getByRole('grid').focus();
    // Each jump to the end asks for the page behind it.
    while ((await anna.page.getByText('450 patients', { exact: true }).count()) === 0) {
      await anna.page.keyboard.press('End');
    }
    await anna.page.keyboard.press('End');
    await anna.row('Patient000449').waitFor();
    // Only what is in sight is in the document.
    expect(await anna.page.getByRole('row').count()).toBeLessThan(60);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('finds on the server whom the browser has not loaded, and stays live while it shows a search', async () => {
    await createPatients(server, clinic.clinician, 300);
    const anna = await openAs('clinician');
    await anna.page.keyboard.press('/');
    await anna.page.keyboard.type('patient000299');
    await anna.page.getByText('1 patient found').waitFor();
    await anna.row('Patient000299').waitFor();
    await createPatient(server, clinic.frontDesk, { last_name: 'Patient000299', first_name: 'Twin' });
    await anna.page.getByText('2 patients found').waitFor();
    await createPatient(server, clinic.frontDesk, { last_name: 'Somebody', first_name: 'Else' });
    expect(await anna.row('Somebody').count()).toBe(0);
    // A name is nobody's business who reads addresses.
    expect(anna.page.url()).not.toContain('patient000299');
    await anna.page.keyboard.press('Escape');
    await anna.page.getByText('100 patients loaded').waitFor();
    await anna.close();
  });

  it('says that nobody was found, and how to find somebody', async () => {
    await createPatients(server, clinic.clinician, 3);
    const anna = await openAs('clinician');
    await anna.page.getByRole('searchbox').fill('nobody has this name');
    await anna.page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    await anna.page.getByRole('main').getByRole('button', { name: 'Clear search' }).last().click();
    await anna.row('Patient000002').waitFor();
    await anna.close();
  });

  it('keeps in its place what one reads while rows come above it', async () => {
    await createPatients(server, clinic.clinician, 90);
    const anna = await openAs('clinician');
    await anna.row('Patient000000').waitFor();
    const row = anna.row('Patient000050');
    const grid = anna.page.getByRole('grid');
    await grid.evaluate((element) => element.scrollTo({ top: 1_800 }));
    await row.waitFor();
    const before = await row.boundingBox();
    await createPatient(server, clinic.frontDesk, { last_name: 'Aaron' });
    await anna.page.getByText('91 patients').waitFor();
    expect((await row.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
    await anna.close();
  });
});

describe('the form for a new patient', () => {
  it('marks what the contract does not allow, before the server is asked', async () => {
    const anna = await openAs('clinician');
    await anna.page.keyboard.press('n');
    await anna.page.getByLabel('E-mail').fill('nonsense');
    await anna.page.getByRole('button', { name: 'Save patient' }).click();
    const dialog = anna.page.getByRole('dialog');
    await dialog.getByText('Enter an address like').waitFor();
    expect(await dialog.getByText('Required').count()).toBe(2);
    await untilFocused(anna.page.getByLabel('First name'));
    await anna.close();
  });

  it('says at the field that an MRN is taken', async () => {
    await createPatient(server, clinic.clinician, { mrn: 'TAKEN-1' });
    const anna = await openAs('clinician');
    await anna.page.keyboard.press('n');
    await anna.page.getByLabel('First name').fill('Zoe');
    await anna.page.getByLabel('Last name').fill('Abel');
    await anna.page.getByLabel('MRN').fill('TAKEN-1');
    await anna.page.getByRole('button', { name: 'Save patient' }).click();
    await anna.page.getByText('Another patient has this MRN').waitFor();
    await anna.page.getByLabel('MRN').fill(uniqueName('FREE-'));
    await anna.page.getByRole('button', { name: 'Save patient' }).click();
    await anna.page.getByRole('dialog').waitFor({ state: 'detached' });
    await anna.close();
  });

  it('shows who may be there already while names are typed, and makes another patient only when told so', async () => {
    const last_name = uniqueName('Özgür');
    const there = await createPatient(server, clinic.clinician, {
      first_name: 'Jürgen',
      last_name,
      birth_date: '1961-04-03',
      mrn: uniqueName('TWIN-'),
    });
    const anna = await openAs('clinician');
    const drawer = anna.page.getByRole('dialog');
    await anna.page.keyboard.press('n');
    // swapped, without accents, with a slip
    await drawer.getByLabel('First name').fill(last_name.replace('Özgür', 'Ozgur'));
    await drawer.getByLabel('Last name').fill('Jurgne');
    const duplicates = drawer.getByRole('region', { name: 'Is it one of these?' });
    await duplicates.getByText(`${last_name}, Jürgen`).waitFor();
    await duplicates.getByText(there.mrn).waitFor();
    await duplicates.getByText('3 Apr 1961').waitFor();
    await drawer.getByLabel('Last name').fill('Somebodyelse');
    await duplicates.waitFor({ state: 'detached' });
    await drawer.getByLabel('Last name').fill('Jürgen');
    await duplicates.getByRole('button', { name: `Open this patient: ${last_name}, Jürgen` }).click();
    await drawer.waitFor({ state: 'detached' });
    await anna.page.getByRole('complementary').getByText(there.mrn).waitFor();

    // a save that is faster than the search is held back once
    let isSent: () => void = () => undefined;
    const sent = new Promise<void>((resolve) => (isSent = resolve));
    await anna.page.route('**/api/v1/patients/duplicates', async (route) => {
      await sent;
      await route.continue();
    });
    await anna.page.keyboard.press('n');
    await drawer.getByLabel('First name').fill('Jürgen');
    await drawer.getByLabel('Last name').fill(last_name);
    await anna.page.keyboard.press('Enter');
    isSent();
    await duplicates.getByText(there.mrn).waitFor();
    await drawer.getByRole('button', { name: 'Save as another patient' }).click();
    await drawer.waitFor({ state: 'detached' });
    const { body } = await call(server.url, 'GET', `/patients?search=${encodeURIComponent(last_name)}`, {
      token: clinic.clinician.token,
    });
    expect((body as { data: unknown[] }).data).toHaveLength(2);
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('finds in the list what a person means, also as the list prints it', async () => {
    const last_name = uniqueName('Ångström');
    await createPatient(server, clinic.clinician, {
      first_name: 'Åsa',
      last_name,
      birth_date: '1961-04-03',
      phone: '(833) 707-5693',
    });
    const anna = await openAs('clinician');
    for (const text of [
      `${last_name}, Åsa`,
      last_name.replace('Ångström', 'angstrom'),
      '8337075693',
      '3.4.1961 asa',
    ]) {
      await anna.page.getByRole('searchbox').fill(text);
      await anna.row(last_name).waitFor();
      await anna.page.getByRole('searchbox').fill(`${text} nobody`);
      await anna.row(last_name).waitFor({ state: 'detached' });
    }
    await anna.close();
  });

  it('asks before it throws away what was entered', async () => {
    const anna = await openAs('clinician');
    await anna.page.keyboard.press('n');
    await anna.page.getByLabel('First name').fill('Zoe');
    await anna.page.keyboard.press('Escape');
    await anna.page.getByRole('button', { name: 'Keep editing' }).click();
    await untilValue(anna.page.getByLabel('First name'), 'Zoe');
    await anna.page.keyboard.press('Escape');
    await anna.page.getByRole('button', { name: 'Discard' }).click();
    await anna.page.getByRole('dialog').waitFor({ state: 'detached' });
    await anna.close();
  });
});

describe('the panel of a patient', () => {
  it('covers the list on a phone, which is then neither read aloud nor reached by keys, and gives the cursor back', async () => {
    const { id, mrn, last_name } = await createPatient(server, clinic.clinician, {
      last_name: uniqueName('Auer'),
    });
    const anna = await openAs('clinician');
    const { page } = anna;
    const panel = page.getByRole('complementary', { name: 'Patient' });
    await page.setViewportSize({ width: 390, height: 844 });
    await anna.row(last_name).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await panel.getByText(mrn).waitFor();
    expect(page.url()).toContain(id);
    const covered = [
      page.getByRole('searchbox'),
      page.getByRole('grid'),
      page.getByRole('heading', { level: 1 }),
    ];
    for (const each of covered) expect(await each.count()).toBe(0);
    await page.getByRole('button', { name: /^Account of/ }).waitFor();
    const reached = new Set<string>();
    for (let key = 0; key < 40; key += 1) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const { activeElement: at } = document;
          return at?.closest('aside') ? 'panel' : at?.closest('main') ? 'list' : 'frame';
        }),
      );
    }
    expect([...reached].sort()).toEqual(['frame', 'panel']);

    await page.setViewportSize({ width: 1440, height: 844 });
    for (const each of covered) await each.waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('grid').waitFor({ state: 'hidden' });
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
    await eventually(() => page.getByRole('grid').evaluate((grid) => grid === document.activeElement));
    expect(anna.complaints).toEqual([]);
    await anna.close();
  });

  it('keeps a number with hyphens on one line', async () => {
    const mrn = 'MRN-2026-ABCDEF-0012345-XYZ';
    const { last_name } = await createPatient(server, clinic.clinician, {
      last_name: uniqueName('Auer'),
      mrn,
    });
    const anna = await openAs('clinician');
    const { page } = anna;
    await anna.row(last_name).click();
    for (const width of [390, 1000, 1440]) {
      await page.setViewportSize({ width, height: 844 });
      const lines = await page
        .getByRole('complementary', { name: 'Patient' })
        .getByText(mrn, { exact: true })
        .evaluate((element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        });
      expect([width, lines]).toEqual([width, 1]);
    }
    await anna.close();
  });
});
