import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

export { findChromium };

/** Quiet: it looks for no updates and calls nobody. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** Bounds what hangs: on a machine with other work a page takes several times as long as alone. */
const PAGE_TIMEOUT_MS = 90_000;

/** Real Chromium; close it when the test file is done. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('No Chromium on this machine: npm test says how to get one');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  browser.on('context', (context) => context.setDefaultTimeout(PAGE_TIMEOUT_MS));
  return browser;
}
