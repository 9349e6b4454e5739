import type { Browser, Locator } from 'playwright-core';
import type { RunningServer } from '../../support/server.js';
import type { TestUser } from '../../support/tenant.js';
import { ConsolePage } from './console-page.js';

/** A Tuesday that has not come; the clinics of the tests are at UTC, the browser is in New York. */
export const DAY = '2030-01-15';
export const at = (clock: string): string => `${DAY}T${clock}:00.000Z`;

/** Signs in and opens the schedule. */
export async function openSchedule(
  browser: Browser,
  server: Pick<RunningServer, 'url'>,
  user: TestUser,
  query = `?date=${DAY}`,
): Promise<ConsolePage> {
  const person = await ConsolePage.open(browser, server);
  await person.signIn(user);
  await person.untilConnection('Live');
  await person.page.goto(`${server.url}/schedule/${query}`);
  await person.untilConnection('Live');
  return person;
}

/** The block of an appointment, by what a screen reader says of it. */
export const block = ({ page }: ConsolePage, text: string | RegExp): Locator =>
  page.getByRole('listitem').getByRole('button', { name: text });

/** The column of a practitioner or a room. */
export const column = ({ page }: ConsolePage, name: string): Locator =>
  page.getByRole('region', { name: new RegExp(`^${name},`) });
