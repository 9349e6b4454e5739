import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

declare const axe: { run(options: object): Promise<AxeResults> };

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe-core finds against WCAG 2.2 A and AA and its best practices, one line each, in the light scheme and then
 * in the dark one, as the page stands.
 */
export async function violationsOf(page: Page): Promise<string[]> {
  // Through the debugger, which the page's own Content-Security-Policy does not bind.
  await page.evaluate(source);
  const light = await violationsIn(page, 'light');
  const dark = await violationsIn(page, 'dark');
  await wear(page, 'light');
  return [...light, ...dark];
}

const wear = async (page: Page, colorScheme: 'light' | 'dark'): Promise<void> => {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
  // Colours change in a transition, and half-way through they contrast with nothing.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
    }
  });
};

async function violationsIn(page: Page, scheme: 'light' | 'dark'): Promise<string[]> {
  await wear(page, scheme);
  const results = await page.evaluate((runOnly) => axe.run({ runOnly, resultTypes: ['violations'] }), RULES);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${scheme}, ${id}: ${node.target.join(' ')} – ${node.failureSummary ?? ''}`),
  );
}
