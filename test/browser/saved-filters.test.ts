import { beforeEach, expect, it } from '@jest/globals';
import { ListPreferences } from '@wardbell/contract';
import { z } from 'zod';
import { createTenant, must, type TestTenant, type TestUser } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';
import { untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';
import { createPatient } from './support/patients.js';

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const openMenu = ({ page }: ConsolePage) =>
  page.getByRole('button', { name: 'Saved filters', exact: true }).click();

/** What the server has saved for a person. */
const savedOf = async (user: TestUser) =>
  (
    await must(
      z.looseObject({ data: z.array(z.looseObject({ list: z.string() })) }),
      server,
      'GET',
      '/users/me/lists',
      {
        token: user.token,
      },
    )
  ).data;

it('are saved under a name in one browser and found, chosen and opened by default in another', async () => {
  const here = await signedIn(clinic.admin);
  await here.page.goto(`${server.url}/users/`);
  await here.row('Test clinician').waitFor();
  await here.page.getByLabel('Role', { exact: true }).selectOption('front_desk');
  await here.row('Test clinician').waitFor({ state: 'detached' });
  await openMenu(here);
  const menu = here.page.getByRole('dialog');
  await menu.getByText('You have saved no filter for this list.').waitFor();
  expect(await violationsOf(here.page)).toEqual([]);
  await menu.getByLabel('Save the filter as').fill('Reception');
  await menu.getByRole('button', { name: 'Save', exact: true }).click();
  await menu.getByRole('button', { name: 'Reception', exact: true }).waitFor();

  const there = await signedIn(clinic.admin);
  await there.page.goto(`${server.url}/users/`);
  await there.row('Test clinician').waitFor();
  await openMenu(there);
  await there.page.getByRole('button', { name: 'Reception', exact: true }).click();
  await there.row('Test clinician').waitFor({ state: 'detached' });
  expect(new URL(there.page.url()).searchParams.get('role')).toBe('front_desk');

  await openMenu(there);
  expect(await violationsOf(there.page)).toEqual([]);
  const star = there.page.getByRole('button', { name: 'Open this list with “Reception”' });
  await star.click();
  await there.page.getByText('This list opens with “Reception”.').waitFor();
  // the browser of before learns it, and opens the list narrowed down at once
  const third = await signedIn(clinic.admin);
  await third.page.goto(`${server.url}/users/`);
  await third.page
    .getByLabel('Role', { exact: true })
    .and(third.page.locator('[value=front_desk], select'))
    .waitFor();
  await eventually(async () => new URL(third.page.url()).searchParams.get('role') === 'front_desk');
  await third.page.goto(`${server.url}/users/?status=active`);
  await third.row('Test clinician').waitFor();
  expect(new URL(third.page.url()).searchParams.get('role')).toBeNull();

  await openMenu(third);
  await third.page.getByRole('button', { name: 'Rename “Reception”' }).click();
  await third.page.getByLabel('New name').fill('Front desk');
  await third.page.getByRole('button', { name: 'Rename', exact: true }).click();
  await third.page.getByText('This list opens with “Front desk”.').waitFor();
  await third.page.getByRole('button', { name: 'Delete “Front desk”' }).click();
  await third.page.getByText('You have saved no filter for this list.').waitFor();
  expect(await savedOf(clinic.clinician)).toEqual([]);
  expect([...here.complaints, ...there.complaints, ...third.complaints]).toEqual([]);
  await Promise.all([here.close(), there.close(), third.close()]);
});

it('made the default in one tab narrow no list that is being read, neither there nor in another tab', async () => {
  await must(ListPreferences, server, 'PUT', '/users/me/lists', {
    token: clinic.admin.token,
    body: { list: 'users', version: 0, filters: [{ name: 'Reception', filter: { role: 'front_desk' } }] },
  });
  const here = await signedIn(clinic.admin);
  await here.page.goto(`${server.url}/users/`);
  await here.row('Test clinician').waitFor();
  // the browser has had the first answer of the server
  await here.page.waitForFunction(() => localStorage.getItem('wardbell.lists')?.includes('"isKnown":true'));
  const there = await here.openTab('/users/');
  await there.row('Test clinician').waitFor();
  await openMenu(there);
  await here.page.evaluate(() =>
    addEventListener('storage', () => {
      const isTold = localStorage.getItem('wardbell.lists')?.includes('front_desk');
      if (isTold) setTimeout(() => document.body.setAttribute('data-told', ''));
    }),
  );
  await there.page.getByRole('button', { name: 'Open this list with “Reception”' }).click();
  await there.page.getByText('This list opens with “Reception”.').waitFor();
  await here.page.locator('body[data-told]').waitFor({ state: 'attached' });
  for (const tab of [here, there]) {
    expect(await tab.row('Test clinician').count()).toBe(1);
    expect(new URL(tab.page.url()).search).toBe('');
  }
  // it is for the next time
  await here.page.goto(`${server.url}/users/`);
  await eventually(async () => new URL(here.page.url()).searchParams.get('role') === 'front_desk');
  await here.row('Test clinician').waitFor({ state: 'detached' });
  expect([...here.complaints, ...there.complaints]).toEqual([]);
  await here.close();
});

it('of patients have the order and archived ones, and nothing of what was searched for', async () => {
  await createPatient(server, clinic.clinician, { last_name: 'Abel' });
  await createPatient(server, clinic.clinician, { last_name: 'Berg' });
  const here = await signedIn(clinic.clinician);
  const { page } = here;
  await here.row('Abel').waitFor();
  await page.getByRole('columnheader', { name: 'Updated' }).getByRole('button').click();
  await page
    .getByRole('columnheader', { name: 'Updated' })
    .and(page.locator('[aria-sort=descending]'))
    .waitFor();
  await page.getByRole('searchbox', { name: 'Search patients' }).fill('abel');
  await here.row('Berg').waitFor({ state: 'detached' });
  await openMenu(here);
  await page.getByLabel('Save the filter as').fill('Newest first');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Newest first', exact: true }).waitFor();
  expect(await savedOf(clinic.clinician)).toEqual([
    expect.objectContaining({
      list: 'patients',
      filters: [{ name: 'Newest first', filter: { sort: 'updated', order: 'desc' } }],
    }),
  ]);
  await page.getByRole('button', { name: 'Open this list with “Newest first”' }).click();
  await page.getByText('This list opens with “Newest first”.').waitFor();
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(stored).not.toMatch(/abel|Newest/i);

  const phone = await signedIn(clinic.clinician, { viewport: { width: 390, height: 844 } });
  await eventually(async () => (await phone.page.getByRole('row').allInnerTexts())[1]?.includes('Berg'));
  await openMenu(phone);
  await phone.page.getByRole('button', { name: 'Newest first', exact: true }).waitFor();
  expect(await overflowOf(phone.page)).toBe(0);
  expect([...here.complaints, ...phone.complaints]).toEqual([]);
  await Promise.all([here.close(), phone.close()]);
});

it('come with the columns that a person has chosen on another screen', async () => {
  await createPatient(server, clinic.clinician, { last_name: 'Abel' });
  const here = await signedIn(clinic.clinician);
  await here.page.getByRole('button', { name: 'Columns', exact: true }).click();
  await here.page.getByRole('checkbox', { name: 'Phone' }).click();
  await eventually(async () => (await savedOf(clinic.clinician)).length === 1);
  const there = await signedIn(clinic.clinician);
  await there.row('Abel').waitFor();
  await there.page.getByRole('columnheader', { name: 'MRN' }).waitFor();
  await there.page.getByRole('columnheader', { name: 'Phone' }).waitFor({ state: 'detached' });
  expect([...here.complaints, ...there.complaints]).toEqual([]);
  await Promise.all([here.close(), there.close()]);
});

/** Saves filters of the list of users for the clinic's admin, under these names. */
const saveFilters = (...names: readonly string[]) =>
  must(ListPreferences, server, 'PUT', '/users/me/lists', {
    token: clinic.admin.token,
    body: {
      list: 'users',
      version: 0,
      filters: names.map((name) => ({ name, filter: { role: 'front_desk' } })),
    },
  });
const openUsers = async (query = ''): Promise<ConsolePage> => {
  const person = await signedIn(clinic.admin);
  await person.page.goto(`${server.url}/users/${query}`);
  await person.row('Test front_desk').waitFor();
  return person;
};

it('are renamed and deleted with the keyboard, which is for the menu alone while it is open', async () => {
  await saveFilters('First', 'Second', 'Third');
  const anna = await openUsers();
  const { page } = anna;
  await anna.row('Test front_desk').click();
  const panel = page.getByRole('complementary');
  await panel.waitFor();
  const menu = page.getByRole('dialog');
  const button = (name: string) => menu.getByRole('button', { name, exact: true });
  const untilFocused = (name: string) => button(name).and(page.locator(':focus')).waitFor();
  await page.getByRole('button', { name: 'Saved filters', exact: true }).press('Enter');
  await button('Rename “Second”').press('Enter');
  const field = menu.getByLabel('New name').and(page.locator(':focus'));
  await field.fill('Other');
  await field.press('Escape');
  await untilFocused('Rename “Second”');
  await button('Rename “Second”').press('Enter');
  await field.fill('2nd');
  await field.press('Enter');
  await untilFocused('Rename “2nd”');
  await button('Delete “2nd”').press('Enter');
  await untilFocused('Third');
  await button('Delete “Third”').press('Enter');
  await untilFocused('First');
  await button('Delete “First”').press('Enter');
  await menu.getByText('You have saved no filter for this list.').waitFor();
  const hasFocus = () => menu.evaluate((element) => element.contains(document.activeElement));
  await eventually(hasFocus, { what: 'the focus in the menu' });
  await page.keyboard.press('/');
  expect(await hasFocus()).toBe(true);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  await page
    .getByRole('button', { name: 'Saved filters', exact: true })
    .and(page.locator(':focus'))
    .waitFor();
  expect(await panel.isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('are 20 for a list, and the menu says so instead of offering another', async () => {
  await saveFilters(...Array.from({ length: 20 }, (_, n) => `Filter ${n}`));
  const anna = await openUsers('?role=front_desk');
  await openMenu(anna);
  const menu = anna.page.getByRole('dialog');
  await menu.getByText('You have saved 20 filters for this list, which is the most.').waitFor();
  expect(await menu.getByRole('textbox').count()).toBe(0);
  expect(await violationsOf(anna.page)).toEqual([]);
  await menu.getByRole('button', { name: 'Delete “Filter 7”' }).click();
  await menu.getByLabel('Save the filter as').waitFor();
  expect(anna.complaints).toEqual([]);
  await anna.close();
});

it('are not said to be none while the server has not answered, and a name that was not saved stays', async () => {
  const anna = await signedIn(clinic.admin);
  const { page } = anna;
  const lists = '**/api/v1/users/me/lists';
  await page.route(lists, (route) => route.abort('connectionrefused'));
  await page.goto(`${server.url}/users/?role=front_desk`);
  await anna.row('Test front_desk').waitFor();
  await openMenu(anna);
  const menu = page.getByRole('dialog');
  await menu.getByRole('button', { name: 'Try again' }).waitFor();
  expect(await menu.getByText('You have saved no filter').count()).toBe(0);
  expect(await menu.getByRole('textbox').count()).toBe(0);
  expect(await violationsOf(page)).toEqual([]);
  await page.unroute(lists);
  await menu.getByText('You have saved no filter for this list.').waitFor();
  const name = menu.getByLabel('Save the filter as');
  await page.route(lists, (route) => route.abort('connectionrefused'));
  await name.fill('Reception');
  await name.press('Enter');
  await menu.getByRole('alert').waitFor();
  await untilValue(name, 'Reception');
  await page.unroute(lists);
  await name.press('Enter');
  await menu.getByRole('button', { name: 'Reception', exact: true }).waitFor();
  await eventually(async () => (await name.inputValue()) === '');
  await anna.close();
});

it('and columns that could not be saved are saved when the window is looked at again', async () => {
  await createPatient(server, clinic.clinician, { last_name: 'Abel' });
  const anna = await signedIn(clinic.clinician);
  const { page } = anna;
  await anna.row('Abel').waitFor();
  await page.waitForFunction(() => localStorage.getItem('wardbell.lists')?.includes('"isKnown":true'));
  const refused = page.waitForEvent('requestfailed', (request) => request.method() === 'PUT');
  await page.route('**/api/v1/users/me/lists', (route) =>
    route.request().method() === 'PUT' ? route.abort('connectionrefused') : route.continue(),
  );
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Phone' }).click();
  await refused;
  await page.unroute('**/api/v1/users/me/lists');
  expect(await savedOf(clinic.clinician)).toEqual([]);
  // what the server says is asked for again once it is some seconds old
  await eventually(async () => {
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
    return (await savedOf(clinic.clinician)).length === 1;
  });
  await anna.close();
});
