import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from '../test/support/chromium.mjs';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { CRITICAL, call, createClinic, prepareClinic, tokenOf } from './lib/screenshots/clinic.mjs';
import { PICTURES, WIDE } from './lib/screenshots/pictures.mjs';
import { StepError } from './lib/steps.mjs';

/**
 * `npm run screenshots`: takes the pictures in docs/images. Starts a server with demo clinics and demo traffic on a
 * temporary data folder, adds what the demo data lack, signs in with each role in Chromium, and opens each page.
 * `npm run screenshots -- week lock` takes these two.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs', 'images');
/** Of the pictures, which are WebP. */
const QUALITY = 82;
/** How long the demo traffic runs, so that charts and logs have data. */
const LIVELY_MS = 150_000;
const MAX_TOTAL_BYTES = 3_500_000;

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
  const board = await prepareClinic(url, people, tenant, cleanups);
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
