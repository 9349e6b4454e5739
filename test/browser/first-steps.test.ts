import { describe, expect, it } from '@jest/globals';
import { Practitioner, Room, Tenant } from '@wardbell/contract';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, signInSuperAdmin } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { createPatient, uniqueName } from './support/patients.js';

describe('the first steps of a clinic', () => {
  it('are ticked as they are done, by whomever, and are gone when everything was there before', async () => {
    const clinic = await createTenant(server);
    const { token } = clinic.admin;
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    const steps = page.getByRole('region', { name: 'First steps' });
    // the people of the test are there
    await steps.getByText('1 of 4').waitFor();
    await steps.getByRole('listitem').filter({ hasText: 'Add your colleagues' }).getByText('done').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // on the screen of a notebook, no room is below the edge
    const hiddenPixels = await page
      .getByRole('navigation', { name: 'Pages' })
      .evaluate((element) => element.scrollHeight - element.clientHeight);
    expect(hiddenPixels).toBe(0);
    await must(Practitioner, server, 'POST', '/practitioners', { token, body: { name: 'Dr. Abel' } });
    await steps.getByText('2 of 4').waitFor();
    await must(Room, server, 'POST', '/rooms', { token, body: { name: 'Room 1' } });
    await steps.getByText('3 of 4').waitFor();
    await steps.getByRole('link', { name: 'Import or add patients' }).click();
    await page.getByRole('heading', { name: 'Choose a file' }).waitFor();
    await createPatient(server, clinic.clinician, {});
    await steps.getByText('4 of 4').waitFor();
    await page.reload();
    await admin.untilConnection('Live');
    expect(await steps.count()).toBe(0);
    await admin.close();
  });

  it('stay away from who has closed them, and nobody else sees them', async () => {
    const clinic = await createTenant(server);
    const admin = await signedIn(clinic.admin);
    const steps = admin.page.getByRole('region', { name: 'First steps' });
    await steps.getByRole('button', { name: 'Do not show this any more' }).click();
    await steps.waitFor({ state: 'detached' });
    await admin.page.reload();
    await admin.untilConnection('Live');
    expect(await steps.count()).toBe(0);
    const nurse = await signedIn(clinic.clinician);
    await nurse.untilConnection('Live');
    await nurse.untilPartsLoaded();
    expect(await nurse.page.getByRole('region', { name: 'First steps' }).count()).toBe(0);
    await Promise.all([admin.close(), nurse.close()]);
  });
});

it('an empty list of patients offers the import to an administrator', async () => {
  const clinic = await createTenant(server);
  const admin = await signedIn(clinic.admin);
  await admin.page.getByText('No patients yet').waitFor();
  await admin.page.getByRole('link', { name: 'Import patients', exact: true }).click();
  await admin.page.getByRole('heading', { name: 'Choose a file' }).waitFor();
  await admin.close();
});

it('a clinic without an administrator offers a super admin to add one, with the clinic and the role chosen', async () => {
  const name = uniqueName('Clinic');
  const { id } = await must(Tenant, server, 'POST', '/tenants', {
    token: await signInSuperAdmin(server),
    body: { name, slug: name.toLowerCase() },
  });
  const root = await signedIn(SUPER_ADMIN);
  const { page } = root;
  await page.goto(`${server.url}/tenants/?id=${id}`);
  await page.getByText('This clinic has no administrator yet').waitFor();
  await page.getByRole('link', { name: 'Add the first administrator' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name').fill('Ada First');
  await form.getByLabel('E-mail').fill(`${name.toLowerCase()}@clinic.test`);
  expect(await form.getByRole('radio', { name: 'Clinic admin' }).isChecked()).toBe(true);
  await form.getByRole('button', { name: 'Add user' }).click();
  await page.getByRole('status', { name: 'Link', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.goto(`${server.url}/tenants/?id=${id}`);
  await page.getByText('Its users').waitFor();
  await page.getByText('This clinic has no administrator yet').waitFor({ state: 'detached' });
  await root.close();
});
