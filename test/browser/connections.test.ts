import { SUPER_ADMIN } from '../support/server.js';
import { connect } from '../support/socket.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilFocused } from './support/fields.js';
import { overflowOf } from './support/narrow.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const openAs = async (who: Parameters<ConsolePage['signIn']>[0], options = {}) => {
  const person = await signedIn(who, options);
  await person.untilConnection('Live');
  await person.page.getByRole('link', { name: 'Connections' }).click();
  await person.page.getByRole('grid', { name: 'Open connections' }).waitFor();
  return person;
};

/** A tablet of the front desk. */
const openTablet = () =>
  connect(server.wsUrl, {
    token: clinic.frontDesk.token,
    headers: { 'user-agent': 'Mozilla/5.0 (iPad; CPU OS 17_5) Version/17.5 Mobile/15E148 Safari/604.1' },
  });

const figure = (person: ConsolePage, name: string) =>
  person.page.getByRole('region', { name: 'Now' }).getByRole('heading', { name }).locator('..');

describe('the connections of a clinic', () => {
  it('are counted and listed as they come and go', async () => {
    const admin = await openAs(clinic.admin);
    await admin.row('Test tenant_admin').getByText('you').waitFor();
    await figure(admin, 'Connections').getByText('1', { exact: true }).waitFor();
    await figure(admin, 'Connections').getByText('of 100 allowed').waitFor();
    const tablet = await openTablet();
    await admin.row('Safari, iPad').getByText('Test front_desk').waitFor();
    await figure(admin, 'Connections').getByText('2', { exact: true }).waitFor();
    await tablet.close();
    await admin.row('Safari, iPad').waitFor({ state: 'detached' });
    await figure(admin, 'Connections').getByText('1', { exact: true }).waitFor();
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('can be ended, by key alone, after a question', async () => {
    const tablet = await openTablet();
    const admin = await openAs(clinic.admin);
    const { page } = admin;
    await page.keyboard.press('/');
    await page.keyboard.type('front_desk');
    await page.getByText('1 connection', { exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const details = page.getByRole('dialog', { name: 'Connection of Test front_desk' });
    await details.getByText('Version/17.5', { exact: false }).waitFor();
    await details.getByText('WebSocket', { exact: true }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await details.getByRole('button', { name: 'Disconnect' }).press('Enter');
    const question = page.getByRole('dialog', { name: 'Disconnect Test front_desk?' });
    await question.getByText('The person stays signed in', { exact: false }).waitFor();
    // the safe answer has the focus
    await untilFocused(question.getByRole('button', { name: 'Cancel' }));
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await details.getByRole('button', { name: 'Disconnect' }).press('Enter');
    await question.getByRole('button', { name: 'Disconnect' }).press('Enter');
    await page.getByText('Disconnected Test front_desk.').waitFor();
    expect(await tablet.closed()).toEqual({ code: 4409, reason: 'Closed by administrator' });
    await page.getByRole('heading', { name: 'No connections match' }).waitFor();
    await admin.close();
  });

  it('say since when they are out of date, and go on by themselves', async () => {
    const admin = await openAs(clinic.admin);
    const { page } = admin;
    await figure(admin, 'Connections').getByText('1', { exact: true }).waitFor();
    await page.route('**/api/v1/**', (route) => route.abort('connectionrefused'));
    const notice = page.getByText(/^As of .* The server does not answer\.$/);
    await notice.first().waitFor();
    await page.locator('[role="grid"][data-stale="true"]').waitFor();
    const tablet = await openTablet();
    await page.unroute('**/api/v1/**');
    await admin.row('Safari, iPad').waitFor();
    await notice.first().waitFor({ state: 'detached' });
    await tablet.close();
    await admin.close();
  });
});

/** What a browser does when its window is covered or another tab is opened. */
const setVisibility = (person: ConsolePage, state: 'hidden' | 'visible') =>
  person.page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

describe('a page that nobody looks at', () => {
  it('asks for nothing, and at once when somebody does', async () => {
    const admin = await openAs(clinic.admin);
    const { page } = admin;
    await page.clock.install();
    await page.reload();
    await figure(admin, 'Connections').getByText('of 100 allowed').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      const [kind] = /\/(?:usage|connections)$/.exec(new URL(request.url()).pathname) ?? [];
      if (kind !== undefined) asked.push(kind);
    });
    await page.clock.runFor(10_000);
    await eventually(() => new Set(asked).size === 2, { what: 'figures and connections asked for' });
    await setVisibility(admin, 'hidden');
    const before = asked.length;
    await page.clock.runFor(60_000);
    expect(asked).toHaveLength(before);
    await setVisibility(admin, 'visible');
    await eventually(() => asked.length > before, { what: 'the figures asked for again' });
    await admin.close();
  });
});

describe('how it went', () => {
  beforeEach(() =>
    database.query(
      `INSERT INTO wardbell.tenant_usage
         (tenant_id, minute, instance_id, peak_connections, rejected, messages_sent, delivery_buckets, rejected_by)
       SELECT $1, m, gen_random_uuid(), 7, 3, 120, '{0,0,100}', '{"tenant_limit": 2, "user_limit": 1}'
       FROM generate_series(date_trunc('minute', now()) - interval '20 minutes',
                            date_trunc('minute', now()) - interval '1 minute', '1 minute') AS m`,
      [clinic.id],
    ),
  );

  it('is drawn, said in a sentence and listed in a table, over the time that one chooses', async () => {
    const admin = await openAs(clinic.admin);
    const { page } = admin;
    const rate = page.getByRole('figure', { name: 'Messages a second' });
    await rate.getByText(/^Now [\d.]+; highest 2 \(/).waitFor();
    await rate.locator('canvas').waitFor();
    await rate.getByText('As a table').click();
    await rate.getByText('Minute by minute, the newest first').waitFor();
    expect(await rate.getByRole('row').count()).toBe(61);
    await page.getByText('1 day').click();
    await page
      .getByRole('figure', { name: 'Connections' })
      .getByText(/highest 7 \(/)
      .waitFor();
    await page.waitForURL(/minutes=1440/);
    const refused = page.getByRole('figure', { name: 'Refused connections' });
    await refused.getByText('As a table').click();
    await refused.getByRole('columnheader', { name: 'person’s limit reached' }).waitFor();
    await page.reload();
    await page.getByRole('radio', { name: '1 day' }).waitFor({ state: 'attached' });
    expect(await page.getByRole('radio', { name: '1 day' }).isChecked()).toBe(true);
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('is for one clinic at a time for a super admin, who sees the connections of all', async () => {
    const tablet = await openTablet();
    const root = await openAs(SUPER_ADMIN);
    const { page } = root;
    await root.row('Safari, iPad').getByText(`Clinic ${clinic.slug}`).waitFor();
    await root.row('you').getByText('No clinic').waitFor();
    await page.getByRole('combobox', { name: 'Clinic' }).fill(clinic.slug);
    await page.getByRole('option', { name: `Clinic ${clinic.slug}` }).click();
    await figure(root, 'Refused today').getByText('clinic’s limit reached').waitFor();
    await root.row('Safari, iPad').waitFor();
    expect(new URL(page.url()).searchParams.get('tenant')).toBe(clinic.id);
    await tablet.close();
    await root.close();
  });

  it('has no violation in light or dark, nor sideways scrolling at 320', async () => {
    const admin = await openAs(clinic.admin, { reducedMotion: 'reduce' });
    await admin.page.getByRole('figure', { name: 'Connections', exact: true }).locator('canvas').waitFor();
    await admin.page.getByText('As a table').first().click();
    expect(await violationsOf(admin.page)).toEqual([]);
    await admin.page.setViewportSize({ width: 320, height: 640 });
    await admin.row('Test tenant_admin').waitFor();
    expect(await violationsOf(admin.page)).toEqual([]);
    expect(await overflowOf(admin.page)).toBeLessThanOrEqual(0);
    await admin.close();
  });
});
