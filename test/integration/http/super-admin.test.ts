import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { JWT_SECRET, type RunningServer, SUPER_ADMIN } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { chooseFirstPassword, createUser, signIn } from '../../support/tenant.js';
import { ask, count, succeed } from './harness.js';

useServer();

const HEIR = { email: 'heir@wardbell.test', password: 'violet tractors hum softly' };
const FIRST_PASSWORD = 'four silver gates creak';
const NEW_PASSWORD = 'a lantern above nine canals';

/** `npm run reset-super-admin` as an operator runs it. */
const reset = ({ input = '', args = [] }: { input?: string; args?: readonly string[] } = {}) =>
  spawnSync(process.execPath, ['scripts/reset-super-admin.mjs', ...args], {
    encoding: 'utf8',
    input,
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: database.ownerUrl,
      JWT_SECRET,
      SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
      SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
    },
  });

const superAdmins = () =>
  database.query(`SELECT email, status FROM wardbell.user_account WHERE role = 'super_admin' ORDER BY email`);
const warningsOf = (started: RunningServer) =>
  started
    .logs()
    .filter(({ level, msg }) => level === 'warn' && /super admin/.test(msg))
    .map(({ variable }) => variable);
/** Whether it is the password: one that an administrator chose must be changed first (403). */
const logsIn = async (password: string, email = SUPER_ADMIN.email) =>
  [200, 403].includes((await ask(api.auth.login, { body: { email, password } })).status);

// In this order: each continues with the accounts that the one before has left.
describe('The first super admin', () => {
  it('is made with the configured password, of which the start says nothing', async () => {
    expect(await superAdmins()).toEqual([{ email: SUPER_ADMIN.email, status: 'active' }]);
    expect(warningsOf(server)).toEqual([]);
    expect(await logsIn(SUPER_ADMIN.password)).toBe(true);
  });

  it('keeps a changed password over restarts, and the start says that the configured one does not fit', async () => {
    const token = await signIn(server, SUPER_ADMIN.email, SUPER_ADMIN.password);
    const { token: heir } = await createUser(
      server,
      token,
      { email: HEIR.email, name: 'Heir', role: 'super_admin' },
      HEIR.password,
    );
    const { id } = await succeed(api.auth.me, { token });
    await succeed(api.users.update, { token: heir, id, body: { password: FIRST_PASSWORD } });
    await chooseFirstPassword(server, SUPER_ADMIN.email, FIRST_PASSWORD, NEW_PASSWORD);
    const restarted = await startAnother();
    expect(warningsOf(restarted)).toEqual(['SUPER_ADMIN_PASSWORD']);
    expect(restarted.output()).not.toContain(SUPER_ADMIN.password);
    expect(await logsIn(NEW_PASSWORD)).toBe(true);
    expect(await logsIn(SUPER_ADMIN.password)).toBe(false);
  });

  it('gets its password back from the command, which ends its sessions and closes its sockets', async () => {
    const token = await signIn(server, SUPER_ADMIN.email, NEW_PASSWORD);
    const socket = await connect(server.wsUrl, { token });
    const { status, stdout, stderr } = reset({ input: `${SUPER_ADMIN.password}\n` });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain(SUPER_ADMIN.password);
    expect((await socket.closed()).code).toBe(4403);
    expect((await ask(api.auth.me, { token })).status).toBe(401);
    expect(await logsIn(SUPER_ADMIN.password)).toBe(true);
    expect(await logsIn(NEW_PASSWORD)).toBe(false);
    expect(
      await count(`SELECT count(*) FROM wardbell.audit
                   WHERE actor_id = 'system' AND action = 'user.update' AND changed = '{password}'`),
    ).toBe(1);
  });

  it('stays renamed, disabled or deleted over restarts', async () => {
    const heir = await signIn(server, HEIR.email, HEIR.password);
    const token = await signIn(server, SUPER_ADMIN.email, SUPER_ADMIN.password);
    const { id } = await succeed(api.auth.me, { token });
    await succeed(api.users.update, { token: heir, id, body: { email: 'renamed@wardbell.test' } });
    const restarted = await startAnother();
    expect(warningsOf(restarted)).toEqual(['SUPER_ADMIN_EMAIL']);
    expect((await superAdmins()).map(({ email }) => email)).toEqual([HEIR.email, 'renamed@wardbell.test']);
    expect((await ask(api.users.remove, { token: heir, id })).status).toBe(204);
    const heirsId = (await succeed(api.auth.me, { token: heir })).id;
    await database.query(
      `UPDATE wardbell.user_account SET email = NULL, status = 'disabled', deleted_at = now() WHERE id = $1`,
      [heirsId],
    );
    await startAnother();
    expect((await superAdmins()).map(({ email }) => email)).toEqual([null, null]);
  });

  it('is made again by the command only, from SUPER_ADMIN_PASSWORD when standard input is empty', async () => {
    const { status, stderr } = reset();
    expect([status, stderr]).toEqual([0, '']);
    expect(await logsIn(SUPER_ADMIN.password)).toBe(true);
  });

  it('is not made of a user of a tenant, nor with a short password', async () => {
    const token = await signIn(server, SUPER_ADMIN.email, SUPER_ADMIN.password);
    const tenant = await succeed(api.tenants.create, { token, body: { name: 'North', slug: 'north' } });
    const email = 'nurse@north.test';
    await createUser(
      server,
      token,
      { email, name: 'Nurse', role: 'clinician', tenant_id: tenant.id },
      NEW_PASSWORD,
    );
    expect(reset({ input: 'violet tractors hum softly\n', args: [email] })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('belongs to a user of a tenant'),
    });
    expect(reset({ input: 'short\n' })).toMatchObject({ status: 1, stdout: '' });
    expect(await logsIn(NEW_PASSWORD, email)).toBe(true);
    expect(await logsIn(SUPER_ADMIN.password)).toBe(true);
  });
});
