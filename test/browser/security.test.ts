import { TenantSecurity } from '@wardbell/contract';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';

let clinic: TestTenant;

beforeAll(async () => {
  clinic = await createTenant(server);
});

const openAs = async (...who: Parameters<typeof signedIn>) => {
  const person = await signedIn(...who);
  await person.page.goto(`${server.url}/security/`);
  return person;
};
const policy = ({ page }: ConsolePage) =>
  page.getByRole('form', { name: 'How people of the clinic sign in' });
const floor = ({ page }: ConsolePage) =>
  page.getByRole('form', { name: 'Minimum requirements for the clinic' });
const stored = () =>
  must(TenantSecurity, server, 'GET', `/tenants/${clinic.id}/security`, { token: clinic.admin.token });
const IDLE = 'Minutes without activity before sign-out';

describe('the security policy of a clinic', () => {
  it('is changed by its administrators, down to the floor that a super admin sets', async () => {
    const admin = await openAs(clinic.admin);
    await policy(admin).getByLabel(IDLE).fill('4');
    await policy(admin).getByText('At least 5').waitFor();
    await policy(admin).getByLabel(IDLE).fill('20');
    await policy(admin).getByLabel('Required for administrators').check();
    await policy(admin).getByRole('button', { name: 'Save policy' }).click();
    await admin.page.getByText('The policy is saved.').waitFor();
    expect((await stored()).policy).toMatchObject({ idle_minutes: 20, second_factor: 'admins' });
    expect(await floor(admin).count()).toBe(0);

    const root = await openAs(SUPER_ADMIN);
    await root.page.getByRole('heading', { name: 'Choose a clinic' }).waitFor();
    await root.page.getByRole('combobox', { name: 'Clinic' }).fill(clinic.slug);
    await root.page.getByRole('option', { name: `Clinic ${clinic.slug}` }).click();
    await floor(root).getByLabel(IDLE).fill('15');
    await floor(root).getByRole('button', { name: 'Save requirements' }).click();
    await root.page.getByText('The requirements are saved.').waitFor();
    expect(await stored()).toMatchObject({ floor: { idle_minutes: 15 }, policy: { idle_minutes: 15 } });
    await untilValue(policy(root).getByLabel(IDLE), '15');

    await policy(admin).getByLabel(IDLE).fill('25');
    await policy(admin).getByRole('button', { name: 'Save policy' }).click();
    await policy(admin).getByRole('alert').getByText('Your provider requires more').waitFor();
    await policy(admin).getByText('At most 15: your provider requires it.').waitFor();
    expect((await stored()).policy.idle_minutes).toBe(15);
    await policy(admin).getByRole('button', { name: 'Undo changes' }).click();
    await untilValue(policy(admin).getByLabel(IDLE), '15');
    await Promise.all([admin.close(), root.close()]);
  });

  it('has no violation in light or dark, nor sideways scrolling at 320', async () => {
    const root = await signedIn(SUPER_ADMIN, { reducedMotion: 'reduce' });
    await root.page.goto(`${server.url}/security/?tenant=${clinic.id}`);
    await floor(root).waitFor();
    expect(await violationsOf(root.page)).toEqual([]);
    await root.page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(root.page)).toBe(0);
    await root.close();
  });
});
