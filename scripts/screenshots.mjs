import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
 * temporary data folder, adds what the demo data lack, signs in with each role in Chromium, and opens each page.
 * `npm run screenshots -- week lock` takes these two.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs', 'images');
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 780 };
const PAPER = { width: 900, height: 640 };
/** Of the pictures, which are WebP. */
const QUALITY = 82;
/** How long the demo traffic runs, so that charts and logs have data. */
const LIVELY_MS = 150_000;
const MAX_TOTAL_BYTES = 3_500_000;

const MESSAGES = [
  ['info', 'Flu vaccine has arrived. Shots can be booked from Monday on.'],
  ['warning', 'The laboratory system is slow today: results come about an hour late.'],
  ['error', 'Lift B is out of order. Please bring wheelchairs through the north entrance.'],
];
const CRITICAL = {
  title: 'Fire alarm, second floor',
  message: 'The smoke detector beside the laboratory. Who goes and looks?',
  level: 'error',
  requires_ack: { within_s: 300, steps: [{ to: { roles: ['tenant_admin'] }, within_s: 300 }] },
};
const POLICIES = [
  {
    name: 'Resuscitation',
    within_s: 60,
    steps: [
      { to: { roles: ['clinician'] }, within_s: 60 },
      { to: { roles: ['tenant_admin'] }, within_s: 120 },
    ],
  },
  {
    name: 'Medication fridge too warm',
    within_s: 600,
    steps: [{ to: { roles: ['clinician', 'tenant_admin'] }, within_s: 600 }],
  },
];

const GATEWAYS = [
  [
    'hl7-engine',
    { gateway_type: 'interface engine', status: 'HEALTHY', metadata: { queue: 3, version: '4.2' } },
  ],
  ['lab-feed', { gateway_type: 'lab feed', status: 'HEALTHY', expect_every_s: 600 }],
  ['label-printer-2', { gateway_type: 'label printer', status: 'DEGRADED', metadata: { paper: 'low' } }],
];

/** A file to be imported, with two rows that cannot be. */
const CSV = [
  'Last name;First name;Date of birth;Sex;Phone',
  'Okafor;Ngozi;14.02.1987;f;+1 312 555 0142',
  'Lindqvist;Per;03.11.1954;m;+1 312 555 0177',
  'Haddad;Samira;31.02.1990;f;+1 312 555 0119',
  'Romero;;22.07.2001;m;+1 312 555 0163',
].join('\n');

/** Webhooks by the path of the receiver, which decides how it answers. */
const WEBHOOKS = [
  ['/interface-engine', 'clinician', null],
  ['/waiting-room-display', 'front_desk', ['appointment_created', 'appointment_updated']],
  ['/billing', 'ids', null],
];
const FAILING_PATH = '/billing';

const openRow = (nth) => async (page) => {
  await page.getByRole('row').nth(nth).click();
  await page.getByRole('complementary').waitFor();
};
const press = (key) => async (page) => {
  await page.locator('main').focus();
  await page.keyboard.press(key);
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
const lock = async (page) => {
  await openPalette(page);
  await page.getByRole('combobox').fill('lock this screen');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Locked' }).waitFor();
};
const openShortcuts = async (page) => {
  await press('?')(page);
  await page.getByRole('dialog').waitFor();
};
const openHeader = (name) => async (page) => {
  await page.getByRole('banner').getByRole('button', { name }).click();
};
const openAccount = async (page) => {
  await openHeader(/^Account of/)(page);
  await page.getByRole('button', { name: 'Account & security' }).click();
  await page.getByRole('dialog').waitFor();
};
const openAppointment = async (page) => {
  await page
    .locator('[data-appointment]')
    .filter({ hasText: /Booked|Arrived/ })
    .first()
    .click();
  await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).waitFor();
};
const openMerge = async (page) => {
  await openRow(4)(page);
  await page.getByRole('button', { name: 'Merge…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('searchbox').or(dialog.getByRole('textbox')).first().fill('an');
  await dialog
    .getByRole('button', { name: /^Compare/ })
    .first()
    .click();
  await dialog.getByText('This cannot be undone.').waitFor();
};
const openRestricted = async (page) => {
  await page.getByRole('row').filter({ hasText: 'Restricted' }).first().click();
  await page.getByRole('button', { name: /^Emergency access/ }).waitFor();
};
const chooseFile = async (page) => {
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chosen).setFiles({ name: 'patients.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) });
  await page.getByRole('heading', { name: 'What the columns are' }).waitFor();
};
/** What would be printed; the dialog of the browser, which nobody would close, does not open. */
const printDay = async (page) => {
  await page.locator('[data-appointment]').first().waitFor();
  await page.evaluate(() => {
    window.print = () => document.body.setAttribute('data-printed', '');
  });
  await page.getByRole('button', { name: /^Print the day/ }).click();
  await page.locator('body[data-printed]').waitFor();
  await page.emulateMedia({ media: 'print' });
};
const openProgress = async (page) => {
  await page
    .getByRole('main')
    .getByRole('button', { name: new RegExp(CRITICAL.title) })
    .first()
    .click();
  await page.getByRole('complementary').getByRole('table').waitFor();
};

/** File, person, page and options of each picture. Those at the end have the bar of the critical notice above them. */
const PICTURES = [
  ['sign-in', 'nobody', '/'],
  ['patients', 'clinician', '/patients/', { prepare: openRow(4) }],
  ['patients-dark', 'clinician', '/patients/', { dark: true, prepare: openRow(4) }],
  ['patients-narrow', 'front_desk', '/patients/', { viewport: NARROW }],
  ['patient-restricted', 'front_desk', '/patients/', { prepare: openRestricted }],
  ['patient-merge', 'clinician', '/patients/', { prepare: openMerge }],
  ['patient-import', 'tenant_admin', '/patients/?import=1', { prepare: chooseFile }],
  ['patient-deleted', 'tenant_admin', '/patients/?deleted=1', { prepare: openRow(1) }],
  ['schedule', 'front_desk', '/schedule/'],
  ['schedule-dark', 'front_desk', '/schedule/', { dark: true }],
  ['schedule-narrow', 'front_desk', '/schedule/', { viewport: NARROW }],
  ['appointment', 'front_desk', '/schedule/', { prepare: openAppointment }],
  ['my-day', 'clinician', '/schedule/', { prepare: press('m') }],
  ['week', 'front_desk', '/schedule/?span=week'],
  ['day-sheet', 'clinician', '/schedule/', { viewport: PAPER, prepare: printDay }],
  ['waiting-room', 'nobody', '/board/'],
  ['people-here', 'clinician', '/patients/', { prepare: openHeader(/^Who is here/) }],
  ['account', 'clinician', '/patients/', { prepare: openAccount }],
  ['first-steps', 'new_admin', '/clinic-setup/'],
  ['connections', 'tenant_admin', '/connections/', { prepare: lastMinutes }],
  ['limits', 'tenant_admin', '/limits/'],
  ['clinic-setup', 'tenant_admin', '/clinic-setup/'],
  ['security', 'tenant_admin', '/security/'],
  ['events', 'tenant_admin', '/events/', { prepare: openRow(2) }],
  ['integrations', 'tenant_admin', '/integrations/?tab=webhooks', { prepare: openWebhook }],
  ['keys', 'tenant_admin', '/integrations/', { prepare: openRow(1) }],
  ['gateways', 'tenant_admin', '/gateways/', { prepare: openRow(2) }],
  ['users', 'tenant_admin', '/users/', { prepare: openRow(2) }],
  ['approvals', 'tenant_admin', '/users/?approvals=1'],
  ['audit', 'tenant_admin', '/audit/', { prepare: openRow(3) }],
  ['emergency-accesses', 'tenant_admin', '/audit/?tab=emergency', { prepare: openRow(1) }],
  ['policies', 'tenant_admin', '/notifications/?tab=policies'],
  ['tenants', 'super_admin', '/tenants/'],
  ['clinics-compared', 'super_admin', '/connections/'],
  ['system', 'super_admin', '/system/'],
  ['system-log', 'super_admin', '/system/?view=log&level=info'],
  ['palette', 'tenant_admin', '/patients/', { prepare: openPalette }],
  ['shortcuts', 'front_desk', '/schedule/', { prepare: openShortcuts }],
  ['notifications', 'clinician', '/notifications/', { critical: true }],
  ['progress', 'tenant_admin', '/notifications/?tab=sent', { critical: true, prepare: openProgress }],
  ['lock', 'front_desk', '/patients/', { prepare: lock }],
];

/** Cleanup functions, run in reverse order. */
const cleanups = [];

async function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !PICTURES.some(([known]) => known === name));
  if (unknown.length > 0) throw new StepError(`No such picture: ${unknown.join(', ')}`);
  const pictures = PICTURES.filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new StepError('No Chromium on this machine: npm test says how to get one');

  const { url, logins } = await startDemo();
  const people = new Map();
  const [admin] = logins.filter(({ role }) => role === 'tenant_admin');
  for (const login of logins.filter(
    ({ clinic, role }) => clinic === admin.clinic || role === 'super_admin',
  )) {
    if (!people.has(login.role)) people.set(login.role, login);
  }
  const { tenant } = await call(url, 'GET', '/auth/me', await tokenOf(url, admin));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run'] });
  cleanups.push(() => browser.close());

  const pages = new Map();
  const pageFor = async (role, { viewport = WIDE, dark = false } = {}) => {
    const key = JSON.stringify([role, viewport, dark]);
    if (!pages.has(key)) {
      const look = { viewport, colorScheme: dark ? 'dark' : 'light', timezoneId: tenant.time_zone };
      pages.set(key, await openConsole(browser, url, people.get(role), look));
    }
    return pages.get(key);
  };
  const board = await prepareClinic(url, people, tenant);
  people.set('new_admin', await createClinic(url, people.get('super_admin'), tenant.time_zone));
  // All users are connected before the first picture, so that the pages about connections have data.
  for (const [, role, , look] of PICTURES) await pageFor(role, look);
  console.log(`${admin.clinic}: letting something happen for ${LIVELY_MS / 1_000} s …`);
  await delay(LIVELY_MS);

  mkdirSync(images, { recursive: true });
  let total = 0;
  const failed = [];
  let isCritical = false;
  for (const [name, role, path, look = {}] of pictures) {
    if (look.critical && !isCritical) {
      isCritical = true;
      const token = await tokenOf(url, people.get('tenant_admin'));
      await call(url, 'POST', '/notifications', token, CRITICAL);
    }
    const page = await pageFor(role, look);
    const file = join(images, `${name}.webp`);
    const address = name === 'waiting-room' ? board : `${url}${path}`;
    try {
      await takePicture(page, address, file, role === 'nobody', look.prepare);
    } catch (error) {
      console.error(`${name}:`, error);
      failed.push(name);
      continue;
    }
    const { size } = statSync(file);
    total += size;
    console.log(`${`${name}.webp`.padEnd(24)} ${Math.round(size / 1_000)} kB`);
  }
  console.log(`${pictures.length - failed.length} pictures, ${Math.round(total / 1_000)} kB`);
  if (failed.length > 0) throw new StepError(`Not taken: ${failed.join(', ')}`);
  if (total > MAX_TOTAL_BYTES)
    throw new StepError(`More than ${MAX_TOTAL_BYTES / 1_000} kB: too much for a repository`);
}

/** Starts a server with demo clinics on a free port. Returns its URL and the logins that it prints. */
async function startDemo() {
  const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-screenshots-'));
  const morning = new URL('lib/morning-demo.mjs', import.meta.url).href;
  const server = spawn(process.execPath, ['--import', morning, join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: '0',
      DEMO: 'true',
      DEMO_TRAFFIC: 'true',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      LOG_LEVEL: 'info',
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
    if (url !== undefined && line.startsWith('Stop it')) break;
  }
  if (url === undefined) throw new StepError('The demo server ended before it was ready');
  // The log, which nobody reads here, must not fill the pipe and stop the server.
  server.stdout.resume();
  return { url, logins };
}

const signIn = (url, { email, password }) =>
  fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });

async function tokenOf(url, login) {
  const response = await signIn(url, login);
  if (!response.ok) throw new Error(`POST /auth/login answered ${response.status}`);
  return (await response.json()).access_token;
}

/** Calls the API. A failure ends the script: the picture of what was prepared would lack it. */
async function call(url, method, path, token, body) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? undefined : await response.json();
}

/** Makes what the demo data lack. Returns the address of the screen of the waiting room. */
async function prepareClinic(url, people, tenant) {
  const admin = await tokenOf(url, people.get('tenant_admin'));
  const clinician = await tokenOf(url, people.get('clinician'));
  const superAdmin = await tokenOf(url, people.get('super_admin'));
  for (const [level, message] of MESSAGES)
    await call(url, 'POST', '/notifications', admin, { level, message });
  for (const policy of POLICIES) await call(url, 'POST', '/escalation-policies', admin, policy);
  for (const [id, report] of GATEWAYS) await call(url, 'PUT', `/gateways/${id}`, admin, report);
  await addWebhooks(url, admin);

  const { data: patients } = await call(url, 'GET', '/patients?limit=5', admin);
  const [restricted, other, deleted, , twin] = patients;
  for (const { id } of [restricted, other])
    await call(url, 'PATCH', `/patients/${id}`, admin, { restricted: true });
  const reason = 'Unconscious on arrival, needs to know the medication';
  await call(url, 'POST', `/patients/${other.id}/break-glass`, clinician, { reason });
  await call(url, 'DELETE', `/patients/${deleted.id}`, admin);
  const { first_name, last_name, birth_date } = twin;
  await call(url, 'POST', '/patients', clinician, {
    first_name,
    last_name,
    birth_date,
    phone: '(312) 555-0188',
  });

  const person = {
    email: 'locum@riverside.test',
    name: 'Dr. Imani Brooks',
    role: 'clinician',
    invitation: true,
  };
  await call(url, 'POST', '/users', superAdmin, { ...person, tenant_id: tenant.id });
  const scopes = ['patients:read', 'appointments:read', 'events:write'];
  await call(url, 'POST', '/integration-keys', admin, { name: 'Lab feed', scopes });
  const screen = { name: 'Screen of the waiting room', scopes: ['stream:read'], role: 'ids' };
  const { key } = await call(url, 'POST', '/integration-keys', admin, screen);
  return `${url}/board/#${key}`;
}

/** A clinic that has nothing yet. Returns the login of its administrator, who has chosen the own password. */
async function createClinic(url, superAdmin, timeZone) {
  const token = await tokenOf(url, superAdmin);
  const clinic = { name: 'Hillside Clinic', slug: 'hillside', time_zone: timeZone };
  const { id } = await call(url, 'POST', '/tenants', token, clinic);
  const first = { email: 'admin@hillside.test', password: 'a first password for a colleague' };
  const person = { ...first, name: 'Joan Keller', role: 'tenant_admin', tenant_id: id };
  await call(url, 'POST', '/users', token, person);
  const { change_token } = await (await signIn(url, first)).json();
  const login = { email: first.email, password: 'correct horse battery' };
  const body = { change_token, new_password: login.password };
  await call(url, 'POST', '/auth/password', undefined, body);
  return login;
}

/** Webhooks to a receiver on this machine, one of which fails. */
async function addWebhooks(url, token) {
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(request.url === FAILING_PATH ? 503 : 204).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  cleanups.push(async () => {
    receiver.close();
    receiver.closeAllConnections();
  });
  for (const [path, payload, types] of WEBHOOKS) {
    const address = `http://127.0.0.1:${receiver.address().port}${path}`;
    await call(url, 'POST', '/webhooks', token, { url: address, payload, types });
  }
}

/** @param {{ email: string, password: string } | undefined} login nobody signs in without one */
async function openConsole(browser, url, login, look) {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...look });
  const page = await context.newPage();
  if (login === undefined) return page;
  await page.goto(url);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(login.email);
  await page.getByLabel('Password', { exact: true }).fill(login.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await untilLive(page);
  return page;
}

const untilLive = (page) => page.getByRole('button', { name: 'Connection: Live' }).waitFor();

/** Takes a picture of a page after it is live and loaded, its font is available, and no toast is shown. */
async function takePicture(page, address, file, isPublic, prepare) {
  await page.emulateMedia({ media: 'screen' });
  await page.goto(address);
  if (!isPublic) {
    await untilLive(page);
    await page.getByRole('button', { name: /^Notifications/ }).waitFor();
    await page
      .getByRole('main')
      .locator('[aria-busy="true"], .mantine-Skeleton-root')
      .first()
      .waitFor({ state: 'detached' });
  }
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  // What came while the page was closed is said a moment after it is live.
  await delay(2_000);
  await dismissToasts(page);
  await prepare?.(page);
  await page.mouse.move(0, 0);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    const noCaret = new CSSStyleSheet();
    noCaret.replaceSync('* { caret-color: transparent !important }');
    document.adoptedStyleSheets.push(noCaret);
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
    }
  });
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  await devtools.detach();
  writeFileSync(file, Buffer.from(data, 'base64'));
}

async function dismissToasts(page) {
  const toasts = page.locator('.mantine-Notification-root');
  for (let left = await toasts.count(); left > 0; left--) {
    await toasts.first().getByRole('button', { name: 'Close' }).click();
    await page.waitForFunction(
      (n) => document.querySelectorAll('.mantine-Notification-root').length < n,
      left,
    );
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const undo of cleanups.reverse()) await undo();
}
