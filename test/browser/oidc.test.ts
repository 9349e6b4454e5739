import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { OidcTestProvider } from '../support/oidc-provider.js';
import { type RunningServer, startServer } from '../support/server.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { ConsolePage } from './support/console-page.js';
import { cutOffOf, overflowOf } from './support/narrow.js';

const TENANT = randomUUID();
let browser: Browser;
let database: TestDatabase;
let server: RunningServer;
let provider: OidcTestProvider;

beforeAll(async () => {
  const [port, providerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  database = await createDatabase();
  provider = await OidcTestProvider.start({
    port: providerPort,
    claims: ['roles'],
    clients: [
      {
        client_id: 'console',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${url}/api/v1/auth/oidc/callback`],
        require_auth_time: true,
      },
    ],
  });
  const entry = {
    slug: 'hospital',
    name: 'Hospital account',
    issuer: provider.issuer,
    client_id: 'console',
    tenant_id: TENANT,
    role_claim: 'roles',
  };
  const env = { PORT: String(port), PUBLIC_URL: url, OIDC_PROVIDERS: JSON.stringify([entry]) };
  [browser, server] = await Promise.all([launchBrowser(), startServer({ database, env })]);
  await database.query(`INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, 'Clinic', 'clinic')`, [
    TENANT,
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await provider?.stop();
  await database?.drop();
});

const BUTTON = { name: 'Sign in with Hospital account' };

/** Signs in at the page of the provider, as whoever it asks for. */
const answerProvider = async ({ page }: ConsolePage, name: string) => {
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Continue' }).click();
};

describe('the sign-in with an OpenID provider', () => {
  it('leads from its button to the console, and after a sign-out back to it', async () => {
    await provider.describe('nora', { name: 'Nora Nurse', roles: ['clinician'] });
    const person = await ConsolePage.open(browser, { url: `${server.url}/patients/` });
    const { page } = person;
    await page.getByRole('button', BUTTON).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', BUTTON).click();
    await answerProvider(person, 'nora');
    await person.untilConnection('Live');
    await page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('');

    await page.reload();
    await person.untilConnection('Live');
    // the URL of a return neither signs anybody in nor is left in the address
    await page.goto(`${server.url}/patients/?signed_in=hospital`);
    await person.untilConnection('Live');
    expect(new URL(page.url()).search).toBe('');
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('has its whole name on its button, also in a long language on a phone', async () => {
    const viewport = { width: 390, height: 844 };
    const person = await ConsolePage.open(browser, server, { locale: 'fr-FR', viewport });
    await person.page.getByRole('button', { name: /Hospital account/ }).waitFor();
    expect(await cutOffOf(person.page)).toEqual([]);
    expect(await overflowOf(person.page)).toBe(0);
    await person.close();
  });

  it('says why it failed', async () => {
    await provider.describe('john', { roles: ['janitor'] });
    const person = await ConsolePage.open(browser, server);
    await person.page.getByRole('button', BUTTON).click();
    await answerProvider(person, 'john');
    await person.page.getByRole('alert').getByText('You have no role here').waitFor();
    expect(new URL(person.page.url()).search).toBe('');
    await person.close();
  });

  it('is the way back from a locked screen, which has no field for a password, also after a reload', async () => {
    await provider.describe('lena', {
      name: 'Lena Lock',
      email: 'lena@clinic.example',
      roles: ['clinician'],
    });
    const person = await ConsolePage.open(browser, server);
    const { page } = person;
    await page.getByRole('button', BUTTON).click();
    await answerProvider(person, 'lena');
    await person.untilConnection('Live');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a page or action' }).fill('lock this screen');
    await page.keyboard.press('Enter');
    const isLocked = async () => {
      await page.getByText('Lena Lock is signed in here.').waitFor();
      expect(await page.getByLabel('Password').count()).toBe(0);
    };
    await isLocked();
    await eventually(async () => {
      const [session] = await database.query(
        `SELECT FROM wardbell.auth_session WHERE external_id = 'oidc:hospital:lena' AND locked_at IS NOT NULL`,
      );
      return session !== undefined;
    });
    await page.reload();
    await isLocked();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', BUTTON).click();
    // the provider still knows the browser
    await person.untilConnection('Live');
    await person.close();
  });

  it('confirms its person again for what needs a fresh sign-in', async () => {
    await provider.describe('boss', { name: 'Bo Boss', roles: ['tenant_admin'] });
    const person = await ConsolePage.open(browser, { url: `${server.url}/integrations/` });
    const { page } = person;
    await page.getByRole('button', BUTTON).click();
    await answerProvider(person, 'boss');
    await person.untilConnection('Live');
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE external_id = 'oidc:hospital:boss'`,
    );
    const create = async () => {
      await page.getByRole('button', { name: 'New key' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('lab');
      await dialog.getByRole('checkbox').first().check();
      await dialog.getByRole('button', { name: 'Create key' }).click();
    };
    await create();
    await page.getByRole('button', { name: 'Confirm with your organisation’s sign-in' }).click();
    await answerProvider(person, 'boss');
    await person.untilConnection('Live');
    expect(new URL(page.url()).pathname).toBe('/integrations/');
    const [session] = await database.query(
      `SELECT count(*)::int AS sessions, bool_and(fresh_at > now() - interval '5 minutes') AS fresh
       FROM wardbell.auth_session WHERE external_id = 'oidc:hospital:boss'`,
    );
    expect(session).toEqual({ sessions: 1, fresh: true });
    await person.close();
  });
});
