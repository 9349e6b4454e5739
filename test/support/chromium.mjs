import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/**
 * Where Debian, Ubuntu, Fedora and macOS put it. First the one without a window of its own, which is the same engine:
 * the browser tests take a quarter less time with it.
 */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The Chromium of this machine, or the one that `npx playwright install chromium` has brought. Plain
 * JavaScript, since the script that installs it looks here too.
 * @returns {string | undefined} its path
 */
export function findChromium() {
  return [process.env.CHROMIUM_PATH ?? '', ...PLACES, chromium.executablePath()].find(
    (path) => path !== '' && existsSync(path),
  );
}
