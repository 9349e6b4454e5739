import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, type Endpoint, type SecurityPolicy } from '@wardbell/contract';
import { z } from 'zod';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { TestSocket } from '../../support/socket.js';
import {
  createTenant,
  signIn,
  signInSuperAdmin,
  type TestTenant,
  type TestUser,
} from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { ask, fail, succeed } from './harness.js';

useServer();

let superToken: string;
let tenant: TestTenant;
beforeAll(async () => {
  superToken = await signInSuperAdmin(server);
  tenant = await createTenant(server, superToken);
});

const done = async (endpoint: Endpoint, request: Parameters<typeof ask>[1]) =>
  expect((await ask(endpoint, request)).status).toBe(204);
const sessionsOf = async (token: string) => (await succeed(api.auth.sessions, { token })).data;
const again = ({ email, password }: TestUser) => signIn(server, email, password);
const setPolicy = (of: TestTenant, policy: Partial<SecurityPolicy>) =>
  succeed(api.tenants.setSecurity, { token: of.admin.token, id: of.id, body: { policy } });

/** As if nobody had acted in a session for so long. */
const makeIdle = (minutes: number, userId: string) =>
  database.query(
    `UPDATE wardbell.auth_session SET last_used_at = now() - make_interval(mins => $1) WHERE user_id = $2`,
    [minutes, userId],
  );

describe('The sessions of a person', () => {
  it('are listed with address and client, newest first, and tell which one asks', async () => {
    const user = await tenant.addUser('clinician');
    const answer = await ask(api.auth.login, {
      body: { email: user.email, password: user.password },
      headers: { 'user-agent': 'Ward tablet' },
    });
    const { access_token: token } = z.object({ access_token: z.string() }).parse(answer.body);
    const sessions = await sessionsOf(token);
    expect(sessions.map(({ client, current }) => [client, current])).toEqual([
      ['Ward tablet', true],
      [expect.anything(), false],
    ]);
    expect(sessions[0]).toMatchObject({ address: '127.0.0.1', last_used_at: sessions[0]?.created_at });
    expect(await sessionsOf(tenant.clinician.token)).toHaveLength(1);
  });

  it('end one by one, or all but the present one; the tokens are refused and the sockets closed', async () => {
    const user = await tenant.addUser('front_desk');
    const [second, third] = [await again(user), await again(user)];
    const socket = new TestSocket(server.wsUrl, { token: second });
    await socket.waitFor('connected');
    const [, target] = await sessionsOf(third);
    expect(await fail(api.auth.endSession, { token: tenant.clinician.token, id: target?.id })).toEqual([
      404,
      'not_found',
    ]);
    await done(api.auth.endSession, { token: third, id: target?.id });
    expect((await socket.closed()).code).toBe(4403);
    expect(await fail(api.auth.me, { token: second })).toEqual([401, 'access_revoked']);
    await done(api.auth.endOtherSessions, { token: third });
    expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
    expect(await sessionsOf(third)).toMatchObject([{ current: true }]);
  });

  it('are seen and ended by administrators of the tenant, and by nobody else', async () => {
    const user = await tenant.addUser('clinician');
    const other = await createTenant(server, superToken);
    const { data } = await succeed(api.users.sessions, { token: tenant.admin.token, id: user.id });
    expect(data).toMatchObject([{ current: false }]);
    for (const route of [api.users.sessions, api.users.endSessions, api.users.removeFactors]) {
      expect(await fail(route, { token: other.admin.token, id: user.id })).toEqual([404, 'not_found']);
      expect(await fail(route, { token: tenant.clinician.token, id: user.id })).toEqual([403, 'forbidden']);
    }
    await done(api.users.endSessions, { token: superToken, id: user.id });
    expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
  });

  it('give the key of what was not saved to the same person, until a day after their end, and to nobody else', async () => {
    const user = await tenant.addUser('clinician');
    const [first, second] = [await again(user), await again(user)];
    const { input_key: key } = await succeed(api.auth.me, { token: first });
    const id = (await sessionsOf(first)).find(({ current }) => current)?.id ?? '';
    const keyOf = (token: string) => fail(api.auth.inputKey, { token, id });
    await done(api.auth.endSession, { token: second, id });
    expect(await succeed(api.auth.inputKey, { token: second, id })).toEqual({ input_key: key });
    const other = await createTenant(server, superToken);
    for (const token of [tenant.clinician.token, tenant.admin.token, other.admin.token, superToken])
      expect(await keyOf(token)).toEqual([404, 'not_found']);
    const ended = (hours: number) =>
      database.query(
        'UPDATE wardbell.auth_session SET revoked_at = now() - make_interval(hours => $1) WHERE id = $2',
        [hours, id],
      );
    await ended(23);
    await succeed(api.auth.inputKey, { token: second, id });
    await ended(25);
    expect(await keyOf(second)).toEqual([404, 'not_found']);
  });

  it('give that key also after they ended by themselves', async () => {
    const user = await tenant.addUser('clinician');
    const first = await again(user);
    const { input_key: key } = await succeed(api.auth.me, { token: first });
    const id = (await sessionsOf(first)).find(({ current }) => current)?.id ?? '';
    await makeIdle(45, user.id);
    const next = await again(user);
    expect(await succeed(api.auth.inputKey, { token: next, id })).toEqual({ input_key: key });
  });
});

describe('The security policy of a tenant', () => {
  it('has defaults, is changed by its administrators, and is another tenant’s business never', async () => {
    const clinic = await createTenant(server, superToken);
    const of = { token: clinic.admin.token, id: clinic.id };
    expect(await succeed(api.tenants.security, of)).toEqual({
      policy: {
        second_factor: 'optional',
        idle_minutes: 30,
        absolute_hours: 12,
        max_sessions_per_user: 10,
      },
      floor: {},
    });
    const changed = await succeed(api.tenants.setSecurity, { ...of, body: { policy: { idle_minutes: 15 } } });
    expect(changed.policy).toMatchObject({ idle_minutes: 15, absolute_hours: 12 });
    expect(await succeed(api.tenants.security, of)).toEqual(changed);
    for (const [field, value] of [
      ['idle_minutes', 4],
      ['idle_minutes', 721],
      ['absolute_hours', 169],
      ['second_factor', 'never'],
    ] as const)
      expect(await fail(api.tenants.setSecurity, { ...of, body: { policy: { [field]: value } } })).toEqual([
        422,
        'validation_failed',
      ]);
    const stranger = { token: tenant.admin.token, id: clinic.id };
    expect(await fail(api.tenants.security, stranger)).toEqual([404, 'not_found']);
    expect(await fail(api.tenants.setSecurity, { ...stranger, body: { policy: {} } })).toEqual([
      404,
      'not_found',
    ]);
  });

  it('does not go below the floor, which only a super admin sets and which raises it', async () => {
    const clinic = await createTenant(server, superToken);
    const admin = { token: clinic.admin.token, id: clinic.id };
    const floor = { second_factor: 'admins', idle_minutes: 20 } as const;
    expect(await fail(api.tenants.setSecurity, { ...admin, body: { floor } })).toEqual([
      403,
      'field_not_allowed',
    ]);
    const raised = await succeed(api.tenants.setSecurity, {
      token: superToken,
      id: clinic.id,
      body: { floor },
    });
    expect(raised).toMatchObject({ floor, policy: { second_factor: 'admins', idle_minutes: 20 } });
    for (const policy of [{ second_factor: 'optional' }, { idle_minutes: 21 }] as const)
      expect(await fail(api.tenants.setSecurity, { ...admin, body: { policy } })).toEqual([
        422,
        'below_floor',
      ]);
    const body = { ...raised, policy: { ...raised.policy, second_factor: 'everybody' } };
    expect(await succeed(api.tenants.setSecurity, { ...admin, body })).toMatchObject({
      policy: { second_factor: 'everybody' },
    });
  });

  it('ends the oldest session of a user beyond the number that it allows, also when it is lowered', async () => {
    const clinic = await createTenant(server, superToken);
    await setPolicy(clinic, { max_sessions_per_user: 2 });
    const user = clinic.clinician;
    const second = await again(user);
    const third = await again(user);
    expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
    await succeed(api.auth.me, { token: second });
    await setPolicy(clinic, { max_sessions_per_user: 1 });
    expect(await fail(api.auth.me, { token: second })).toEqual([401, 'access_revoked']);
    await succeed(api.auth.me, { token: third });
  });

  it('counts sign-ins that are made at the same time on two instances', async () => {
    const clinic = await createTenant(server, superToken);
    await setPolicy(clinic, { max_sessions_per_user: 2 });
    const { email, password } = clinic.clinician;
    const second = await startAnother();
    await Promise.all([server, second, server, second].map((at) => signIn(at, email, password)));
    const { data } = await succeed(api.users.sessions, {
      token: clinic.admin.token,
      id: clinic.clinician.id,
    });
    expect(data).toHaveLength(2);
  });

  it('ends sessions after its hours, also those that are open', async () => {
    const clinic = await createTenant(server, superToken);
    await database.query(
      `UPDATE wardbell.auth_session SET created_at = now() - interval '2 hours' WHERE user_id = $1`,
      [clinic.clinician.id],
    );
    await succeed(api.auth.me, { token: clinic.clinician.token });
    await setPolicy(clinic, { absolute_hours: 2 });
    expect(await fail(api.auth.me, { token: clinic.clinician.token })).toEqual([401, 'access_revoked']);
  });
});

describe('A session in which nobody acts', () => {
  it('is over after the minutes of the policy: its token is refused and its socket closed', async () => {
    const clinic = await createTenant(server, superToken);
    await setPolicy(clinic, { idle_minutes: 5 });
    const { id, token } = clinic.clinician;
    const socket = new TestSocket(server.wsUrl, { token });
    await socket.waitFor('connected');
    await makeIdle(4, id);
    await succeed(api.auth.me, { token, headers: { 'wardbell-background': '1' } });
    await makeIdle(6, id);
    expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
    expect((await socket.closed()).code).toBe(4403);
    const rows = await eventually(async () => {
      const { data } = await succeed(api.audit.list, {
        token: clinic.admin.token,
        query: { action: 'auth.idle' },
      });
      return data.length > 0 ? data : undefined;
    });
    expect(rows).toHaveLength(1);
  });

  const lastUsedAgeS = async (userId: string) => {
    const [row] = await database.query<{ age: number }>(
      `SELECT extract(epoch FROM now() - last_used_at)::float8 AS age FROM wardbell.auth_session
       WHERE user_id = $1`,
      [userId],
    );
    return row?.age ?? Number.NaN;
  };

  it('goes on by requests and by frames that say that a person acts, not by those of timers', async () => {
    const clinic = await createTenant(server, superToken);
    const { id, token } = clinic.clinician;
    const socket = new TestSocket(server.wsUrl, { token });
    await socket.waitFor('connected');
    // one action of another session of the same instance shows that what came before it has been stored
    const stored = async () => {
      await makeIdle(10, clinic.frontDesk.id);
      await succeed(api.auth.me, { token: clinic.frontDesk.token });
      await eventually(async () => (await lastUsedAgeS(clinic.frontDesk.id)) < 300);
    };
    await makeIdle(10, id);
    await succeed(api.auth.me, { token, headers: { 'wardbell-background': '1' } });
    socket.send({ type: 'ping' });
    await socket.waitFor('pong');
    await stored();
    expect(await lastUsedAgeS(id)).toBeGreaterThan(590);
    socket.send(JSON.stringify({ type: 'active' }));
    await eventually(async () => (await lastUsedAgeS(id)) < 300);
    await makeIdle(10, id);
    await succeed(api.patients.list, { token });
    await eventually(async () => (await lastUsedAgeS(id)) < 300);
    await socket.close();
  });

  it('is not revived by an action that comes too late', async () => {
    const clinic = await createTenant(server, superToken);
    const { id, token } = clinic.clinician;
    await makeIdle(31, id);
    expect(await fail(api.patients.list, { token })).toEqual([401, 'access_revoked']);
    await eventually(async () => {
      const [row] = await database.query<{ why: string | null }>(
        'SELECT revoked_why AS why FROM wardbell.auth_session WHERE user_id = $1',
        [id],
      );
      return row?.why === 'idle';
    });
    expect(await fail(api.patients.list, { token })).toEqual([401, 'access_revoked']);
  });
});

describe('What matters', () => {
  const makeStale = (userId: string) =>
    database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '301 seconds' WHERE user_id = $1`,
      [userId],
    );
  const STALE = [403, 'reauthentication_required'];
  const newUser = {
    email: 'new@stale.test',
    name: 'New',
    role: 'clinician',
    password: 'violet tractors hum',
  };

  it('needs the password again after five minutes', async () => {
    const { id, admin, clinician } = await createTenant(server, superToken);
    await database.query('UPDATE wardbell.tenant SET ceiling_connections = 2000 WHERE id = $1', [id]);
    const { token } = admin;
    await makeStale(admin.id);
    expect(await fail(api.users.create, { token, body: newUser })).toEqual(STALE);
    expect(await fail(api.users.update, { token, id: clinician.id, body: { role: 'front_desk' } })).toEqual(
      STALE,
    );
    expect(
      await fail(api.users.update, { token, id: clinician.id, body: { password: newUser.password } }),
    ).toEqual(STALE);
    const address = { email: `${clinician.id}@another.test` };
    expect(await fail(api.users.update, { token, id: clinician.id, body: address })).toEqual(STALE);
    await succeed(api.users.update, { token, id: clinician.id, body: { name: 'Another' } });
    const policy = { second_factor: 'optional' as const };
    expect(await fail(api.tenants.setSecurity, { token, id, body: { policy } })).toEqual(STALE);
    const key = { name: 'Lab', scopes: ['events:write'] };
    expect(await fail(api.integrationKeys.create, { token, body: key })).toEqual(STALE);
    const webhook = { url: 'https://lab.example/hook', payload: 'ids' };
    expect(await fail(api.webhooks.create, { token, body: webhook })).toEqual(STALE);
    const limit = (max_connections: number) => ({ token, id, body: { max_connections } });
    expect(await fail(api.tenants.setLimits, limit(1_000))).toEqual(STALE);
    await succeed(api.tenants.setLimits, limit(5));
    expect(await fail(api.auth.totp, { token })).toEqual(STALE);
    const patient = await succeed(api.patients.create, { token, body: { first_name: 'A', last_name: 'B' } });
    expect(await fail(api.patients.purge, { token, id: patient.id })).toEqual(STALE);
    const emergency = { token, id: patient.id, body: { reason: 'unconscious in the waiting room' } };
    expect(await fail(api.breakGlass.open, emergency)).toEqual(STALE);
    expect(await fail(api.auth.reauthenticate, { token, body: { password: 'wrong' } })).toEqual([
      403,
      'wrong_password',
    ]);
    expect(await fail(api.integrationKeys.create, { token, body: key })).toEqual(STALE);
    await done(api.auth.reauthenticate, { token, body: { password: admin.password } });
    await succeed(api.integrationKeys.create, { token, body: key });
    await done(api.patients.purge, { token, id: patient.id });
  });

  it('is asked of a token without a session by the time at which its person signed in', async () => {
    const nowS = Math.floor(Date.now() / 1000);
    const body = { name: 'Lab', scopes: ['events:write'] };
    const create = async (claims: Record<string, number>) =>
      (
        await ask(api.integrationKeys.create, {
          token: await mintToken({ role: 'tenant_admin', tenantId: tenant.id, claims }),
          body,
        })
      ).status;
    expect(await create({ iat: nowS - 301 })).toBe(403);
    expect(await create({ iat: nowS, auth_time: nowS - 301 })).toBe(403);
    expect(await create({ iat: nowS - 3_000, auth_time: nowS - 60 })).toBe(201);
    expect(await create({ iat: nowS })).toBe(201);
  });
});

describe('A password that an administrator chose', () => {
  const FIRST = 'violet tractors hum softly';
  const OWN = 'nine amber lanterns drift';
  const addWithFirst = async () => {
    const email = `first-${Math.random().toString(36).slice(2)}@x.test`;
    await succeed(api.users.create, {
      token: tenant.admin.token,
      body: { email, name: 'First', role: 'clinician', password: FIRST },
    });
    return email;
  };
  const Refused = z.object({ code: z.literal('password_change_required'), change_token: z.string() });
  const begin = async (email: string) => {
    const answer = await ask(api.auth.login, { body: { email, password: FIRST } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    return Refused.parse(answer.body).change_token;
  };

  it('gives no session until it is replaced by one’s own, each time', async () => {
    const email = await addWithFirst();
    await begin(email);
    const change_token = await begin(email);
    const replace = (new_password: string) => ({ body: { change_token, new_password } });
    expect(await fail(api.auth.password, replace('password1234'))).toEqual([422, 'weak_password']);
    expect(await fail(api.auth.password, replace(FIRST))).toEqual([422, 'weak_password']);
    await done(api.auth.password, replace(OWN));
    expect(await fail(api.auth.password, replace('three copper whistles sing'))).toEqual([
      401,
      'invalid_change_token',
    ]);
    expect(await fail(api.auth.login, { body: { email, password: FIRST } })).toEqual([
      401,
      'invalid_credentials',
    ]);
    await signIn(server, email, OWN);
  });

  it('is nobody’s after 72 hours', async () => {
    const email = await addWithFirst();
    await database.query(
      `UPDATE wardbell.user_account SET password_expires_at = password_expires_at - interval '72 hours'
       WHERE email = $1`,
      [email],
    );
    expect(await fail(api.auth.login, { body: { email, password: FIRST } })).toEqual([
      401,
      'invalid_credentials',
    ]);
  });

  it('follows a reset too, and a change token ends with a further reset', async () => {
    const user = await tenant.addUser('clinician');
    const reset = () =>
      succeed(api.users.update, { token: tenant.admin.token, id: user.id, body: { password: FIRST } });
    await reset();
    const change_token = await begin(user.email);
    await reset();
    expect(await fail(api.auth.password, { body: { change_token, new_password: OWN } })).toEqual([
      401,
      'invalid_change_token',
    ]);
  });
});
