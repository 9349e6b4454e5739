import { CRITICAL } from './clinic.mjs';

export const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 780 };
const PAPER = { width: 900, height: 640 };

/** A file to be imported, with two rows that cannot be. */
const CSV = [
  'Last name;First name;Date of birth;Sex;Phone',
  'Okafor;Ngozi;14.02.1987;f;+1 312 555 0142',
  'Lindqvist;Per;03.11.1954;m;+1 312 555 0177',
  'Haddad;Samira;31.02.1990;f;+1 312 555 0119',
  'Romero;;22.07.2001;m;+1 312 555 0163',
].join('\n');

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
export const PICTURES = [
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
