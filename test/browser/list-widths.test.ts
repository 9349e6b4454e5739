import { SUPER_ADMIN } from '../support/server.js';
import { createTenant } from '../support/tenant.js';
import { server, signedIn } from './support/bench.js';
import type { ConsolePage } from './support/console-page.js';

/** From a tablet that is held upright to a desk, also as wide as a list is beside the panel of a row. */
const WIDTHS = [640, 720, 840, 900, 1024, 1152, 1280, 1440];

const expectWholeAt = async (person: ConsolePage, path: string) => {
  const { page } = person;
  await page.setViewportSize({ width: 1440, height: 800 });
  await page.goto(`${server.url}${path}`);
  await page.getByRole('row').nth(1).waitFor();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    // the columns follow a moment after the window
    await page.waitForFunction(() => {
      const grid = document.querySelector('[role="grid"]');
      return grid !== null && grid.scrollWidth <= grid.clientWidth;
    });
  }
};

describe('a list is no wider than its place', () => {
  it('in the rooms of a clinic’s admin', async () => {
    const clinic = await createTenant(server);
    const admin = await signedIn(clinic.admin);
    for (const path of ['/connections/', '/users/', '/audit/']) await expectWholeAt(admin, path);
    await admin.close();
  });

  it('in the rooms of a super admin', async () => {
    await createTenant(server);
    const superAdmin = await signedIn(SUPER_ADMIN);
    for (const path of ['/connections/', '/users/', '/tenants/', '/audit/', '/system/?view=log&level=info'])
      await expectWholeAt(superAdmin, path);
    await superAdmin.close();
  });
});
