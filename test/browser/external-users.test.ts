import { call } from '../support/http.js';
import { SUPER_ADMIN } from '../support/server.js';
import { createTenant, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { mintToken } from '../support/tokens.js';
import { violationsOf } from './support/axe.js';
import { database, server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

let clinic: TestTenant;
let sub: string;
let token: string;

/** A person of an identity provider who was seen just now. */
beforeEach(async () => {
  clinic = await createTenant(server);
  sub = `auth0|${uniqueName('person-with-a-long-name-at-the-provider-')}`;
  token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub });
  await database.query(
    `INSERT INTO wardbell.external_user (tenant_id, sub, role, last_seen_at) VALUES ($1, $2, 'clinician', now())`,
    [clinic.id, sub],
  );
});

const panel = ({ page }: ConsolePage) =>
  page.getByRole('complementary', { name: 'Person of single sign-on' });
const statusOf = async () => (await call(server.url, 'GET', '/auth/me', { token })).status;

describe('people of single sign-on', () => {
  it('are listed, blocked after a question, and let in again, by keys alone', async () => {
    expect(await statusOf()).toBe(200);
    const admin = await signedIn(clinic.admin);
    const { page } = admin;
    await page.goto(`${server.url}/users/`);
    await page.getByRole('link', { name: 'Single sign-on' }).press('Enter');
    await admin.row(sub).filter({ hasText: 'Clinician' }).filter({ hasText: 'May sign in' }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await panel(admin).getByRole('button', { name: 'Block' }).press('Enter');
    const question = page.getByRole('dialog', { name: `Block ${sub}?` });
    await question.getByText('signed out everywhere within a second').waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await statusOf()).toBe(200);
    await panel(admin).getByRole('button', { name: 'Block' }).press('Enter');
    await question.getByRole('button', { name: 'Block' }).press('Enter');
    await admin.row(sub).filter({ hasText: 'Blocked' }).waitFor();
    expect(await statusOf()).toBe(401);
    expect(await violationsOf(page)).toEqual([]);
    await panel(admin).getByRole('button', { name: 'Let in again' }).press('Enter');
    await admin.row(sub).filter({ hasText: 'May sign in' }).waitFor();
    expect(await statusOf()).toBe(200);
    expect(admin.complaints).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBe(0);
    await admin.close();
  });

  it('stay blocked for a clinic’s admin when a super admin has done it, and it is said why', async () => {
    const blocked = await call(server.url, 'PUT', `/users/external/${encodeURIComponent(sub)}/block`, {
      token: await signInSuperAdmin(server),
    });
    expect(blocked.status).toBe(204);
    const admin = await signedIn(clinic.admin);
    await admin.page.goto(`${server.url}/users/?external=1`);
    await admin.row(sub).filter({ hasText: 'Blocked' }).click();
    await panel(admin).getByText('Blocked for the whole installation').waitFor();
    expect(await panel(admin).getByRole('button', { name: 'Let in again' }).count()).toBe(0);
    expect(await statusOf()).toBe(401);
    await admin.close();
    const root = await signedIn(SUPER_ADMIN);
    await root.page.goto(`${server.url}/users/?external=1`);
    await root.row(sub).first().waitFor();
    await root.close();
  });
});
