import { Gateway } from '@wardbell/contract';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, must, type TestTenant, type TestUser } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

let clinic: TestTenant;

beforeAll(async () => {
  clinic = await createTenant(server);
});

const open = async (who: TestUser, options: Parameters<typeof signedIn>[1] = {}) => {
  const person = await signedIn(who, options);
  await person.untilConnection('Live');
  await person.page.goto(`${server.url}/gateways/`);
  await person.untilConnection('Live');
  return person;
};

const report = (id: string, body: Readonly<Record<string, unknown>>): Promise<Gateway> =>
  must(Gateway, server, 'PUT', `/gateways/${id}`, {
    token: clinic.admin.token,
    body: { gateway_type: 'lab feed', ...body },
  });

const status = (person: ConsolePage, id: string, name: string) =>
  person.row(id).getByText(name, { exact: true });

const history = ({ page }: ConsolePage) =>
  page.getByRole('list', { name: 'Changes of its status' }).getByRole('listitem');

describe('the gateways of a clinic', () => {
  it('are entered, edited and removed by an administrator', async () => {
    const admin = await open(clinic.admin);
    const { page } = admin;
    const id = uniqueName('printer-');
    await page.getByRole('heading', { name: 'No gateways yet' }).waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('Name').fill('no spaces');
    await page.getByRole('button', { name: 'Save gateway' }).click();
    await page.getByText('Up to 128 letters', { exact: false }).waitFor();
    await page.getByLabel('Name').fill(id);
    await page.getByLabel('Type').fill('label printer');
    await page.getByLabel('Silence limit in seconds').fill('300');
    await page.getByRole('button', { name: 'Save gateway' }).click();
    await status(admin, id, 'Unknown').waitFor();
    await page.getByRole('complementary', { name: 'Gateway' }).getByText('5 min').waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').getByLabel('Status').selectOption({ label: 'Degraded' });
    await page.getByRole('button', { name: 'Save gateway' }).click();
    await status(admin, id, 'Degraded').waitFor();
    await history(admin).getByText('Unknown → Degraded').waitFor();
    await history(admin).getByText('by you').waitFor();

    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await admin.row(id).waitFor({ state: 'detached' });
    // the panel closes with the answer, which the event may overtake
    await page.waitForURL((url) => !url.href.includes(id));
    expect(admin.complaints).toEqual([]);
    await admin.close();
  });

  it('show a change of status and its history as they happen, and silence with the reason', async () => {
    const id = uniqueName('lab-');
    await report(id, { status: 'HEALTHY', metadata: { queue: 3 } });
    const admin = await open(clinic.admin);
    const { page } = admin;
    await status(admin, id, 'Healthy').waitFor();
    await admin.row(id).click();
    await page.getByText('"queue": 3').waitFor();
    await history(admin).getByText('Unknown → Healthy').waitFor();

    await report(id, { status: 'DEGRADED' });
    await status(admin, id, 'Degraded').waitFor();
    await history(admin).getByText('Healthy → Degraded').waitFor();

    await report(id, { status: 'HEALTHY', expect_every_s: 5 });
    await status(admin, id, 'Unhealthy').waitFor();
    await history(admin)
      .filter({ hasText: 'Healthy → Unhealthy' })
      .getByText('silence limit passed', { exact: false })
      .waitFor();
    await page.getByText('longer than the silence limit of 5 s', { exact: false }).waitFor();
    expect(await history(admin).allInnerTexts()).toHaveLength(4);
    await admin.close();
  });

  it('are found with the keyboard alone, without an accessibility violation, also at 320 pixels', async () => {
    const id = uniqueName('engine-');
    await report(id, { status: 'UNHEALTHY', metadata: { note: 'away' } });
    const admin = await open(clinic.admin, { reducedMotion: 'reduce' });
    const { page } = admin;
    await admin.row(id).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Gateway' }).getByText('Changes of its status').waitFor();
    await history(admin).first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await page.keyboard.press('Escape');
    await admin.row(id).waitFor();
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await page.keyboard.press('n');
    await page.getByLabel('Silence limit in seconds').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await admin.close();
  });

  it('are not for clinicians', async () => {
    const clinician = await signedIn(clinic.clinician);
    await clinician.page.getByRole('link', { name: 'Schedule' }).waitFor();
    expect(await clinician.page.getByRole('link', { name: 'Gateways' }).count()).toBe(0);
    await clinician.page.goto(`${server.url}/gateways/`);
    await clinician.page.getByRole('heading', { name: 'Your role does not allow this' }).waitFor();
    await clinician.close();
  });
});

describe('who is here', () => {
  const button = ({ page }: ConsolePage) => page.getByRole('button', { name: /^Who is here: / });
  const online = ({ page }: ConsolePage) =>
    page.getByRole('list', { name: 'Here now' }).getByRole('listitem');

  it('is shown to the front desk live: who comes, and who has left', async () => {
    const own = await createTenant(server);
    const desk = await signedIn(own.frontDesk);
    const { page } = desk;
    await button(desk).getByText('1 person').waitFor({ state: 'attached' });
    await button(desk).press('Enter');
    await online(desk).filter({ hasText: 'Test front_desk (you)' }).waitFor();
    await page.getByText('Nobody else is here.').waitFor();

    const clinician = await signedIn(own.clinician);
    await online(desk).filter({ hasText: 'Test clinician' }).waitFor();
    await button(desk).getByText('2 people').waitFor({ state: 'attached' });
    expect(await violationsOf(page)).toEqual([]);
    await clinician.close();
    await page
      .getByRole('list', { name: 'Left within a day' })
      .getByRole('listitem')
      .filter({ hasText: 'Test clinician' })
      .waitFor();
    expect(await online(desk).count()).toBe(1);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await page.keyboard.press('Escape');
    await online(desk).first().waitFor({ state: 'detached' });
    expect(desk.complaints).toEqual([]);
    await desk.close();
  });

  it('is not shown to super admins, who are nobody’s presence', async () => {
    const root = await signedIn(SUPER_ADMIN);
    await root.page.getByRole('button', { name: /^Notifications/ }).waitFor();
    expect(await button(root).count()).toBe(0);
    await root.close();
  });
});
