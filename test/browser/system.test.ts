import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { type RunningServer, SUPER_ADMIN, startServer } from '../support/server.js';
import { connect } from '../support/socket.js';
import { createTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { ConsolePage } from './support/console-page.js';
import { overflowOf } from './support/narrow.js';

let browser: Browser;
let database: TestDatabase;
let proxy: FaultProxy;
let server: RunningServer;

beforeAll(async () => {
  database = await createDatabase();
  proxy = await startFaultProxy(Number(new URL(database.ownerUrl).port));
  [browser, server] = await Promise.all([
    launchBrowser(),
    startServer({ database: { ownerUrl: proxy.through(database.ownerUrl) } }),
  ]);
});
afterEach(() => proxy.heal());
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await proxy?.close();
  await database?.drop();
});

const openAs = async (options = {}) => {
  const root = await ConsolePage.open(browser, server, options);
  await root.signIn(SUPER_ADMIN);
  await root.untilConnection('Live');
  await root.page.getByRole('link', { name: 'System' }).click();
  await root.page.getByRole('status').getByText('Everything works').waitFor();
  return root;
};

/**
 * What an instance left behind that was killed half a minute ago. Written again and again until the answered function
 * is called, since the row is deleted after a minute of silence, and a slow machine needs longer to look at it.
 */
const leaveInstance = async (host: string): Promise<() => Promise<void>> => {
  const id = randomUUID();
  const leave = () =>
    database.query(
      `INSERT INTO wardbell.instance (id, host, started_at, heartbeat_at)
       VALUES ($1, $2, now() - interval '1 hour', now() - interval '30 seconds')
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
      [id, host],
    );
  await leave();
  const timer = setInterval(() => void leave(), 5_000);
  return async () => {
    clearInterval(timer);
    await database.query('DELETE FROM wardbell.instance WHERE id = $1', [id]);
  };
};

const card = (root: ConsolePage) => root.page.getByRole('article').filter({ hasText: 'answers you' });

describe('how the installation does', () => {
  it('is said at a glance, and of every instance and the database', async () => {
    const root = await openAs();
    await card(root).getByText('Healthy').waitFor();
    await card(root)
      .getByText(/^fine, since .* \(through PostgreSQL\)$/)
      .waitFor();
    await card(root).getByText('none: all are sent').waitFor();
    const figures = root.page.getByRole('region', { name: 'Database' });
    await figures.getByText(/^[\d.]+\sms$/).waitFor();
    await figures.getByText(/^\d+\sMB$/).waitFor();
    await root.page.getByText('Nothing so far.', { exact: false }).waitFor();
    expect(root.complaints).toEqual([]);
    await root.close();
  });

  it('says what is wrong, since when and what to do, when an instance no longer reports', async () => {
    const root = await openAs();
    const forget = await leaveInstance('ward-7');
    try {
      const problem = root.page.getByRole('list', { name: 'What is wrong' }).getByRole('listitem');
      await problem.getByRole('heading', { name: 'An instance no longer reports on ward-7' }).waitFor();
      await problem.getByText(/^Since \d+:\d+/).waitFor();
      await problem.getByText('Start it again', { exact: false }).waitFor();
      await root.page.getByRole('status').getByText('1 problem needs attention').waitFor();
      await root.page.getByRole('article', { name: 'ward-7' }).getByText('Not reporting').waitFor();
      expect(await violationsOf(root.page)).toEqual([]);
    } finally {
      await forget();
    }
    await root.page.getByRole('status').getByText('Everything works').waitFor();
    await root.close();
  });

  it('is told by the stream while the database is away, and is well again by itself', async () => {
    const root = await openAs();
    const { page } = root;
    proxy.refuse();
    proxy.cut();
    const problem = page.getByRole('list', { name: 'What is wrong' });
    await problem.getByRole('heading', { name: 'The database does not answer' }).waitFor();
    await page.getByText(/^As of .* The server is busy\.$/).waitFor();
    await page.getByText('Database: from healthy to unhealthy').waitFor();
    // The socket has not gone, and neither does the indicator say so.
    await root.untilConnection('Live');
    proxy.heal();
    await page.getByRole('status').getByText('Everything works').waitFor();
    await page.getByText('Database: from unhealthy to healthy').waitFor();
    await root.close();
  });

  it('is not for the people of a clinic', async () => {
    const clinic = await createTenant(server);
    const admin = await ConsolePage.open(browser, server);
    await admin.signIn(clinic.admin);
    await admin.page.getByRole('link', { name: 'Connections' }).waitFor();
    expect(await admin.page.getByRole('link', { name: 'System' }).count()).toBe(0);
    await admin.page.goto(`${server.url}/system/`);
    await admin.page.getByRole('heading', { name: 'Your role does not allow this' }).waitFor();
    await admin.close();
  });

  it('has no violation in light or dark, nor sideways scrolling at 320', async () => {
    const root = await openAs({ reducedMotion: 'reduce' });
    await card(root).getByText('Healthy').waitFor();
    expect(await violationsOf(root.page)).toEqual([]);
    await root.page.setViewportSize({ width: 320, height: 640 });
    expect(await violationsOf(root.page)).toEqual([]);
    expect(await overflowOf(root.page)).toBeLessThanOrEqual(0);
    await root.close();
  });
});

describe('the log of the installation', () => {
  const openLog = async (query = '') => {
    const root = await openAs({ reducedMotion: 'reduce' });
    await root.page.goto(`${server.url}/system/?view=log${query}`);
    await root.page.getByText('Live from the instance', { exact: false }).waitFor();
    return root;
  };
  /** Stored lines as another instance leaves them: `<mark> 1` is the oldest. */
  const store = (mark: string, count: number, level = 'error', dropped: number | null = null) =>
    database.query(
      `INSERT INTO wardbell.system_log (at, level, message, source, dropped)
       SELECT now(), $3, $1 || ' ' || n, $4, $5 FROM generate_series(1, $2::int) n`,
      [mark, count, level, randomUUID(), dropped],
    );
  const line = (root: ConsolePage, text: string) => root.row(text).first();

  it('shows stored lines of all instances and loads older ones as one scrolls', async () => {
    const mark = `stored-${randomUUID().slice(0, 8)}`;
    await store(mark, 450);
    await store('flood', 1, 'error', 1_234);
    const root = await openLog('&level=error');
    const { page } = root;
    await line(root, '1,234 lines left out by the server').waitFor();
    await line(root, `${mark} 450`).waitFor();
    await page.getByRole('grid', { name: 'Log' }).focus();
    // each press goes to the last line that is loaded, which loads the next page
    await eventually(async () => {
      await page.keyboard.press('End');
      return (await page.getByTitle(`${mark} 1`, { exact: true }).count()) > 0;
    });
    await page.getByTitle(`${mark} 1`, { exact: true }).click();
    const details = page.getByRole('complementary', { name: 'Log line' });
    await details.getByText(`${mark} 1`, { exact: true }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await root.close();
  });

  it('shows new lines live, and those that came during a pause when it ends', async () => {
    const clinic = await createTenant(server);
    const { id, token } = clinic.clinician;
    const root = await openLog('&level=info');
    const { page } = root;
    await page.keyboard.press('/');
    await page.keyboard.type(id);
    const arrivals = root.row('client connected').filter({ hasText: id });
    const first = await connect(server.wsUrl, { token });
    await arrivals.first().waitFor();
    await page.getByRole('grid', { name: 'Log' }).focus();
    await page.keyboard.press('p');
    const before = await arrivals.count();
    const second = await connect(server.wsUrl, { token });
    const resume = page.getByRole('button', { name: /^Resume and show [\d,]+ new lines?$/ });
    await resume.waitFor();
    expect(await arrivals.count()).toBe(before);
    await resume.click();
    await eventually(async () => (await arrivals.count()) > before);
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await Promise.all([first.close(), second.close()]);
    expect(root.complaints).toEqual([]);
    await root.close();
  });

  it('leaves out what is less severe than the chosen level, and says when nothing fits the filter', async () => {
    const mark = `level-${randomUUID().slice(0, 8)}`;
    await store(`${mark} e`, 1, 'error');
    await store(`${mark} w`, 1, 'warn');
    const root = await openLog();
    const { page } = root;
    await page.setViewportSize({ width: 390, height: 780 });
    await line(root, `${mark} w`).waitFor();
    await page.getByText('Errors', { exact: true }).click();
    await line(root, `${mark} w`).waitFor({ state: 'detached' });
    await line(root, `${mark} e`).waitFor();
    expect(page.url()).toContain('level=error');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('searchbox', { name: 'Filter the lines' }).fill('no line has this text');
    await page.getByRole('heading', { name: 'No lines match' }).waitFor();
    await root.close();
  });
});
