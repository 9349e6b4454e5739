import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { openSite, type Site } from './site.js';

const PAGE = readFileSync('client/examples/patients.html', 'utf8');

describe('the page of 20 lines', () => {
  let browser: Browser;
  let database: TestDatabase;
  let server: RunningServer;
  let tenant: TestTenant;
  let site: Site;
  let page: Page;
  let tokens: { asked: number; lifeS: number };
  let writes = 0;

  beforeAll(async () => {
    database = await createDatabase();
    [browser, server] = await Promise.all([launchBrowser(), startServer({ database })]);
    tenant = await createTenant(server);
    await write(3);
  });
  beforeEach(async () => {
    tokens = { asked: 0, lifeS: 900 };
    site = await openSite(server);
    site.serve('/patients', 'text/html', () => PAGE);
    site.serve('/token', 'text/plain', () => {
      tokens.asked += 1;
      return mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sso', expiresInS: tokens.lifeS });
    });
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.context().close();
    await site.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await database?.drop();
  });

  const write = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      writes += 1;
      const { status } = await call(server.url, 'POST', '/patients', {
        token: tenant.clinician.token,
        body: { first_name: 'Test', last_name: `Number ${writes}` },
      });
      expect(status).toBe(201);
    }
  };

  /** What the page shows is live and is the table. */
  const expectComplete = () =>
    eventually(async () => {
      const [state, ...names] = (await page.locator('pre').innerText()).split('\n');
      const table = await database.query<{ last_name: string }>(
        'SELECT last_name FROM wardbell.patient WHERE tenant_id = $1',
        [tenant.id],
      );
      expect(state).toBe(`${table.length} patients, live`);
      expect(names.sort()).toEqual(table.map((row) => row.last_name).sort());
      return true;
    });

  const open = async () => {
    await page.goto(`${site.url}/patients`);
    await expectComplete();
  };

  it('is what the README of the package shows, in 20 lines', () => {
    expect(PAGE.trimEnd().split('\n')).toHaveLength(20);
    expect(readFileSync('client/README.md', 'utf8')).toContain(PAGE.trimEnd());
  });

  it('shows the clinic live', async () => {
    await open();
    await write(2);
    await expectComplete();
  });

  it('survives kill -9 of the server and misses nothing', async () => {
    await open();
    await server.kill('SIGKILL');
    await page.getByText('Catching up ...').waitFor();
    server = await startServer({ database });
    site.proxy.retarget(server.port);
    await write(2);
    await expectComplete();
  });

  it('survives tokens that expire under it', async () => {
    tokens.lifeS = 4;
    await open();
    const asked = tokens.asked;
    await eventually(() => tokens.asked >= asked + 3);
    await write(2);
    await expectComplete();
    expect(site.proxy.open).toBeGreaterThan(0);
  });

  it('survives an hour of sleep in which the connection died and the token expired', async () => {
    await page.clock.install();
    tokens.lifeS = 20;
    await open();
    site.proxy.halfOpen();
    await write(2);
    await page.clock.fastForward('01:00:00');
    await write(2);
    await expectComplete();
  });
});
