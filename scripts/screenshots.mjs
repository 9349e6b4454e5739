import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from '../test/support/chromium.mjs';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { StepError } from './lib/steps.mjs';

/**
 * `npm run screenshots`: takes the pictures in docs/images. Starts a server with demo clinics and demo traffic on a
 * temporary data folder, signs in with each role in Chromium, and opens each page.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs', 'images');
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 780 };
/** Opening hours in the local time of a clinic. The pictures show a clinic that is open. */
const OPEN = { from: 8, to: 17 };
/** How long the demo traffic runs, so that charts and logs have data. */
const LIVELY_MS = 150_000;
const MAX_TOTAL_BYTES = 3_500_000;

const MESSAGES = [
  ['info', 'Flu vaccine has arrived. Shots can be booked from Monday on.'],
  ['warning', 'The laboratory system is slow today: results come about an hour late.'],
  ['error', 'Lift B is out of order. Please bring wheelchairs through the north entrance.'],
];

const GATEWAYS = [
  [
    'hl7-engine',
    { gateway_type: 'interface engine', status: 'HEALTHY', metadata: { queue: 3, version: '4.2' } },
  ],
  ['lab-feed', { gateway_type: 'lab feed', status: 'HEALTHY', expect_every_s: 60 }],
  ['label-printer-2', { gateway_type: 'label printer', status: 'DEGRADED', metadata: { paper: 'low' } }],
];

const openRow = (nth) => async (page) => {
  await page.getByRole('row').nth(nth).click();
  await page.getByRole('complementary').waitFor();
};
/** The position is known when the list was read after the connection was live. */
const openWebhook = async (page) => {
  await openRow(1)(page);
  await page.getByText(/^[\d,]+ of [\d,]+$/).waitFor();
  await page.getByRole('complementary').getByRole('listitem').first().waitFor();
};
const lastMinutes = async (page) => {
  await page.getByText('15 min', { exact: true }).click();
};
const openPalette = async (page) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
};
/** File, role, page and options of each picture. */
const PICTURES = [
  ['patients', 'clinician', '/patients/', { prepare: openRow(4) }],
  ['patients-dark', 'clinician', '/patients/', { dark: true, prepare: openRow(4) }],
  ['patients-narrow', 'front_desk', '/patients/', { viewport: NARROW }],
  ['schedule', 'front_desk', '/schedule/'],
  ['schedule-dark', 'front_desk', '/schedule/', { dark: true }],
  ['notifications', 'tenant_admin', '/notifications/'],
  ['connections', 'tenant_admin', '/connections/', { prepare: lastMinutes }],
  ['limits', 'tenant_admin', '/limits/'],
  ['clinic-setup', 'tenant_admin', '/clinic-setup/'],
  ['security', 'tenant_admin', '/security/'],
  ['events', 'tenant_admin', '/events/', { prepare: openRow(2) }],
  ['integrations', 'tenant_admin', '/integrations/?tab=webhooks', { prepare: openWebhook }],
  ['gateways', 'tenant_admin', '/gateways/', { prepare: openRow(2) }],
  ['users', 'tenant_admin', '/users/', { prepare: openRow(2) }],
  ['audit', 'tenant_admin', '/audit/', { prepare: openRow(3) }],
  ['tenants', 'super_admin', '/tenants/'],
  ['system', 'super_admin', '/system/'],
  ['system-log', 'super_admin', '/system/?view=log&level=info'],
  ['palette', 'tenant_admin', '/patients/', { prepare: openPalette }],
];

/** Webhooks by the path of the receiver, which decides how it answers. */
const WEBHOOKS = [
  ['/interface-engine', 'clinician', null],
  ['/waiting-room-display', 'front_desk', ['appointment_created', 'appointment_updated']],
  ['/billing', 'ids', null],
];
const FAILING_PATH = '/billing';

/** Cleanup functions, run in reverse order. */
const cleanups = [];

async function main() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new StepError('No Chromium on this machine: npm test says how to get one');

  const { url, logins } = await startDemo();
  const clinic = await chooseClinic(url, logins);
  const people = new Map(
    logins
      .filter((login) => login.clinic === clinic || login.role === 'super_admin')
      .map((login) => [login.role, login]),
  );
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run'] });
  cleanups.push(() => browser.close());

  const open = (role, { viewport = WIDE, dark = false } = {}) =>
    openConsole(browser, url, people.get(role), { viewport, colorScheme: dark ? 'dark' : 'light' });
  const pages = new Map();
  const pageFor = async (role, look) => {
    const key = JSON.stringify([role, look.viewport, look.dark]);
    if (!pages.has(key)) pages.set(key, await open(role, look));
    return pages.get(key);
  };
  // All users are connected before the first picture, so that the pages about connections have data.
  for (const [, role, , look = {}] of PICTURES) await pageFor(role, look);
  await notify(url, people.get('tenant_admin'));
  await addWebhooks(url, people.get('tenant_admin'));
  await reportGateways(url, people.get('tenant_admin'));
  console.log(`${clinic}: letting something happen for ${LIVELY_MS / 1_000} s …`);
  await delay(LIVELY_MS);

  mkdirSync(images, { recursive: true });
  let total = 0;
  for (const [name, role, path, look = {}] of PICTURES) {
    const page = await pageFor(role, look);
    const file = join(images, `${name}.png`);
    await takePicture(page, `${url}${path}`, file, look.prepare);
    const { size } = statSync(file);
    total += size;
    console.log(`${`${name}.png`.padEnd(24)} ${Math.round(size / 1_000)} kB`);
  }
  console.log(`${PICTURES.length} pictures, ${Math.round(total / 1_000)} kB`);
  if (total > MAX_TOTAL_BYTES)
    throw new StepError(`More than ${MAX_TOTAL_BYTES / 1_000} kB: too much for a repository`);
}

/** Starts a server with demo clinics on a free port. Returns its URL and the logins that it prints. */
async function startDemo() {
  const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-screenshots-'));
  const server = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: '0',
      DEMO: 'true',
      DEMO_TRAFFIC: 'true',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(async () => {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(dataDir, { recursive: true, force: true });
  });
  const logins = [];
  let url;
  for await (const line of createInterface({ input: server.stdout })) {
    url ??= /Wardbell is running: (\S+)/.exec(line)?.[1];
    const login = /^(\S.*?)\s{2,}(super_admin|tenant_admin|clinician|front_desk)\s+(\S+@\S+)\s+(\S+)$/.exec(
      line,
    );
    if (login) logins.push({ clinic: login[1], role: login[2], email: login[3], password: login[4] });
    if (url !== undefined && line.startsWith('Stop it')) return { url, logins };
  }
  throw new StepError('The demo server ended before it was ready');
}

async function tokenOf(url, { email, password }) {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`POST /auth/login answered ${response.status}`);
  return (await response.json()).access_token;
}

/** The first demo clinic that is open now, otherwise the first one. */
async function chooseClinic(url, logins) {
  const admins = logins.filter(({ role }) => role === 'tenant_admin');
  for (const admin of admins) {
    const headers = { authorization: `Bearer ${await tokenOf(url, admin)}` };
    const { tenant } = await (await fetch(`${url}/api/v1/auth/me`, { headers })).json();
    const format = { timeZone: tenant.time_zone, hour: 'numeric', hourCycle: 'h23' };
    const hour = Number(new Intl.DateTimeFormat('en-GB', format).format());
    if (hour >= OPEN.from && hour < OPEN.to) return admin.clinic;
  }
  return admins[0].clinic;
}

async function post(url, path, token, body) {
  await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function notify(url, admin) {
  const token = await tokenOf(url, admin);
  for (const [level, message] of MESSAGES) await post(url, '/notifications', token, { level, message });
}

/** Webhooks to a receiver on this machine, one of which fails. */
async function addWebhooks(url, admin) {
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(request.url === FAILING_PATH ? 503 : 204).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  cleanups.push(async () => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const token = await tokenOf(url, admin);
  for (const [path, payload, types] of WEBHOOKS) {
    const address = `http://127.0.0.1:${receiver.address().port}${path}`;
    await post(url, '/webhooks', token, { url: address, payload, types });
  }
}

async function reportGateways(url, admin) {
  const token = await tokenOf(url, admin);
  for (const [id, report] of GATEWAYS) {
    await fetch(`${url}/api/v1/gateways/${id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
    });
  }
}

async function openConsole(browser, url, login, look) {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...look });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(login.email);
  await page.getByLabel('Password', { exact: true }).fill(login.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await untilLive(page);
  return page;
}

const untilLive = (page) => page.getByRole('button', { name: 'Connection: Live' }).waitFor();

/** Takes a picture of a page after it is live and loaded, its font is available, and no toast is shown. */
async function takePicture(page, address, file, prepare) {
  await page.goto(address);
  await untilLive(page);
  await page.getByRole('button', { name: /^Notifications/ }).waitFor();
  await page
    .getByRole('main')
    .locator('[aria-busy="true"], .mantine-Skeleton-root')
    .first()
    .waitFor({ state: 'detached' });
  await page.evaluate(() => document.fonts.ready);
  await prepare?.(page);
  await page.mouse.move(0, 0);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const undo of cleanups.reverse()) await undo();
}
