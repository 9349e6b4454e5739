import { api } from '@wardbell/contract';
import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const open = async (
  who: { email: string; password: string },
  options: Parameters<typeof ConsolePage.open>[2] = {},
) => {
  const person = await signedIn(who, options);
  await person.untilConnection('Live');
  await person.page.getByRole('button', { name: /^Notifications/ }).waitFor();
  return person;
};

const notify = async (message: string, level: 'info' | 'warning' | 'error' = 'info') => {
  const { token } = clinic.admin;
  const answer = await call(server.url, 'POST', '/notifications', { token, body: { message, level } });
  expect(answer.status).toBe(201);
};

describe('a notification', () => {
  it('is written by an administrator and stands on a colleague’s screen, whatever room they are in', async () => {
    const [admin, tom] = await Promise.all([open(clinic.admin), open(clinic.frontDesk)]);
    const { page } = admin;
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('heading', { name: 'No notifications' }).waitFor();
    await page.getByRole('button', { name: 'New notification' }).first().click();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByText('Write what you want to say').waitFor();
    await page.getByLabel('Message').fill('The lift is out of order');
    await page.getByRole('radio', { name: 'Warning' }).check();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByText('cannot be taken back').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();

    await tom.page.getByRole('status').filter({ hasText: 'The lift is out of order' }).waitFor();
    await tom.page.getByRole('button', { name: 'Notifications, 1 unread' }).click();
    const latest = tom.page.getByRole('region', { name: 'Latest notifications' });
    await latest.getByText('from Test tenant_admin').waitFor();
    // To look at it is to see it; it is read when it is opened.
    await page.getByRole('table').getByText('Test front_desk').waitFor();
    await page.getByText(/of 3 received it, [12] saw it/).waitFor();
    await latest.getByRole('button', { name: /The lift is out of order/ }).click();
    await tom.page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();

    await Promise.all([page.reload(), tom.page.reload()]);
    await page.getByRole('main').getByText('The lift is out of order').first().waitFor();
    await tom.page.getByRole('button', { name: 'Notifications', exact: true }).click();
    await tom.page.getByRole('link', { name: 'All notifications' }).click();
    await tom.page.getByRole('main').getByText('The lift is out of order').waitFor();
    expect([...admin.complaints, ...tom.complaints]).toEqual([]);
    await Promise.all([admin.close(), tom.close()]);
  });

  it('that is urgent stays until it is closed, others go by themselves', async () => {
    const tom = await open(clinic.frontDesk);
    const { page } = tom;
    await page.clock.install();
    await notify('Just so you know');
    await page.getByRole('status').filter({ hasText: 'Just so you know' }).waitFor();
    await notify('Leave the building', 'error');
    const urgent = page.getByRole('alert').filter({ hasText: 'Leave the building' });
    await urgent.waitFor();
    await page.clock.fastForward('01:00');
    await page.getByText('Just so you know').waitFor({ state: 'detached' });
    expect(await urgent.isVisible()).toBe(true);
    await urgent.getByRole('button').click();
    await urgent.waitFor({ state: 'detached' });
    await tom.close();
  });

  it('of a burst is joined with the rest of it, and none is missing from the list', async () => {
    const tom = await open(clinic.frontDesk);
    const { page } = tom;
    // The first three one after the other, the rest at once: a single one is shown for eight seconds.
    for (const n of [1, 2, 3]) await notify(`Message ${n}`);
    await Promise.all([4, 5, 6, 7, 8].map((n) => notify(`Message ${n}`)));
    await page.getByText('Message 3').waitFor();
    await page.getByRole('status').filter({ hasText: '5 more notifications' }).waitFor();
    expect(await page.getByText('Message 4').count()).toBe(0);
    await page.getByRole('button', { name: 'Notifications, 8 unread' }).waitFor();
    await page.getByRole('status').getByRole('link', { name: 'All notifications' }).click();
    await page.getByRole('main').getByText('Message 8').waitFor();
    expect(
      await page
        .getByRole('main')
        .getByText(/^Message \d$/)
        .count(),
    ).toBe(8);
    await tom.close();
  });

  it('leaves everybody alone whom it does not concern', async () => {
    const other = await createTenant(server);
    const [stranger, root, tom] = await Promise.all([
      open(other.frontDesk),
      open(SUPER_ADMIN),
      open(clinic.frontDesk),
    ]);
    await notify('Only for us');
    await tom.page.getByText('Only for us').waitFor();
    for (const { page } of [stranger, root]) {
      expect(await page.getByText('Only for us').count()).toBe(0);
      await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    }
    await Promise.all([stranger.close(), root.close(), tom.close()]);
  });
});

describe('a super admin', () => {
  it('tells one clinic, or all of them after being told how many', async () => {
    const [tom, root] = await Promise.all([open(clinic.frontDesk), open(SUPER_ADMIN)]);
    const { page } = root;
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('button', { name: 'New notification' }).first().click();
    await page.getByLabel('Message').fill('Maintenance at noon');
    await page.getByRole('combobox', { name: 'Clinic' }).fill(clinic.slug);
    await page.getByRole('option', { name: `Clinic ${clinic.slug}` }).click();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByRole('dialog', { name: `Send to Clinic ${clinic.slug}?` }).waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await tom.page.getByText('Maintenance at noon').waitFor();

    await page.getByRole('button', { name: 'New notification' }).first().click();
    await page.getByLabel('Message').fill('Maintenance is over');
    await page.getByRole('radio', { name: 'All clinics' }).check();
    await page.getByRole('button', { name: 'Send…' }).click();
    const clinics = (
      await must(api.tenants.list.answer, server, 'GET', '/tenants?limit=200', {
        token: await signInSuperAdmin(server),
      })
    ).data.length;
    await page.getByRole('dialog', { name: `Send to ${clinics} clinics?` }).waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText(`Sent to ${clinics} clinics.`).waitFor();
    await tom.page.getByText('Maintenance is over').waitFor();
    expect(root.complaints).toEqual([]);
    await Promise.all([root.close(), tom.close()]);
  });
});

it('has no accessibility violation in light or dark', async () => {
  const admin = await open(clinic.admin, { reducedMotion: 'reduce' });
  const { page } = admin;
  await page.goto(`${server.url}/notifications/`);
  await page.getByRole('heading', { name: 'No notifications' }).waitFor();
  await admin.untilConnection('Live');
  await page.getByRole('button', { name: /^Notifications/ }).waitFor();
  await notify('First', 'warning');
  await notify('Second', 'error');
  await page.getByRole('alert').filter({ hasText: 'Second' }).waitFor();
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await page.getByRole('link', { name: 'All notifications' }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New notification' }).click();
  await page.getByRole('button', { name: 'Send…' }).click();
  await page.getByText('Write what you want to say').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await admin.close();
});

it('has the width of the bell’s panel, which is not wider than a window of 320 pixels', async () => {
  const admin = await open(clinic.admin, { viewport: { width: 320, height: 640 } });
  await notify('x'.repeat(300));
  await admin.page.getByRole('button', { name: 'Notifications, 1 unread' }).click();
  const panel = admin.page.getByRole('region', { name: 'Latest notifications' });
  await panel.getByRole('link', { name: 'All notifications' }).waitFor();
  const box = await panel.boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(320);
  const line = await panel.getByRole('button').boundingBox();
  expect(line?.width).toBeGreaterThan((box?.width ?? 0) * 0.8);
  expect(await overflowOf(admin.page)).toBe(0);
  await admin.close();
});
