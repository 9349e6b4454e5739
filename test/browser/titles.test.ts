import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { browser, server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';

let clinic: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(server);
});

const untilTitled = (page: Page, title: string) =>
  page.waitForFunction((wanted) => document.title === `${wanted} · Wardbell`, title);
/** Every title that the page had, so that a late change of it is seen. */
const staysTitled = async (page: Page, title: string) => {
  await untilTitled(page, title);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  expect(await page.title()).toBe(`${title} · Wardbell`);
};
const ROOMS = [
  ['/patients/', 'Patients'],
  ['/schedule/', 'Schedule'],
  ['/users/', 'Users'],
  ['/clinic-setup/', 'Clinic setup'],
  ['/audit/', 'Audit'],
] as const;

it('a page is named by its room, opened directly, by a link, by back and forward, and after a reload', async () => {
  const admin = await signedIn(clinic.admin);
  const { page } = admin;
  for (const [path, title] of ROOMS) {
    await page.goto(`${server.url}${path}`);
    await staysTitled(page, title);
  }
  for (const [, title] of ROOMS) {
    await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
    await staysTitled(page, title);
  }
  for (const [, title] of ROOMS.toReversed().slice(1)) {
    await page.goBack();
    await staysTitled(page, title);
  }
  await page.goForward();
  await staysTitled(page, 'Schedule');
  await page.reload();
  await staysTitled(page, 'Schedule');
  await admin.close();
});

it('a page is named by the sign-in while that stands there, then by the room that was asked for, in the language that is chosen', async () => {
  const person = await ConsolePage.open(browser, { url: `${server.url}/schedule/` });
  const { page } = person;
  await staysTitled(page, 'Sign in');
  await page.getByRole('radio', { name: 'Deutsch' }).click();
  await staysTitled(page, 'Anmelden');
  await page.getByRole('radio', { name: 'English' }).click();
  await staysTitled(page, 'Sign in');
  await person.signIn(clinic.clinician);
  await staysTitled(page, 'Schedule');
  await page.goto(`${server.url}/users/`);
  await staysTitled(page, 'Your role does not allow this');
  await page.goto(`${server.url}/nowhere/`);
  await staysTitled(page, 'There is nothing at this address');
  await person.close();
});
