import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { closeSockets, connect } from '../../support/socket.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { bundledPage, openSite, type Site } from './site.js';

/** The example of the package in strict mode, which mounts everything twice. */
const CODE = `
  import { StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  import { App } from './client/examples/react.tsx';
  window.changes = 0;
  new MutationObserver(() => { window.changes += 1; }).observe(document, { subtree: true, childList: true, characterData: true });
  createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>);
`;
/** `usePresence`, which the example does not show. */
const PRESENCE_CODE = `
  import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
  import { createClient } from '@wardbell/client';
  import { usePresence, WardbellProvider } from '@wardbell/client/react';
  import { createRest } from '@wardbell/client/rest';
  import { StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  const getToken = async () => (await fetch('/token')).text();
  const client = createClient({ url: '/ws', getToken });
  const rest = createRest({ getToken });
  const Users = () => {
    const { users } = usePresence({
      queryFn: async ({ signal }) => (await rest('GET /presence', { signal })).data,
    });
    return <ul>{users.map(({ user_id, status }) => <li key={user_id}>{user_id + ' ' + status}</li>)}</ul>;
  };
  createRoot(document.getElementById('root')).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <WardbellProvider client={client}><Users /></WardbellProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
`;
const HTML =
  '<!doctype html><meta charset="utf-8"><title>Example</title><div id="root"></div><script type="module" src="/app.js"></script>';

declare const changes: number;

describe('the React example', () => {
  let browser: Browser;
  let database: TestDatabase;
  let server: RunningServer;
  let tenant: TestTenant;
  let code: string;
  let site: Site;
  let page: Page;
  let lists: number;

  beforeAll(async () => {
    database = await createDatabase();
    [browser, server, code] = await Promise.all([
      launchBrowser(),
      startServer({ database }),
      bundledPage(CODE),
    ]);
  });
  beforeEach(async () => {
    tenant = await createTenant(server);
    site = await openSite(server);
    site.serve('/', 'text/html', () => HTML);
    site.serve('/app.js', 'text/javascript', () => code);
    site.serve('/token', 'text/plain', () =>
      mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sso' }),
    );
    page = await browser.newPage();
    lists = 0;
    page.on('request', (request) => {
      if (request.url().includes('/api/v1/patients')) lists += 1;
    });
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

  const api = async (method: string, path: string, body?: object) => {
    const answer = await call(server.url, method, path, {
      token: tenant.clinician.token,
      ...(body && { body }),
    });
    expect(answer.status).toBeLessThan(300);
    return answer.body as { id: string };
  };
  const create = (last_name: string, first_name = 'Test') =>
    api('POST', '/patients', { last_name, first_name });
  const items = () => page.locator('li').allInnerTexts();
  const until = (expected: readonly string[]) =>
    eventually(async () => {
      expect(await items()).toEqual(expected);
      return true;
    });
  const open = async () => {
    await page.goto(site.url);
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('ul[style*="opacity: 1"]').waitFor({ state: 'attached' });
  };

  it('shows what is created, renamed and deleted, in the order of the server, without loading again', async () => {
    const ben = await create('Ben');
    await open();
    await until(['Ben, Test']);
    const cat = await create('Cat');
    await create('Ann');
    await until(['Ann, Test', 'Ben, Test', 'Cat, Test']);
    await api('PATCH', `/patients/${ben.id}`, { last_name: 'Zoe' });
    await api('DELETE', `/patients/${cat.id}`);
    await until(['Ann, Test', 'Zoe, Test']);
    expect(lists).toBe(1);
  });

  it('is complete after a drop, and says so meanwhile', async () => {
    await open();
    site.proxy.refuse();
    site.proxy.cut();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    expect(await page.locator('ul').getAttribute('style')).toContain('0.5');
    await create('Ann');
    site.proxy.heal();
    // In the page and without waiting: the client may have connected by itself, and then the button is gone.
    await page.evaluate(() => {
      for (const button of document.querySelectorAll('button'))
        if (button.textContent === 'Try now') button.click();
    });
    await until(['Ann, Test']);
    await page.getByText('live', { exact: true }).waitFor();
    expect(lists).toBe(1);
  });

  it('draws a burst of a hundred changes a few times, not a hundred', async () => {
    await open();
    const before = await page.evaluate(() => changes);
    site.proxy.stall('down');
    const names = Array.from({ length: 100 }, (_, index) => `P${String(index).padStart(2, '0')}`);
    for (let at = 0; at < names.length; at += 10)
      await Promise.all(names.slice(at, at + 10).map((name) => create(name)));
    site.proxy.heal();
    await until(names.map((name) => `${name}, Test`));
    expect((await page.evaluate(() => changes)) - before).toBeLessThan(20);
    expect(lists).toBe(1);
  });

  it('hears notifications', async () => {
    await open();
    const { status } = await call(server.url, 'POST', '/notifications', {
      token: tenant.admin.token,
      body: { message: 'Lunch', level: 'info' },
    });
    expect(status).toBeLessThan(300);
    await page.getByText('Lunch').waitFor();
  });

  it('has by usePresence the users that are online, of the load, by frames, and after a drop', async () => {
    const presenceCode = await bundledPage(PRESENCE_CODE);
    site.serve('/app.js', 'text/javascript', () => presenceCode);
    const join = async (sub: string) =>
      connect(server.wsUrl, { token: await mintToken({ role: 'clinician', tenantId: tenant.id, sub }) });
    const shows = (sub: string) => page.getByText(`${sub} online`, { exact: true }).waitFor();
    await join('ada');
    await page.goto(site.url);
    await shows('ada');
    await shows('sso');
    await join('ben');
    await shows('ben');
    site.proxy.refuse();
    site.proxy.cut();
    const token = tenant.clinician.token;
    await join('cleo');
    await eventually(async () =>
      JSON.stringify((await call(server.url, 'GET', '/presence', { token })).body).includes('cleo'),
    );
    site.proxy.heal();
    await shows('cleo');
    closeSockets();
  });
});
