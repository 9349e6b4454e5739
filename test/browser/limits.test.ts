import { Limits, Tenant } from '@wardbell/contract';
import { z } from 'zod';
import { SUPER_ADMIN } from '../support/server.js';
import { connect, TestSocket } from '../support/socket.js';
import { createTenant, must, signInSuperAdmin, type TestTenant } from '../support/tenant.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { ConsolePage } from './support/console-page.js';
import { untilFocused, untilValue } from './support/fields.js';
import { overflowOf } from './support/narrow.js';

let superToken: string;
let clinic: TestTenant;

beforeAll(async () => {
  superToken = await signInSuperAdmin(server);
});
beforeEach(async () => {
  clinic = await createTenant(server, superToken);
});

const openAs = async (who: Parameters<ConsolePage['signIn']>[0], options = {}) => {
  const person = await signedIn(who, options);
  await person.untilConnection('Live');
  await person.page.getByRole('link', { name: 'Limits' }).click();
  await person.page.getByRole('heading', { name: 'Limits', level: 1 }).waitFor();
  return person;
};

const field = (person: ConsolePage) => person.page.getByLabel('Connections of the clinic');
const forecast = (person: ConsolePage) => person.page.getByRole('region', { name: 'What would happen' });
const save = (person: ConsolePage) => person.page.getByRole('button', { name: 'Save limits' }).click();
const setCeilings = (ceilings: Partial<Limits>) =>
  must(Tenant, server, 'PATCH', `/tenants/${clinic.id}`, { token: superToken, body: { ceilings } });
const stored = () =>
  must(z.object(Limits.shape), server, 'GET', `/tenants/${clinic.id}/limits`, { token: superToken });

describe('limits', () => {
  it('say what a change would do, do it only when asked to, and tell what came of it', async () => {
    const admin = await openAs(clinic.admin);
    const { page } = admin;
    await field(admin).waitFor();
    const desk = [
      await connect(server.wsUrl, { token: clinic.frontDesk.token }),
      await connect(server.wsUrl, { token: clinic.frontDesk.token }),
    ];
    await field(admin).fill('2');
    await forecast(admin).getByText('1 of 3 open connections, the newest, is above these limits.').waitFor();
    await save(admin);
    await page
      .getByText('1 of 3 open connections is above them and stays. New ones are refused', { exact: false })
      .waitFor();
    expect((await stored()).max_connections).toBe(2);
    const refused = new TestSocket(server.wsUrl, { token: clinic.clinician.token });
    expect(await refused.closed()).toEqual({ code: 4429, reason: 'Tenant connection limit reached' });

    await page.getByLabel('Connections of each person').fill('1');
    await forecast(admin).getByText('1 of 3 open connections', { exact: false }).waitFor();
    await forecast(admin).getByText('Close it now.', { exact: false }).click();
    await save(admin);
    const question = page.getByRole('dialog', { name: 'Close 1 connection now?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    expect((await stored()).max_connections_per_user).toBeNull();
    await save(admin);
    await question.getByRole('button', { name: 'Save and close them' }).click();
    await page.getByText('The 1 newest connection is being closed.').waitFor();
    expect(await desk[1]?.closed()).toEqual({ code: 4429, reason: 'User connection limit reached' });
    await page.getByText('of 1 for each person').waitFor();
    expect(await stored()).toEqual({
      max_connections: 2,
      max_connections_per_user: 1,
      max_messages_per_minute: null,
    });
    expect(admin.complaints).toEqual([]);
    await desk[0]?.close();
    await admin.close();
  });

  it('go up to the ceiling, also to one that was lowered meanwhile', async () => {
    await setCeilings({ max_connections: 20 });
    const admin = await openAs(clinic.admin);
    await admin.page.getByText('At most 20: your provider’s ceiling.', { exact: false }).waitFor();
    await field(admin).fill('21');
    await admin.page.getByText('At most 20: that is the ceiling').waitFor();
    await forecast(admin).getByText('Correct the marked fields first.').waitFor();
    await save(admin);
    await untilFocused(field(admin));
    await field(admin).fill('15');
    await setCeilings({ max_connections: 10 });
    await save(admin);
    await admin.page.getByText('At most 10: that is the ceiling').waitFor();
    await field(admin).fill('');
    await admin.page.getByRole('button', { name: 'Undo changes' }).waitFor();
    expect((await stored()).max_connections).toBeNull();
    await admin.close();
  });

  it('are those of a chosen clinic for a super admin', async () => {
    const root = await openAs(SUPER_ADMIN);
    await root.page.getByRole('heading', { name: 'Choose a clinic' }).waitFor();
    await root.page.getByRole('combobox', { name: 'Clinic' }).fill(clinic.slug);
    await root.page.getByRole('option', { name: `Clinic ${clinic.slug}` }).click();
    await field(root).fill('7');
    await forecast(root).getByText('Nobody is connected now', { exact: false }).waitFor();
    await save(root);
    await root.page.getByText('Nobody is connected.').waitFor();
    expect((await stored()).max_connections).toBe(7);
    await root.close();
  });

  it('keep what was entered when they could not be saved', async () => {
    const admin = await openAs(clinic.admin);
    await field(admin).fill('30');
    await forecast(admin).getByText('within these limits', { exact: false }).waitFor();
    await admin.page.route('**/limits', (route) => route.abort('connectionrefused'), { times: 1 });
    await save(admin);
    await admin.page.getByRole('alert').getByText('The server does not answer').waitFor();
    await untilValue(field(admin), '30');
    await save(admin);
    await admin.page.getByText('The limits are saved').waitFor();
    await admin.close();
  });

  it('have no violation in light or dark, nor sideways scrolling at 320', async () => {
    const socket = await connect(server.wsUrl, { token: clinic.frontDesk.token });
    const admin = await openAs(clinic.admin, { reducedMotion: 'reduce' });
    await field(admin).fill('1');
    await forecast(admin).getByRole('radio').first().waitFor();
    expect(await violationsOf(admin.page)).toEqual([]);
    await admin.page.setViewportSize({ width: 320, height: 640 });
    expect(await violationsOf(admin.page)).toEqual([]);
    expect(await overflowOf(admin.page)).toBeLessThanOrEqual(0);
    await socket.close();
    await admin.close();
  });
});
