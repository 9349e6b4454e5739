import type { Patient } from '@wardbell/contract';
import { createTenant, type TestTenant, type TestUser } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { createPatient, uniqueName, updatePatient } from './support/patients.js';

let clinic: TestTenant;
let patient: Patient;
beforeEach(async () => {
  clinic = await createTenant(server);
  patient = await createPatient(server, clinic.clinician, {
    first_name: 'Mae',
    last_name: uniqueName('Auer'),
  });
});

const openPatient = async (person: ConsolePage) => {
  await person.page.goto(`${server.url}/patients/?id=${patient.id}`);
  await panelOf(person)
    .getByRole('heading', { name: `Mae ${patient.last_name}` })
    .waitFor();
  await person.untilConnection('Live');
};
const open = async (who: TestUser): Promise<ConsolePage> => {
  const person = await signedIn(who);
  await openPatient(person);
  return person;
};
const panelOf = ({ page }: ConsolePage) => page.getByRole('complementary', { name: 'Patient' });
const formOf = ({ page }: ConsolePage) => page.getByRole('dialog', { name: 'Edit patient' });
const edit = async (person: ConsolePage) => {
  await panelOf(person).getByRole('button', { name: 'Edit' }).click();
  await formOf(person).waitFor();
};

describe('who else is at a patient', () => {
  it('is said in details and form before two people save, and not any more once a form or a tab is closed', async () => {
    const [anna, tom] = [await open(clinic.clinician), await open(clinic.frontDesk)];
    await panelOf(anna).getByText('Test front_desk is looking at this').waitFor();
    await panelOf(tom).getByText('Test clinician is looking at this').waitFor();

    await edit(anna);
    await panelOf(tom).getByText('Test clinician is editing this').waitFor();
    await edit(tom);
    await formOf(anna).getByText('Test front_desk is editing this').waitFor();
    await formOf(tom).getByText('Whoever saves second is shown what the other has changed.').waitFor();
    expect(await violationsOf(tom.page)).toEqual([]);

    await anna.page.keyboard.press('Escape');
    await formOf(tom).getByText('Test clinician is editing this').waitFor({ state: 'detached' });
    await formOf(tom).getByText('Test clinician is looking at this').waitFor();
    await anna.page.close({ runBeforeUnload: true });
    await formOf(tom).getByText('Test clinician').waitFor({ state: 'detached' });
    expect([...anna.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([anna.context.close(), tom.close()]);
  });

  it('is said in every tab of a browser, of which one has the connection', async () => {
    const anna = await open(clinic.clinician);
    const second = await anna.openTab(`/patients/?id=${patient.id}`);
    await second.untilConnection('Live');
    const tom = await open(clinic.frontDesk);
    for (const tab of [anna, second])
      await panelOf(tab).getByText('Test front_desk is looking at this').waitFor();
    await edit(second);
    await panelOf(tom).getByText('Test clinician is editing this').waitFor();
    await second.page.goto('about:blank');
    await panelOf(tom).getByText('Test clinician is looking at this').waitFor();
    await anna.page.goto(`${server.url}/schedule/`);
    await panelOf(tom).getByText('Test clinician').waitFor({ state: 'detached' });
    await Promise.all([anna.close(), tom.close()]);
  });

  it('ends with the lock of a screen, and comes back with the connection after the network was away', async () => {
    const [anna, tom] = [await open(clinic.clinician), await open(clinic.frontDesk)];
    await panelOf(tom).getByText('Test clinician is looking at this').waitFor();
    await tom.untilPartsLoaded();
    await tom.context.setOffline(true);
    await panelOf(tom).getByText('Test clinician is looking at this').waitFor({ state: 'detached' });
    await tom.context.setOffline(false);
    await tom.untilConnection('Live');
    await panelOf(tom).getByText('Test clinician is looking at this').waitFor();

    await anna.page.keyboard.press('Control+k');
    await anna.page.getByRole('combobox', { name: 'Find a page or action' }).fill('lock');
    await anna.page.keyboard.press('Enter');
    await anna.page.getByRole('heading', { name: 'Locked' }).waitFor();
    await panelOf(tom).getByText('Test clinician').waitFor({ state: 'detached' });
    const rows = () =>
      database.query('SELECT FROM wardbell.object_presence WHERE user_id = $1', [clinic.clinician.id]);
    await eventually(async () => (await rows()).length === 0);
    await Promise.all([anna.close(), tom.close()]);
  });

  it('is not said of a patient who was restricted, to those who may not see the patient', async () => {
    const [anna, admin] = [await open(clinic.clinician), await open(clinic.admin)];
    await panelOf(anna).getByText('Test tenant_admin is looking at this').waitFor();
    await updatePatient(server, clinic.admin, patient.id, { restricted: true, restricted_to: [] });
    await panelOf(anna).getByText('Test tenant_admin').waitFor({ state: 'detached' });
    await panelOf(admin).getByText('Test clinician').waitFor({ state: 'detached' });
    await Promise.all([anna.close(), admin.close()]);
  });
});

it('says who else is at an appointment, in details and form', async () => {
  const appointment = await createAppointment(server, clinic.frontDesk, {
    patient_id: patient.id,
    datetime: '2030-01-15T10:00:00.000Z',
  });
  const people = await Promise.all([signedIn(clinic.clinician), signedIn(clinic.frontDesk)]);
  const [anna, tom] = people;
  for (const person of people)
    await person.page.goto(`${server.url}/schedule/?date=2030-01-15&id=${appointment.id}`);
  const panel = ({ page }: ConsolePage) => page.getByRole('complementary', { name: 'Appointment' });
  await panel(anna).getByText('Test front_desk is looking at this').waitFor();
  await panel(tom).getByRole('button', { name: 'Edit' }).click();
  await panel(anna).getByText('Test front_desk is editing this').waitFor();
  expect([...anna.complaints, ...tom.complaints]).toEqual([]);
  await Promise.all(people.map((person) => person.close()));
});
