import { afterAll, beforeAll } from '@jest/globals';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { browser, server } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { createPatient, uniqueName } from './support/patients.js';
import { block, book, clinic, DAY, patient, stored } from './support/schedule.js';

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(server.port);
});
afterAll(() => proxy?.close());

/** Somebody whose network can be cut. */
const openAt = async (path: string): Promise<ConsolePage> => {
  const anna = await ConsolePage.open(browser, { url: new URL(proxy.through(server.url)).origin });
  await anna.signIn(clinic.clinician);
  await anna.page.goto(`${anna.url}${path}`);
  await anna.untilConnection('Live');
  await anna.untilPartsLoaded();
  return anna;
};

/** A cable that is pulled is told by the computer; a Wi-Fi that has gone is told by nobody. */
const CUTS = {
  'is switched off': (anna: ConsolePage) => anna.context.setOffline(true),
  'is gone without a word': async () => proxy.stall(),
} as const;
const mend = async (anna: ConsolePage) => {
  proxy.heal();
  await anna.context.setOffline(false);
};

describe.each(['is switched off', 'is gone without a word'] as const)('while the network %s', (cut) => {
  it('a step of the status that is clicked at once is taken back and said', async () => {
    const row = await book('09:00');
    const anna = await openAt(`/schedule/?date=${DAY}&id=${row.id}`);
    const arrived = anna.page.getByRole('complementary').getByRole('button', { name: 'Arrived' });
    await arrived.waitFor();
    await CUTS[cut](anna);
    await arrived.click();
    await anna.page.getByRole('alert').getByText('Status not changed').waitFor();
    await block(anna, /Auer.*Booked/).waitFor();
    expect(await stored(row)).toMatchObject({ status: 'booked' });
    await mend(anna);
    await anna.untilConnection('Live');
    // what was on its way when the Wi-Fi went may have arrived since
    if (cut === 'is switched off') await arrived.click();
    await block(anna, cut === 'is switched off' ? /Auer.*Arrived/ : /Auer/).waitFor();
    await anna.close();
  });

  it('a patient who is saved at once stays in the form, which says that the server does not answer', async () => {
    const anna = await openAt('/patients/');
    const { page } = anna;
    const last = uniqueName('Once');
    await anna.row(patient.last_name).waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('First name').fill('Zoe');
    await page.getByLabel('Last name').fill(last);
    await CUTS[cut](anna);
    await page.getByRole('button', { name: 'Save patient' }).click();
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
    await untilValue(page.getByLabel('Last name'), last);
    await mend(anna);
    await page.getByRole('button', { name: 'Save patient' }).click();
    await anna.row(last).waitFor();
    await anna.close();
  });

  it('a change of a patient that is saved at once stays in the form', async () => {
    const other = await createPatient(server, clinic.clinician, { last_name: uniqueName('Other') });
    const anna = await openAt(`/patients/?id=${other.id}`);
    const { page } = anna;
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Phone').fill('555');
    await CUTS[cut](anna);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
    await untilValue(page.getByLabel('Phone'), '555');
    await mend(anna);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await anna.close();
  });
});
