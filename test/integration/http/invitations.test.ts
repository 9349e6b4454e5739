import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, instances, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { createTenant, signIn, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { ask, count, fail, succeed } from './harness.js';

useServer({ instances: 2, env: { LOG_LEVEL: 'debug' } });

const CHOSEN = 'nine lanterns above canals';
const ENDED = [410, 'invalid_invitation'];

let clinic: TestTenant;
let superAdmin: string;
beforeAll(async () => {
  superAdmin = await signInSuperAdmin(server);
  clinic = await createTenant(server, superAdmin);
});
// the refused links of a test are no failures of the next one
beforeEach(() => database.query('DELETE FROM wardbell.login_failure'));

const person = () => ({
  email: `${randomUUID()}@x.test`,
  name: 'Somebody New',
  role: 'clinician',
  invitation: true,
});
const addInvited = (token = clinic.admin.token, more: object = {}) =>
  succeed(api.users.create, { token, body: { ...person(), ...more } });
const invite = async (id: string, token = clinic.admin.token) =>
  (await succeed(api.users.invite, { token, id })).token;
const accept = (token: string, new_password = CHOSEN, at = server) =>
  ask(api.auth.acceptInvitation, { at, body: { token, new_password } });
const refused = (token: string) => fail(api.auth.acceptInvitation, { body: { token, new_password: CHOSEN } });
const describeLink = (token: string) => ask(api.auth.invitation, { body: { token } });
const mayEnter = async (email: string, password: string): Promise<boolean> =>
  (await call(server.url, 'POST', '/auth/login', { body: { email, password } })).status === 200;

describe('A person who was invited', () => {
  it('chooses a password by the link, once, and signs in with it at once', async () => {
    const { id, email } = await addInvited();
    const token = await invite(id);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await describeLink(token)).body).toEqual({
      email,
      name: 'Somebody New',
      clinic: `Clinic ${clinic.slug}`,
      expires_at: expect.any(String),
    });
    expect((await accept(token)).status).toBe(204);
    expect(await mayEnter(email, CHOSEN)).toBe(true);
    expect(await refused(token)).toEqual(ENDED);
    expect(await fail(api.auth.invitation, { body: { token } })).toEqual(ENDED);
  });

  it('cannot sign in before, whatever the password is', async () => {
    const { email } = await addInvited();
    for (const password of [CHOSEN, 'null', ' '])
      expect((await ask(api.auth.login, { body: { email, password } })).status).toBe(401);
  });

  it('is told apart in the list until then, with the time until which the link is good', async () => {
    const { id } = await addInvited();
    const read = () => succeed(api.users.get, { token: clinic.admin.token, id });
    expect(await read()).toMatchObject({ has_password: false, invited_until: null });
    const { token, expires_at } = await succeed(api.users.invite, { token: clinic.admin.token, id });
    expect(await read()).toMatchObject({ has_password: false, invited_until: expires_at });
    const hours = (Date.parse(expires_at) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(71);
    expect(hours).toBeLessThanOrEqual(72);
    await accept(token);
    expect(await read()).toMatchObject({ has_password: true, invited_until: null });
  });

  it('has no password and an invitation at once, and not neither', async () => {
    const { token } = clinic.admin;
    for (const more of [{ password: CHOSEN }, { invitation: undefined }, { invitation: false }])
      expect(await fail(api.users.create, { token, body: { ...person(), ...more } })).toEqual([
        422,
        'validation_failed',
      ]);
  });

  it('is held to the same strength of passwords, and may try another one with the same link', async () => {
    const { id, email } = await addInvited();
    const token = await invite(id);
    for (const [password, code] of [
      ['eleven char', 'validation_failed'],
      ['password1234', 'weak_password'],
      [email, 'weak_password'],
      [`Clinic ${clinic.slug}`, 'weak_password'],
    ] as const)
      expect(await fail(api.auth.acceptInvitation, { body: { token, new_password: password } })).toEqual([
        422,
        code,
      ]);
    expect((await accept(token)).status).toBe(204);
  });

  it('is in the audit log with the invitation and its acceptance, without the token', async () => {
    const { id } = await addInvited();
    const token = await invite(id);
    await accept(token);
    const { data } = await succeed(api.audit.list, { token: clinic.admin.token, query: { limit: 50 } });
    const actions = data
      .filter(({ object_id }) => object_id === id)
      .map(({ action, actor_id }) => [action, actor_id]);
    expect(actions).toEqual(
      expect.arrayContaining([
        ['user.create', clinic.admin.id],
        ['user.invite', clinic.admin.id],
        ['user.accept_invitation', id],
      ]),
    );
    expect(JSON.stringify(data)).not.toContain(token);
  });
});

describe('A person who has a password already', () => {
  it('keeps it until the link is used; then other sessions end, and the old password is over', async () => {
    const user = await clinic.addUser('clinician');
    const socket = await connect(server.wsUrl, { token: user.token });
    const token = await invite(user.id);
    expect(await mayEnter(user.email, user.password)).toBe(true);
    await accept(token);
    expect((await socket.closed()).code).toBe(4403);
    expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
    expect(await mayEnter(user.email, user.password)).toBe(false);
    expect(await mayEnter(user.email, CHOSEN)).toBe(true);
  });

  it('does not choose the present one again', async () => {
    const user = await clinic.addUser('clinician');
    const body = { token: await invite(user.id), new_password: user.password };
    expect(await fail(api.auth.acceptInvitation, { body })).toEqual([422, 'weak_password']);
  });
});

describe('A link', () => {
  it('of two tabs on two instances lets exactly one choose, and the password is that one’s', async () => {
    const [first = server, second = server] = instances;
    for (let round = 0; round < 5; round++) {
      const { id, email } = await addInvited();
      const token = await invite(id);
      const passwords = ['violet tractors hum softly', 'copper herons nap beside us'] as const;
      const answers = await Promise.all([
        accept(token, passwords[0], first),
        accept(token, passwords[1], second),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 410]);
      const winner = answers.findIndex(({ status }) => status === 204);
      expect(await mayEnter(email, passwords[winner] ?? '')).toBe(true);
      expect(await mayEnter(email, passwords[1 - winner] ?? '')).toBe(false);
    }
  });

  it.each<[string, (id: string, token: string) => Promise<unknown>]>([
    [
      'its 72 hours are over',
      (id) => database.query(`UPDATE wardbell.sign_in_step SET expires_at = now() WHERE user_id = $1`, [id]),
    ],
    ['another one was made', (id) => invite(id)],
    [
      'an administrator set a password',
      (id) =>
        succeed(api.users.update, {
          token: clinic.admin.token,
          id,
          body: { password: 'quiet maple orchard boats' },
        }),
    ],
    [
      'the account was disabled',
      (id) => succeed(api.users.update, { token: clinic.admin.token, id, body: { status: 'disabled' } }),
    ],
    [
      'the account was disabled and enabled again',
      async (id) => {
        await succeed(api.users.update, { token: clinic.admin.token, id, body: { status: 'disabled' } });
        await succeed(api.users.update, { token: clinic.admin.token, id, body: { status: 'active' } });
      },
    ],
    ['the account was deleted', (id) => ask(api.users.remove, { token: clinic.admin.token, id })],
    [
      'the role was changed',
      (id) => succeed(api.users.update, { token: clinic.admin.token, id, body: { role: 'tenant_admin' } }),
    ],
  ])('is no longer good once %s, and says what every unknown link is answered', async (_, end) => {
    const { id } = await addInvited();
    const token = await invite(id);
    await end(id, token);
    const unknown = await ask(api.auth.invitation, {
      body: { token: randomBytes(32).toString('base64url') },
    });
    const answer = await describeLink(token);
    expect(answer).toMatchObject({ status: 410 });
    expect(answer.body).toEqual(unknown.body);
    expect(await refused(token)).toEqual(ENDED);
  });

  it('is no longer good once the person chose another password', async () => {
    const user = await clinic.addUser('clinician');
    const token = await invite(user.id);
    const body = { current_password: user.password, new_password: 'quiet maple orchard boats' };
    expect((await ask(api.auth.password, { token: user.token, body })).status).toBe(204);
    expect(await refused(token)).toEqual(ENDED);
  });

  it('is no longer good once the address was changed, because it may have gone to another person', async () => {
    const { id } = await addInvited();
    const token = await invite(id);
    await succeed(api.users.update, {
      token: clinic.admin.token,
      id,
      body: { email: `${randomUUID()}@x.test` },
    });
    expect(await refused(token)).toEqual(ENDED);
    expect(await fail(api.auth.invitation, { body: { token } })).toEqual(ENDED);
  });

  it('waits while the clinic is suspended, and is good again afterwards', async () => {
    const own = await createTenant(server, superAdmin);
    const { id } = await addInvited(own.admin.token);
    const token = await invite(id, own.admin.token);
    const set = (status: string) =>
      succeed(api.tenants.update, { token: superAdmin, id: own.id, body: { status } });
    await set('suspended');
    expect(await refused(token)).toEqual([403, 'tenant_suspended']);
    expect(await fail(api.auth.invitation, { body: { token } })).toEqual([403, 'tenant_suspended']);
    await set('active');
    expect((await accept(token)).status).toBe(204);
  });

  it('is stored as a hash alone, and stands in no log', async () => {
    const { id } = await addInvited();
    const token = await invite(id);
    await describeLink(token);
    await accept(token);
    await refused(token);
    expect(
      await count(
        `SELECT count(*) FROM wardbell.sign_in_step WHERE encode(hash, 'escape') LIKE '%' || $1 || '%'`,
        [token],
      ),
    ).toBe(0);
    expect(
      await count(`SELECT count(*) FROM wardbell.idempotency WHERE body::text LIKE '%' || $1 || '%'`, [
        token,
      ]),
    ).toBe(0);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).not.toContain(token);
    for (const instance of instances) expect(instance.output()).not.toContain(token);
  });

  it('of another purpose is none: neither does a link change a password as a first sign-in does', async () => {
    const { id } = await addInvited();
    const token = await invite(id);
    expect(await fail(api.auth.password, { body: { change_token: token, new_password: CHOSEN } })).toEqual([
      401,
      'invalid_change_token',
    ]);
    expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
    expect((await accept(token)).status).toBe(204);
  });

  it('that is guessed counts as a failed sign-in of the network: after 30, even a good one must wait', async () => {
    const { id } = await addInvited();
    const token = await invite(id);
    const codes: string[] = [];
    for (let n = 0; n < 31; n++) codes.push((await refused(randomBytes(32).toString('base64url')))[1]);
    expect(codes.slice(0, 30)).toEqual(Array(30).fill('invalid_invitation'));
    expect(codes[30]).toBe('too_many_attempts');
    expect((await describeLink(token)).headers.get('retry-after')).toMatch(/^\d+$/);
    await database.query('DELETE FROM wardbell.login_failure');
    expect((await accept(token)).status).toBe(204);
    await eventually(
      async () =>
        (await count(
          `SELECT count(*) FROM wardbell.audit WHERE action = 'auth.failed' AND details->>'code' = 'invalid_invitation'`,
        )) > 0,
      { what: 'the refused links in the audit log' },
    );
  });
});

describe('An invitation is made', () => {
  it('by the own administrators alone, who have just signed in, and not for themselves', async () => {
    const other = await createTenant(server, superAdmin);
    const { id } = await addInvited();
    expect(await fail(api.users.invite, { token: other.admin.token, id })).toEqual([404, 'not_found']);
    expect(await fail(api.users.invite, { token: clinic.clinician.token, id })).toEqual([403, 'forbidden']);
    expect(await fail(api.users.invite, { token: clinic.frontDesk.token, id })).toEqual([403, 'forbidden']);
    expect(await fail(api.users.invite, { token: clinic.admin.token, id: clinic.admin.id })).toEqual([
      409,
      'own_account',
    ]);
    const stale = await mintToken({ role: 'tenant_admin', tenantId: clinic.id, claims: { auth_time: 1 } });
    expect(await fail(api.users.invite, { token: stale, id })).toEqual([403, 'reauthentication_required']);
  });

  it('for an account that is enabled', async () => {
    const { token } = clinic.admin;
    const { id } = await addInvited(token, { status: 'disabled' });
    expect(await fail(api.users.invite, { token, id })).toEqual([409, 'account_disabled']);
  });

  it('by a super admin for the first people of a clinic, and not where it has an administrator', async () => {
    const { id: tenant_id } = await succeed(api.tenants.create, {
      token: superAdmin,
      body: { name: 'New clinic', slug: `new-${randomUUID()}` },
    });
    const { id, email } = await addInvited(superAdmin, { tenant_id, role: 'tenant_admin' });
    expect((await accept(await invite(id, superAdmin))).status).toBe(204);
    const admin = await signIn(server, email, CHOSEN);
    const colleague = await addInvited(admin);
    expect(await fail(api.users.invite, { token: superAdmin, id: colleague.id })).toEqual([
      403,
      'clinic_has_admin',
    ]);
    expect(await fail(api.users.invite, { token: superAdmin, id })).toEqual([403, 'clinic_has_admin']);
  });

  it('after an approval where a super admin adds the person', async () => {
    const body = { ...person(), tenant_id: clinic.id };
    const asked = await ask(api.users.create, { token: superAdmin, body });
    expect(asked.status).toBe(202);
    const { token } = clinic.admin;
    const { data } = await succeed(api.approvals.list, { token });
    const approval = data.find(({ email }) => email === body.email);
    expect(approval?.changed).toEqual(['email', 'name', 'role']);
    await succeed(api.approvals.approve, { token, id: approval?.id });
    const { data: users } = await succeed(api.users.list, { token, query: { search: body.email } });
    expect((await accept(await invite(users[0]?.id ?? ''))).status).toBe(204);
  });

  it('does not lift a second factor: the sign-in after it asks for it', async () => {
    const user = await clinic.addUser('clinician');
    await database.query(`INSERT INTO wardbell.totp (user_id, secret) VALUES ($1, sha256('x'))`, [user.id]);
    await accept(await invite(user.id));
    expect(await fail(api.auth.login, { body: { email: user.email, password: CHOSEN } })).toEqual([
      401,
      'second_factor_required',
    ]);
  });
});
