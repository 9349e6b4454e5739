import { Patient } from '@wardbell/contract';
import { call } from '../support/http.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { descriptionOf } from './support/described.js';
import { untilFocused, untilValue } from './support/fields.js';
import { createPatient, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;
let anna: ConsolePage;
let patient: Patient;

beforeAll(async () => {
  clinic = await createTenant(server);
});
beforeEach(async () => {
  patient = await createPatient(server, clinic.clinician, {
    first_name: 'Mae',
    last_name: uniqueName('Auer'),
    phone: '+44 20 7946 0001',
  });
  anna = await ConsolePage.open(browser, server);
  await anna.signIn(clinic.clinician);
  await anna.untilConnection('Live');
  await anna.row(patient.last_name).waitFor();
});
afterEach(() => anna.close());

const panel = () => anna.page.getByRole('complementary', { name: 'Patient' });
const stored = () =>
  must(Patient, server, 'GET', `/patients/${patient.id}`, { token: clinic.clinician.token });
const exists = async () =>
  (await call(server.url, 'GET', `/patients/${patient.id}`, { token: clinic.clinician.token })).status ===
  200;

const edit = async () => {
  await anna.row(patient.last_name).click();
  await panel().getByRole('button', { name: 'Edit' }).click();
  await anna.page.getByRole('dialog').waitFor();
};
const save = () => anna.page.getByRole('button', { name: 'Save changes' }).click();
const untilSaved = () => anna.page.getByRole('dialog').waitFor({ state: 'detached' });

/** Lets a colleague save in the very moment in which Anna does, so that the server has to refuse her (412). */
const colleagueSavesFirst = async (body: Record<string, unknown>) => {
  await anna.page.route(
    `**/api/v1/patients/${patient.id}`,
    async (route) => {
      await updatePatient(server, clinic.frontDesk, patient.id, body);
      await route.continue();
    },
    { times: 1 },
  );
};

describe('the details of a patient', () => {
  it('open by key, follow what others change, and give the cursor back to the list', async () => {
    await anna.page.getByRole('searchbox').fill(patient.last_name);
    await anna.page.getByText('1 patient found').waitFor();
    await anna.page.keyboard.press('ArrowDown');
    await anna.page.keyboard.press('Enter');
    await panel()
      .getByRole('heading', { name: `Mae ${patient.last_name}` })
      .waitFor();
    await updatePatient(server, clinic.frontDesk, patient.id, { phone: '+44 20 7946 0018' });
    await panel().getByText('+44 20 7946 0018').waitFor();
    await panel()
      .getByText(/ by Test front_desk$/)
      .waitFor();
    const appointment = { patient_id: patient.id, datetime: '2030-01-15T10:30:00Z', type: 'Check-up' };
    await call(server.url, 'POST', '/appointments', { token: clinic.frontDesk.token, body: appointment });
    await panel().getByText('Check-up').waitFor();
    const booked = panel().getByRole('link', { name: /2030/ });
    expect(await booked.getAttribute('href')).toMatch(/^\/schedule\/\?date=2030-01-15&id=[0-9a-f-]{36}$/);
    const phone = panel().getByRole('link', { name: '+44 20 7946 0018' });
    for (const target of [booked, phone])
      expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(24);
    await panel().getByText('Deleting this patient deletes the appointments too').waitFor();
    expect(await violationsOf(anna.page)).toEqual([]);
    await anna.page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
    await untilFocused(anna.page.getByRole('grid'));
    expect(anna.complaints).toEqual([]);
  });

  it('can be linked to, and the link names nobody', async () => {
    await anna.row(patient.last_name).click();
    await panel()
      .getByRole('heading', { name: `Mae ${patient.last_name}` })
      .waitFor();
    expect(anna.page.url()).toBe(`${server.url}/patients/?id=${patient.id}`);
    await anna.page.reload();
    await panel()
      .getByRole('heading', { name: `Mae ${patient.last_name}` })
      .waitFor();
    await anna.page.getByRole('button', { name: 'Close' }).click();
    expect(anna.page.url()).toBe(`${server.url}/patients/`);
  });

  it('say so when a colleague deletes the patient', async () => {
    await anna.row(patient.last_name).click();
    await panel()
      .getByRole('heading', { name: `Mae ${patient.last_name}` })
      .waitFor();
    await call(server.url, 'DELETE', `/patients/${patient.id}`, { token: clinic.frontDesk.token });
    await panel().getByRole('heading', { name: 'This patient is no longer here' }).waitFor();
  });
});

describe('editing when somebody else saves first', () => {
  it('keeps both when they changed different fields, without a question', async () => {
    await edit();
    await anna.page.getByLabel('First name').fill('Maeve');
    await colleagueSavesFirst({ email: 'mae@example.org' });
    await save();
    await untilSaved();
    expect(await stored()).toMatchObject({ first_name: 'Maeve', email: 'mae@example.org', version: 3 });
  });

  it('asks where they changed the same, and overwrites only what one has seen', async () => {
    await edit();
    await anna.page.getByLabel('Phone').fill('111');
    await colleagueSavesFirst({ phone: '222' });
    await save();
    await anna.page.getByText('You both changed the same.').waitFor();
    expect(await stored()).toMatchObject({ phone: '222', version: 2 });
    await untilValue(anna.page.getByLabel('Phone'), '111');
    expect(await violationsOf(anna.page)).toEqual([]);
    await save();
    await untilSaved();
    expect(await stored()).toMatchObject({ phone: '111', version: 3 });
  });

  it('shows a colleague’s change in the open form at once, and takes theirs on demand', async () => {
    await edit();
    await anna.page.getByLabel('Phone').fill('111');
    await updatePatient(server, clinic.frontDesk, patient.id, { phone: '222', email: 'mae@example.org' });
    await anna.page.getByText('You both changed the same.').waitFor();
    await untilValue(anna.page.getByLabel('E-mail'), 'mae@example.org');
    const theirs = anna.page.getByRole('button', { name: 'Use theirs' });
    expect(await descriptionOf(theirs)).toBe('Phone: 222');
    await theirs.click();
    await save();
    await untilSaved();
    expect(await stored()).toMatchObject({ phone: '222', email: 'mae@example.org', version: 2 });
  });
});

describe('deleting', () => {
  /** It can be taken back for eight seconds, in which tests do nothing else. */
  const remove = async () => {
    await anna.row(patient.last_name).click();
    await panel().getByRole('button', { name: 'Delete' }).click();
  };

  it('can be taken back, and nobody else has seen anything', async () => {
    await remove();
    await anna.page.getByRole('button', { name: 'Undo' }).click();
    await anna.row(patient.last_name).waitFor();
    expect(await stored()).toMatchObject({ version: 1 });
  });

  it('happens when the page is left meanwhile', async () => {
    await remove();
    await anna.row(patient.last_name).waitFor({ state: 'detached' });
    await anna.page.goto('about:blank');
    await eventually(async () => !(await exists()), { what: 'the patient deleted' });
  });

  it('does not happen to a patient whom a colleague has just changed, and says so', async () => {
    await remove();
    await updatePatient(server, clinic.frontDesk, patient.id, { phone: '222' });
    await anna.page.getByText('A colleague has just changed this patient.').waitFor();
    await anna.row(patient.last_name).waitFor();
    expect(await stored()).toMatchObject({ phone: '222' });
  });
});
