import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, Problem } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import { createTenant, signIn, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { ask, everyPage, fail, succeed } from './harness.js';

useServer();
const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'nine lanterns above canals';

describe('Users', () => {
  let superToken: string;
  let tenant: TestTenant;
  let other: TestTenant;
  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
    [tenant, other] = await Promise.all([createTenant(server, superToken), createTenant(server, superToken)]);
  });
  const person = (more: object = {}) => ({
    email: `${randomUUID()}@x.test`,
    name: 'Somebody',
    role: 'clinician',
    password: PASSWORD,
    ...more,
  });
  const add = (body: object = {}, token = tenant.admin.token) =>
    succeed(api.users.create, { token, body: person(body) });

  it('of a tenant admin are of the own tenant', async () => {
    const user = await add();
    expect(user).toMatchObject({ tenant_id: tenant.id, status: 'active', version: 1 });
    expect((await add({ tenant_id: tenant.id })).tenant_id).toBe(tenant.id);
    const body = person({ tenant_id: other.id });
    expect(await fail(api.users.create, { token: tenant.admin.token, body })).toEqual([
      403,
      'field_not_allowed',
    ]);
  });

  it('never show a password or its hash', async () => {
    const user = await add();
    expect(Object.keys(user).sort()).toEqual(
      ['id', 'tenant_id', 'email', 'name', 'role', 'status', 'version', 'created_at', 'updated_at'].sort(),
    );
  });

  it('may not become super admins by a tenant admin', async () => {
    const body = person({ role: 'super_admin' });
    expect(await fail(api.users.create, { token: tenant.admin.token, body })).toEqual([
      403,
      'role_not_allowed',
    ]);
    const { id } = await add();
    expect(
      await fail(api.users.update, { token: tenant.admin.token, id, body: { role: 'super_admin' } }),
    ).toEqual([403, 'role_not_allowed']);
  });

  it('of a super admin are of the tenant that is named, super admins of none', async () => {
    // without an admin, who would have to approve
    const { id: tenantId } = await succeed(api.tenants.create, {
      token: superToken,
      body: { name: 'New clinic', slug: `new-${randomUUID()}` },
    });
    expect((await add({ tenant_id: tenantId }, superToken)).tenant_id).toBe(tenantId);
    expect((await add({ role: 'super_admin' }, superToken)).tenant_id).toBeNull();
    for (const [body, outcome] of [
      [{}, [422, 'validation_failed']],
      [{ role: 'super_admin', tenant_id: other.id }, [422, 'validation_failed']],
      [{ tenant_id: randomUUID() }, [422, 'unknown_tenant']],
    ] as const) {
      expect(await fail(api.users.create, { token: superToken, body: person(body) })).toEqual(outcome);
    }
    const { id } = await add({ tenant_id: tenantId }, superToken);
    expect(await fail(api.users.update, { token: superToken, id, body: { role: 'super_admin' } })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('have an address that nobody else in the installation has, whatever its case', async () => {
    const { email } = await add();
    for (const token of [tenant.admin.token, other.admin.token]) {
      const body = person({ email: email.toUpperCase() });
      expect(await fail(api.users.create, { token, body })).toEqual([409, 'email_taken']);
    }
    const { id } = await add();
    expect(await fail(api.users.update, { token: tenant.admin.token, id, body: { email } })).toEqual([
      409,
      'email_taken',
    ]);
  });

  it('give their address free when they are deleted', async () => {
    const { id, email } = await add();
    const request = { token: tenant.admin.token, id };
    expect((await ask(api.users.remove, request)).status).toBe(204);
    expect(await fail(api.users.get, request)).toEqual([404, 'not_found']);
    expect(await fail(api.users.remove, request)).toEqual([404, 'not_found']);
    expect((await add({ email })).id).not.toBe(id);
  });

  it.each([
    ['11 characters', 'eleven char', 'validation_failed'],
    ['11 characters that are pairs of code units', '🐘🦀🚲🧲🪁🪗🧵🌋🛶🥝🧊', 'validation_failed'],
    ['129 characters', 'violet tractors hum '.repeat(7).slice(0, 129), 'validation_failed'],
    ['one that is often used', 'password1234', 'weak_password'],
    ['one character', 'aaaaaaaaaaaa', 'weak_password'],
  ])('do not get a password of %s', async (_, password, code) => {
    const { token } = tenant.admin;
    const { id } = await add();
    expect(await fail(api.users.create, { token, body: person({ password }) })).toEqual([422, code]);
    expect(await fail(api.users.update, { token, id, body: { password } })).toEqual([422, code]);
  });

  it('do not get a password of what is known about them, and are told why', async () => {
    const { token } = tenant.admin;
    const email = 'katharina.lindqvist@hospital.example';
    const known = { email, name: 'Katharina Lindqvist' };
    for (const password of [email, 'KatharinaLindqvist', `Clinic ${tenant.slug}`]) {
      const answer = await ask(api.users.create, { token, body: person({ ...known, password }) });
      expect(answer.body).toMatchObject({
        status: 422,
        code: 'weak_password',
        warning: expect.stringMatching(/\.$/),
        errors: [{ path: 'password' }],
      });
    }
    const { id } = await add(known);
    expect(await fail(api.users.update, { token, id, body: { password: email } })).toEqual([
      422,
      'weak_password',
    ]);
  });

  it('get a password of 12 or 128 characters, whichever they are', async () => {
    await add({ password: '🐘🦀🚲🧲🪁🪗🧵🌋🛶🥝🧊🎺' });
    const password = 'Ölfarbe trägt vier violette Möwen '.repeat(4).slice(0, 128);
    const { email } = await add({ password });
    expect(await fail(api.auth.login, { body: { email, password } })).toEqual([
      403,
      'password_change_required',
    ]);
  });

  it('do not lock themselves out', async () => {
    const { id, token } = tenant.admin;
    for (const body of [{ role: 'clinician' }, { status: 'disabled' }, { password: NEW_PASSWORD }]) {
      expect(await fail(api.users.update, { token, id, body })).toEqual([409, 'own_account']);
    }
    expect(await fail(api.users.remove, { token, id })).toEqual([409, 'own_account']);
    expect(
      (
        await succeed(api.users.update, {
          token,
          id,
          body: { name: 'New Name', role: 'tenant_admin' },
        })
      ).name,
    ).toBe('New Name');
  });

  it('are listed by address, page by page, narrowed by role and status', async () => {
    const own = await createTenant(server, superToken);
    await add({ email: `a-${own.slug}@x.test`, status: 'disabled' }, own.admin.token);
    const users = await everyPage(api.users.list, { token: own.admin.token, query: { limit: 2 } });
    const emails = users.map(({ email }) => email);
    expect(emails).toHaveLength(4);
    expect(emails).toEqual([...emails].sort());
    const roles = await succeed(api.users.list, {
      token: own.admin.token,
      query: { role: 'front_desk' },
    });
    expect(roles.data.map(({ email }) => email)).toEqual([own.frontDesk.email]);
    const disabled = await succeed(api.users.list, {
      token: own.admin.token,
      query: { status: 'disabled' },
    });
    expect(disabled.data).toHaveLength(1);
    const bySuper = await succeed(api.users.list, { token: superToken, query: { tenant_id: own.id } });
    expect(bySuper.data.map(({ email }) => email)).toEqual(emails);
    expect(await fail(api.users.list, { token: own.admin.token, query: { tenant_id: tenant.id } })).toEqual([
      404,
      'not_found',
    ]);
  });

  it('are found by words of name and address, whatever their case, and by nothing else', async () => {
    const name = `Ada ${randomUUID()}`;
    const user = await add({ name, email: `ada_${randomUUID()}@x.test` });
    const found = async (search: string, token = tenant.admin.token) =>
      (await succeed(api.users.list, { token, query: { search } })).data.map(({ id }) => id);
    expect(await found(`${name.slice(4).toUpperCase()} ada`)).toEqual([user.id]);
    expect(await found(user.email)).toEqual([user.id]);
    expect(await found(user.email.replace('_', '%'))).toEqual([]);
    expect(await found(`${name} nobody`)).toEqual([]);
    expect(await found(name, other.admin.token)).toEqual([]);
    expect(await found(name, superToken)).toEqual([user.id]);
  });

  it('show when they last signed in, and never before the first time', async () => {
    const { token } = tenant.admin;
    const { id } = await add();
    expect((await succeed(api.users.get, { token, id })).last_sign_in_at).toBeNull();
    const user = await tenant.addUser('clinician');
    const first = (await succeed(api.users.get, { token, id: user.id })).last_sign_in_at ?? '';
    expect(Date.parse(first)).toBeGreaterThan(0);
    await signIn(server, user.email, user.password);
    const { data } = await succeed(api.users.list, { token, query: { search: user.email } });
    expect(Date.parse(data[0]?.last_sign_in_at ?? '')).toBeGreaterThan(Date.parse(first));
    expect(data[0]?.version).toBe((await succeed(api.users.get, { token, id: user.id })).version);
  });

  it('are told to the administrators of their clinic when they change, by id alone, and to nobody else', async () => {
    const own = await createTenant(server, superToken);
    const watchers = await Promise.all(
      [own.admin, own.clinician, own.frontDesk].map(({ token }) => connect(server.wsUrl, { token })),
    );
    const outside = await connect(server.wsUrl, { token: other.admin.token });
    const { token } = own.admin;
    const { id } = await add({}, token);
    await succeed(api.users.update, { token, id, body: { name: 'Renamed' } });
    await succeed(api.users.invite, { token, id });
    expect((await ask(api.users.remove, { token, id })).status).toBe(204);
    for (const [name, by] of [
      ['Last', own.admin],
      ['Other', other.admin],
    ] as const)
      await succeed(api.patients.create, { token: by.token, body: { first_name: 'A', last_name: name } });
    await Promise.all([...watchers, outside].map((socket) => socket.waitFor('patient_created')));
    const told = (socket: (typeof watchers)[number]) =>
      socket.events.flatMap(({ type, data }) => (type === 'user_changed' ? [data] : []));
    expect(watchers.map(told)).toEqual([Array(4).fill({ user_id: id }), [], []]);
    expect(told(outside)).toEqual([]);
    await Promise.all([...watchers, outside].map((socket) => socket.close()));
  });

  it('have versions', async () => {
    const { id } = await add();
    const request = { token: tenant.admin.token, id, headers: { 'if-match': '"1"' } };
    const changed = await ask(api.users.update, { ...request, body: { name: 'B' } });
    expect(changed.headers.get('etag')).toBe('"2"');
    expect(await fail(api.users.update, { ...request, body: { name: 'C' } })).toEqual([
      412,
      'version_mismatch',
    ]);
    expect(await fail(api.users.remove, request)).toEqual([412, 'version_mismatch']);
  });
});

describe('The own password', () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await createTenant(server);
  });
  const change = (token: string, current_password: string, new_password = NEW_PASSWORD) =>
    fail(api.auth.password, { token, body: { current_password, new_password } });

  it('is changed by who knows it; all other sessions and their sockets end, and this one goes on', async () => {
    const user = await tenant.addUser('clinician');
    const own = await signIn(server, user.email, user.password);
    const [mine, other] = await Promise.all([
      connect(server.wsUrl, { token: own }),
      connect(server.wsUrl, { token: user.token }),
    ]);
    const body = { current_password: user.password, new_password: NEW_PASSWORD };
    expect((await ask(api.auth.password, { token: own, body })).status).toBe(204);
    expect((await other.closed()).code).toBe(4403);
    expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
    expect((await ask(api.auth.me, { token: own })).status).toBe(200);
    mine.send({ type: 'ping' });
    await mine.waitFor('pong');
    expect((await ask(api.auth.login, { body: { email: user.email, password: user.password } })).status).toBe(
      401,
    );
    await signIn(server, user.email, NEW_PASSWORD);
    const { data } = await succeed(api.audit.list, { token: tenant.admin.token });
    expect(data).toContainEqual(
      expect.objectContaining({
        action: 'user.update',
        actor_id: user.id,
        object_id: user.id,
        changed: ['password'],
      }),
    );
    await mine.close();
  });

  it('is not changed by who does not know it, and cannot be guessed with a copied token', async () => {
    const user = await tenant.addUser('clinician');
    for (let n = 0; n < 10; n++)
      expect(await change(user.token, 'wrong guess')).toEqual([403, 'wrong_password']);
    expect(await change(user.token, user.password)).toEqual([429, 'too_many_attempts']);
    await database.query('DELETE FROM wardbell.login_failure');
    await signIn(server, user.email, user.password);
  });

  it('is not changed to a weak one', async () => {
    const { token, email, password } = await tenant.addUser('front_desk');
    expect(await change(token, password, 'password1234')).toEqual([422, 'weak_password']);
    expect(await change(token, password, email)).toEqual([422, 'weak_password']);
    expect(await change(token, password, 'eleven char')).toEqual([422, 'validation_failed']);
  });

  it('is nothing that people of single sign-on have', async () => {
    const token = await mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'idp|somebody' });
    expect(await change(token, 'whatever it is')).toEqual([409, 'external_account']);
  });
});

describe('Tenants', () => {
  let superToken: string;
  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
  });
  const create = (body: object = {}) => {
    const slug = `t-${randomUUID()}`.slice(0, 60);
    return succeed(api.tenants.create, {
      token: superToken,
      body: { name: 'A Clinic', slug, ...body },
    });
  };

  it('are created active, in UTC, without limits', async () => {
    expect(await create()).toMatchObject({
      status: 'active',
      time_zone: 'UTC',
      limits: { max_connections: null, max_connections_per_user: null, max_messages_per_minute: null },
      ceilings: { max_connections: null, max_connections_per_user: null, max_messages_per_minute: null },
      version: 1,
    });
  });

  it.each([
    ['a slug with capitals', { slug: 'Clinic' }],
    ['a time zone that is none', { time_zone: 'Mars/Olympus' }],
    ['an offset for a time zone', { time_zone: '+05:00' }],
    ['a limit below nothing', { limits: { max_connections: -1 } }],
    ['an unknown field', { limits: { max_sockets: 1 } }],
  ])('refuse %s', async (_, wrong) => {
    const body = { name: 'A Clinic', slug: 'fine', ...wrong };
    expect(await fail(api.tenants.create, { token: superToken, body })).toEqual([422, 'validation_failed']);
  });

  it('have a slug of their own', async () => {
    const { slug } = await create();
    const body = { name: 'Other', slug };
    expect(await fail(api.tenants.create, { token: superToken, body })).toEqual([409, 'slug_taken']);
    const { id } = await create();
    expect(await fail(api.tenants.update, { token: superToken, id, body: { slug } })).toEqual([
      409,
      'slug_taken',
    ]);
  });

  it('are read by their own admin alone, and changed by none of them', async () => {
    const [tenant, other] = [await createTenant(server, superToken), await createTenant(server, superToken)];
    const { token } = tenant.admin;
    expect((await succeed(api.tenants.list, { token })).data.map(({ id }) => id)).toEqual([tenant.id]);
    expect((await succeed(api.tenants.get, { token, id: tenant.id })).slug).toBe(tenant.slug);
    expect(await fail(api.tenants.get, { token, id: other.id })).toEqual([404, 'not_found']);
    expect(await fail(api.tenants.update, { token, id: tenant.id, body: { name: 'X' } })).toEqual([
      403,
      'forbidden',
    ]);
    const names = await succeed(api.tenants.list, { token: superToken, query: { limit: 200 } });
    expect(names.data.map(({ id }) => id)).toEqual(expect.arrayContaining([tenant.id, other.id]));
  });

  it('have limits that their admin sets up to the ceilings', async () => {
    const tenant = await createTenant(server, superToken);
    const own = { token: tenant.admin.token, id: tenant.id };
    await succeed(api.tenants.update, {
      token: superToken,
      id: tenant.id,
      body: { ceilings: { max_connections: 50, max_messages_per_minute: 60 } },
    });
    expect(await succeed(api.tenants.setLimits, { ...own, body: { max_connections: 50 } })).toMatchObject({
      max_connections: 50,
      max_connections_per_user: null,
      max_messages_per_minute: null,
    });
    const above = await ask(api.tenants.setLimits, {
      ...own,
      body: { max_connections: 51, max_connections_per_user: 5, max_messages_per_minute: 61 },
    });
    const problem = Problem.parse(above.body);
    expect([problem.status, problem.code]).toEqual([422, 'limit_above_ceiling']);
    expect(problem.errors?.map(({ path }) => path)).toEqual(['max_connections', 'max_messages_per_minute']);
    expect((await succeed(api.tenants.limits, own)).max_connections).toBe(50);
    expect(
      (await succeed(api.tenants.setLimits, { ...own, body: { max_connections: null } })).max_connections,
    ).toBeNull();
  });

  it('without ceilings have limits that their admin sets up to the default, or to what a super admin has set', async () => {
    const tenant = await createTenant(server, superToken);
    const own = { token: tenant.admin.token, id: tenant.id };
    const asSuper = { token: superToken, id: tenant.id };
    const paths = async (body: object) => {
      const answer = await ask(api.tenants.setLimits, { ...own, body });
      return answer.status === 200 ? [] : Problem.parse(answer.body).errors?.map(({ path }) => path);
    };
    const perUser = 100_000; // what this server was started with
    const atDefault = {
      max_connections: 100,
      max_messages_per_minute: 120,
      max_connections_per_user: perUser,
    };
    expect((await succeed(api.tenants.get, own)).bounds).toEqual(atDefault);
    expect(await paths(atDefault)).toEqual([]);
    expect(await paths({ max_connections: 101, max_messages_per_minute: 121 })).toEqual([
      'max_connections',
      'max_messages_per_minute',
    ]);
    // a super admin goes beyond, and opens the way for the admin
    const body = { max_connections: 5_000, max_messages_per_minute: 60 };
    expect(await succeed(api.tenants.setLimits, { ...asSuper, body })).toMatchObject(body);
    expect((await succeed(api.tenants.usage, own)).max_connections).toBe(5_000);
    expect(await paths({ max_connections: 10, max_messages_per_minute: 120 })).toEqual([]);
    expect(await paths({ max_connections: 5_000 })).toEqual([]);
    expect(await paths({ max_connections: 5_001 })).toEqual(['max_connections']);
    // by whichever route
    await succeed(api.tenants.update, { ...asSuper, body: { limits: { max_connections: 6_000 } } });
    expect(await paths({ max_connections: 6_000 })).toEqual([]);
    const made = await create({ limits: { max_connections: 700 } });
    expect(made.bounds.max_connections).toBe(700);
    await succeed(api.tenants.setLimits, { ...asSuper, body: { max_connections: null } });
    expect(await paths({ max_connections: 101 })).toEqual(['max_connections']);
  });

  it('have limits that go down with a ceiling', async () => {
    const { id } = await create({ limits: { max_connections: 80 }, ceilings: { max_connections: 100 } });
    const lowered = await succeed(api.tenants.update, {
      token: superToken,
      id,
      body: { ceilings: { max_connections: 10 } },
    });
    expect(lowered.limits.max_connections).toBe(10);
    const body = { limits: { max_connections: 11 } };
    expect(await fail(api.tenants.update, { token: superToken, id, body })).toEqual([
      422,
      'limit_above_ceiling',
    ]);
  });

  it('are deleted when they have no patients, or are suspended', async () => {
    const tenant = await createTenant(server, superToken);
    const request = { token: superToken, id: tenant.id };
    await ask(api.patients.create, {
      token: tenant.clinician.token,
      body: { first_name: 'A', last_name: 'B' },
    });
    expect(await fail(api.tenants.remove, request)).toEqual([409, 'tenant_not_empty']);
    await succeed(api.tenants.update, { ...request, body: { status: 'suspended' } });
    expect((await ask(api.tenants.remove, request)).status).toBe(204);
    expect(await fail(api.tenants.get, request)).toEqual([404, 'not_found']);
    const left = await database.query('SELECT FROM wardbell.patient WHERE tenant_id = $1', [tenant.id]);
    expect(left).toEqual([]);
    const empty = await create();
    expect((await ask(api.tenants.remove, { token: superToken, id: empty.id })).status).toBe(204);
  });

  it('tell how much they use', async () => {
    const tenant = await createTenant(server, superToken);
    const own = { token: tenant.admin.token, id: tenant.id };
    expect(await succeed(api.tenants.usage, own)).toEqual({
      connections: 0,
      max_connections: 100,
      default_max_connections: 100,
      default_max_connections_per_user: 100_000,
      peak_connections: 0,
      rejected: 0,
      rejected_by: {},
      messages_sent: 0,
      delivery_ms: { p50: null, p99: null },
    });
    const buckets = [0, 0, 50, 49, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    await database.query(
      `INSERT INTO wardbell.tenant_usage
       SELECT $1, date_trunc('minute', now()), gen_random_uuid(), 4, 2, 50, $2::bigint[] FROM generate_series(1, 2)`,
      [tenant.id, buckets],
    );
    await database.query(
      `INSERT INTO wardbell.tenant_usage
       VALUES ($1, date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '1 minute',
               gen_random_uuid(), 99, 99, 99, '{}')`,
      [tenant.id],
    );
    expect(await succeed(api.tenants.usage, own)).toMatchObject({
      peak_connections: 8, // both instances together
      rejected: 4,
      messages_sent: 100,
      delivery_ms: { p50: 2, p99: 5 },
    });
  });
});
