import { Tenant } from '@wardbell/contract';
import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { connect } from '../support/socket.js';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

let token: string;
let clinic: TestTenant;

beforeAll(async () => {
  token = await signInSuperAdmin(server);
});
beforeEach(async () => {
  clinic = await createTenant(server, token);
});

const openAs = async (options = {}) => {
  const root = await signedIn(SUPER_ADMIN, options);
  await root.untilConnection('Live');
  await root.page.getByRole('link', { name: 'Clinics' }).click();
  await root.page.getByRole('heading', { name: 'Clinics', level: 1 }).waitFor();
  return root;
};

const panel = (root: ConsolePage) => root.page.getByRole('complementary', { name: 'Clinic' });
const openPanel = async (root: ConsolePage) => {
  await root.row(clinic.slug).click();
  await panel(root).getByRole('button', { name: 'Edit' }).waitFor();
};
const stored = () => must(Tenant, server, 'GET', `/tenants/${clinic.id}`, { token });

/** Messages of a clinic in the minute before this one. */
const write = (id: string, sent: number, rejected = 0) =>
  database.query(
    `INSERT INTO wardbell.tenant_usage (tenant_id, minute, instance_id, rejected, messages_sent)
     VALUES ($1, date_trunc('minute', now()) - interval '1 minute', gen_random_uuid(), $2, $3)`,
    [id, rejected, sent],
  );

describe('all clinics', () => {
  it('show their connections and messages as they come, in the order that one wants', async () => {
    const other = await createTenant(server, token);
    await write(clinic.id, 90_000);
    await write(other.id, 80_000, 7);
    const root = await openAs();
    const { page } = root;
    const rows = page.getByRole('grid').getByRole('row');
    await root
      .row(clinic.slug)
      .getByRole('img', { name: '90,000 messages in 30 minutes', exact: false })
      .waitFor();
    await root.row(clinic.slug).getByText('0 of 100').waitFor();
    const socket = await connect(server.wsUrl, { token: clinic.frontDesk.token });
    await root.row(clinic.slug).getByText('1 of 100').waitFor();
    expect(await rows.nth(1).textContent()).toContain(clinic.slug);
    await page.getByLabel('Sort by').selectOption({ label: 'Most refused' });
    await rows.nth(1).filter({ hasText: other.slug }).waitFor();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('rejected');
    await page.getByRole('searchbox').fill(other.slug);
    await page.getByText(/^1 clinic,/).waitFor();
    await socket.close();
    expect(root.complaints).toEqual([]);
    await root.close();
  });

  it('are made with a short name of their own, which no other may have', async () => {
    const root = await openAs();
    const { page } = root;
    const name = uniqueName('Praxis am Süßen Grund ');
    await page.keyboard.press('n');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await untilValue(
      page.getByLabel('Short name'),
      name.toLowerCase().replace('süßen', 'sussen').replaceAll(' ', '-'),
    );
    await page.getByLabel('Short name').fill(clinic.slug);
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();
    await page.getByLabel('Connections of the clinic').fill('25');
    await page.getByRole('button', { name: 'Create clinic' }).click();
    await page.getByText('Another clinic has this short name').waitFor();
    await page.getByLabel('Short name').fill(uniqueName('grund-'));
    await page.getByRole('button', { name: 'Create clinic' }).click();
    await panel(root).getByRole('heading', { name }).waitFor();
    await panel(root).getByText('Europe/Berlin').waitFor();
    await root.row(name).getByText('0 of 25').waitFor();
    await root.close();
  });

  it('are cut off when they are suspended and come back when they are not', async () => {
    const root = await openAs();
    await openPanel(root);
    const socket = await connect(server.wsUrl, { token: clinic.frontDesk.token });
    await panel(root).getByText('1 of 100').waitFor();
    await panel(root).getByRole('button', { name: 'Suspend' }).click();
    const question = root.page.getByRole('dialog');
    await question.getByText('1 connection is open now and will be closed.').waitFor();
    expect(await violationsOf(root.page)).toEqual([]);
    await question.getByRole('button', { name: 'Suspend' }).click();
    expect(await socket.closed()).toEqual({ code: 4403, reason: 'Tenant suspended' });
    await root.row(clinic.slug).getByText('suspended', { exact: true }).waitFor();
    await panel(root).getByText('Suspended: nobody has access').waitFor();
    await panel(root).getByRole('button', { name: 'Reactivate' }).click();
    await question.getByRole('button', { name: 'Reactivate' }).click();
    await panel(root).getByText('Active', { exact: true }).waitFor();
    const again = await call(server.url, 'GET', '/patients', { token: clinic.frontDesk.token });
    expect(again.status).toBe(200);
    await root.close();
  });

  it('keep what two people change at the same time', async () => {
    const root = await openAs();
    const { page } = root;
    await openPanel(root);
    await panel(root).getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Connections of the clinic').fill('12');
    const renamed = uniqueName('Renamed ');
    await must(Tenant, server, 'PATCH', `/tenants/${clinic.id}`, { token, body: { name: renamed } });
    await page.getByRole('button', { name: 'Save changes' }).click();
    // the list may have told the panel the new name before this is saved
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await panel(root).getByRole('heading', { name: renamed }).waitFor();
    expect(await stored()).toMatchObject({ name: renamed, ceilings: { max_connections: 12 } });

    await panel(root).getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Connections of the clinic').fill('13');
    await must(Tenant, server, 'PATCH', `/tenants/${clinic.id}`, {
      token,
      body: { ceilings: { max_connections: 14 } },
    });
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('You both changed the same.', { exact: false }).waitFor();
    expect((await stored()).ceilings.max_connections).toBe(14);
    await page.getByRole('button', { name: 'Use theirs' }).click();
    await untilValue(page.getByLabel('Connections of the clinic'), '14');
    await page.getByLabel('Connections of the clinic').fill('13');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await stored()).ceilings.max_connections).toBe(13);
    await root.close();
  });

  it('lead to their connections, and say when the figures are old', async () => {
    const root = await openAs();
    const { page } = root;
    await openPanel(root);
    await page.route('**/api/v1/usage?*', (route) => route.abort('connectionrefused'));
    await page.getByText(/^As of .* The server does not answer\.$/).waitFor();
    await page.locator('[role="grid"][data-stale="true"]').waitFor();
    await panel(root).getByRole('link', { name: 'Its connections' }).click();
    await page.getByRole('region', { name: 'Now' }).getByText('of 100 allowed').waitFor();
    const shown = page.getByRole('combobox', { name: 'Clinic' });
    await eventually(async () => (await shown.inputValue()).includes(clinic.slug), {
      what: 'the clinic chosen',
    });
    await root.close();
  });

  it('have no violation in light or dark, nor sideways scrolling at 320', async () => {
    await write(clinic.id, 50);
    const root = await openAs({ reducedMotion: 'reduce' });
    const { page } = root;
    await openPanel(root);
    expect(await violationsOf(page)).toEqual([]);
    await panel(root).getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('n');
    await page.getByLabel('Short name').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    await root.row(clinic.slug).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await root.close();
  });
});
