import { beforeEach } from '@jest/globals';
import { Patient } from '@wardbell/contract';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { createAppointment } from './support/appointments.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { createPatient, readPatient, uniqueName } from './support/patients.js';

let clinic: TestTenant;
let last: string;
let kept: Patient;
let twin: Patient;

beforeEach(async () => {
  clinic = await createTenant(server);
  last = uniqueName('Auer');
  kept = await createPatient(server, clinic.clinician, { first_name: 'Mae', last_name: last, phone: '1' });
  twin = await createPatient(server, clinic.clinician, {
    first_name: 'Mae',
    last_name: last,
    birth_date: '1980-02-29',
    phone: '2',
  });
  for (const day of ['15', '16'])
    await createAppointment(server, clinic.frontDesk, {
      patient_id: twin.id,
      datetime: `2030-01-${day}T09:00:00Z`,
    });
});

const panelOf = ({ page }: ConsolePage) => page.getByRole('complementary', { name: 'Patient' });
const stored = (id: string) => readPatient(server, clinic.clinician, id);

describe('merging', () => {
  it('shows both records side by side, says what moves, and ends at the record that stays', async () => {
    const [anna, tom] = await Promise.all([signedIn(clinic.clinician), signedIn(clinic.frontDesk)]);
    const { page } = anna;
    await tom.row(twin.mrn).click();
    await panelOf(tom).getByText(twin.mrn).waitFor();
    await anna.row(kept.mrn).click();
    await panelOf(anna).getByRole('button', { name: 'Merge…' }).click();
    await page.getByRole('dialog', { name: 'Who is the same person?' }).waitFor();
    await page.getByRole('button', { name: `Compare with Mae ${last}, MRN ${twin.mrn}` }).click();
    const dialog = page.getByRole('dialog', { name: 'Merge two records' });
    await dialog.getByText('2 appointments move').waitFor();
    await dialog.getByText('This cannot be undone.').waitFor();
    expect(await dialog.getByRole('radiogroup', { name: 'First name' }).count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    // by keys: the birth date is proposed where only one record has it
    const phone = dialog.getByRole('radiogroup', { name: 'Phone' });
    await phone.getByRole('radio', { name: '1', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await phone.getByRole('radio', { name: '2', exact: true }).isChecked()).toBe(true);
    await dialog.getByRole('button', { name: 'Merge the records' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(`Merged into Mae ${last}, MRN ${kept.mrn}.`).waitFor();
    await anna.row(twin.mrn).waitFor({ state: 'detached' });
    expect(await stored(kept.id)).toMatchObject({ phone: '2', birth_date: '1980-02-29', mrn: kept.mrn });
    expect(await stored(twin.id)).toMatchObject({ merged_into: kept.id });
    // who has the other record open is led to the one that stays
    await panelOf(tom).getByText(kept.mrn).waitFor();
    await tom.page.waitForURL(`**/patients/?id=${kept.id}`);
    await eventually(async () => (await panelOf(tom).getByRole('link', { name: /2030/ }).count()) === 2, {
      what: 'the appointments of both',
    });
    // and so is who opens an old link, without a trap on the way back
    await page.goto(`${server.url}/patients/?id=${twin.id}`);
    await panelOf(anna).getByText(kept.mrn).waitFor();
    await page.waitForURL(`**/patients/?id=${kept.id}`);
    expect([...anna.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([anna.close(), tom.close()]);
  });

  it('keeps the record that is chosen, and says when a colleague has changed one meanwhile', async () => {
    const anna = await signedIn(clinic.admin);
    const { page } = anna;
    await anna.row(kept.mrn).click();
    await panelOf(anna).getByRole('button', { name: 'Merge…' }).click();
    await page.getByRole('button', { name: `Compare with Mae ${last}, MRN ${twin.mrn}` }).click();
    const dialog = page.getByRole('dialog', { name: 'Merge two records' });
    await dialog.getByRole('radiogroup', { name: 'Which record stays?' }).getByRole('radio').last().click();
    await dialog.getByText('No appointment has to move').waitFor();
    // in the very moment in which she confirms
    await page.route(
      `**/api/v1/patients/${kept.id}/merge`,
      async (route) => {
        await must(Patient, server, 'PATCH', `/patients/${kept.id}`, {
          token: clinic.frontDesk.token,
          body: { phone: '3' },
        });
        await route.continue();
      },
      { times: 1 },
    );
    await dialog.getByRole('button', { name: 'Merge the records' }).click();
    await dialog.getByText('A record has just changed').waitFor();
    await dialog.getByRole('radio', { name: '3', exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Merge the records' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stored(kept.id)).toMatchObject({ merged_into: twin.id });
    await anna.close();
  });

  it('is offered where two of the possible duplicates are the same person, and to nobody at the front desk', async () => {
    const anna = await signedIn(clinic.clinician);
    const { page } = anna;
    await page.getByRole('button', { name: 'New patient' }).click();
    const form = page.getByRole('dialog', { name: 'New patient' });
    await form.getByLabel('First name').fill('Mae');
    await form.getByLabel('Last name').fill(last);
    await form.getByRole('button', { name: 'Two of these are the same person…' }).click();
    await page.getByRole('button', { name: /^Compare with/ }).click();
    await page.getByRole('button', { name: 'Merge the records' }).click();
    await page.getByRole('dialog', { name: 'Merge two records' }).waitFor({ state: 'detached' });
    // one is left, and what was typed is still there
    await form
      .getByRole('button', { name: 'Two of these are the same person…' })
      .waitFor({ state: 'detached' });
    await untilValue(form.getByLabel('Last name'), last);
    await anna.close();

    const tom = await signedIn(clinic.frontDesk);
    await tom.row(last).first().click();
    await panelOf(tom).getByRole('button', { name: 'Edit' }).waitFor();
    for (const name of ['Merge…', 'Archive'])
      expect(await panelOf(tom).getByRole('button', { name, exact: true }).count()).toBe(0);
    await tom.close();
  });
});

describe('archiving', () => {
  it('takes a patient out of every list at once, and brings it back', async () => {
    const [anna, tom] = await Promise.all([signedIn(clinic.clinician), signedIn(clinic.frontDesk)]);
    await Promise.all([anna.untilConnection('Live'), tom.untilConnection('Live')]);
    await tom.row(twin.mrn).waitFor();
    await anna.row(twin.mrn).click();
    await panelOf(anna).getByRole('button', { name: 'Archive', exact: true }).click();
    await panelOf(anna).getByText('This patient is archived').waitFor();
    expect(await panelOf(anna).getByRole('button', { name: 'Book', exact: true }).count()).toBe(0);
    for (const person of [anna, tom]) await person.row(twin.mrn).waitFor({ state: 'detached' });
    expect(await stored(twin.id)).toMatchObject({ archived: true });
    await tom.page.getByRole('switch', { name: 'Show archived' }).click();
    await tom.row(twin.mrn).getByText('Archived').waitFor();
    await tom.row(kept.mrn).waitFor();
    expect(await violationsOf(tom.page)).toEqual([]);
    await panelOf(anna).getByRole('button', { name: 'Bring back' }).click();
    await anna.row(twin.mrn).waitFor();
    await tom.row(twin.mrn).getByText('Archived').waitFor({ state: 'detached' });
    expect([...anna.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([anna.close(), tom.close()]);
  });
});
