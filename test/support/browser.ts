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

/** Real Chromium; close it when the test file is done. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('No Chromium on this machine: npm test says how to get one');
  return chromium.launch({ executablePath, args: FLAGS });
}
