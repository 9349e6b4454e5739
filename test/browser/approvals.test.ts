import { Approval, User } from '@wardbell/contract';
import { z } from 'zod';
import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

let clinic: TestTenant;
let name: string;

beforeEach(async () => {
  clinic = await createTenant(server);
  name = uniqueName('Somebody-with-a-very-long-name-');
});

const newUser = () => ({
  email: `${name.toLowerCase()}@${clinic.slug}.test`,
  name,
  role: 'clinician',
  password: 'sturdy otter violin lamp',
  tenant_id: clinic.id,
});
const ask = async () =>
  must(Approval, server, 'POST', '/users', { token: await signInSuperAdmin(server), body: newUser() });
const namesInClinic = async () =>
  (
    await must(z.object({ data: z.array(User) }), server, 'GET', '/users', { token: clinic.admin.token })
  ).data.map((user) => user.name);

describe('a change that a super admin asks for', () => {
  it('leads from its notification to the decision; approved, it is in effect, by keys alone', async () => {
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/notifications/`);
    await ask();
    await page.getByRole('main').getByRole('link', { name: 'Review it' }).press('Enter');
    const card = page.getByRole('listitem').filter({ hasText: `New user ${name}` });
    await card.getByText('which the super admin knows until the first sign-in').waitFor();
    expect(await namesInClinic()).not.toContain(name);
    expect(await violationsOf(page)).toEqual([]);
    await card.getByRole('button', { name: 'Approve' }).press('Enter');
    await card.getByText('Approved', { exact: true }).waitFor();
    expect(await namesInClinic()).toContain(name);
    expect(admin.complaints).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await admin.close();
  });

  it('is counted in the room of users, and rejected, never takes effect', async () => {
    await ask();
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/`);
    await page.getByRole('link', { name: 'Approvals (1 change waits for an approval)' }).click();
    const card = page.getByRole('listitem').filter({ hasText: `New user ${name}` });
    await card.getByRole('button', { name: 'Reject' }).click();
    await card.getByText('Rejected', { exact: true }).waitFor();
    expect(await card.getByRole('button').count()).toBe(0);
    expect(await namesInClinic()).not.toContain(name);
    await admin.close();
  });

  it('is said to wait, to the super admin who asks', async () => {
    const superAdmin = await signedIn(SUPER_ADMIN);
    const { page } = superAdmin;
    await page.goto(`${server.url}/users/?id=${clinic.clinician.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    const form = page.getByRole('dialog', { name: 'Edit user' });
    await form.getByRole('radio', { name: 'Front desk' }).check();
    await form.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('An admin of the clinic has to approve this first').waitFor();
    const { body } = await call(server.url, 'GET', `/users/${clinic.clinician.id}`, {
      token: clinic.admin.token,
    });
    expect(body).toMatchObject({ role: 'clinician' });
    await superAdmin.close();
  });
});
