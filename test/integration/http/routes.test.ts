import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, type Endpoint, endpoints, type Role, Role as RoleSchema } from '@wardbell/contract';
import { useServer } from '../../support/fixture.js';
import { mintToken } from '../../support/tokens.js';
import { ask, type Clinic, createClinic, fail, registerPatient, superAdmin } from './harness.js';

useServer();
const name = (endpoint: Endpoint) => `${endpoint.method} ${endpoint.path}`;
const guarded = endpoints.filter((endpoint) => endpoint.access !== 'public');

describe('Who may call what', () => {
  let clinic: Clinic;
  let other: Clinic;
  const tokens = new Map<Role, string>();

  beforeAll(async () => {
    clinic = await createClinic();
    other = await createClinic();
    tokens.set('super_admin', await superAdmin());
    tokens.set('tenant_admin', clinic.admin);
    tokens.set('clinician', clinic.clinician);
    tokens.set('front_desk', clinic.frontDesk);
  });

  it.each(guarded.map((endpoint) => [name(endpoint), endpoint] as const))(
    '%s asks for a token',
    async (_, endpoint) => {
      const answer = await ask(endpoint, { id: randomUUID(), body: bodyOf(endpoint) });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="wardbell"',
      ]);
      expect(await fail(endpoint, { id: randomUUID(), token: 'x.y.z', body: bodyOf(endpoint) })).toEqual([
        401,
        'invalid_token',
      ]);
    },
  );

  it.each(
    guarded.flatMap((endpoint) =>
      RoleSchema.options.map((role) => [name(endpoint), role, endpoint] as const),
    ),
  )('%s as %s is answered by the table of roles', async (_, role, endpoint) => {
    const answer = await ask(endpoint, {
      token: tokens.get(role),
      id: randomUUID(),
      body: bodyOf(endpoint),
    });
    const code = answer.body instanceof Object && 'code' in answer.body ? answer.body.code : undefined;
    const allowed = endpoint.access !== 'public' && endpoint.access.includes(role);
    // an allowed caller gets as far as the (empty) body or the unknown id; these have no account of ours
    if (!allowed) expect([answer.status, code]).toEqual([403, 'forbidden']);
    else if (endpoint.path.includes(':id') && endpoint.body === undefined) expect(answer.status).toBe(404);
    else expect([200, 201, 204, 404, 406, 409, 422]).toContain(answer.status);
  });

  const OBJECTS: readonly [string, readonly Endpoint[], (owner: Clinic) => Promise<string>][] = [
    [
      'patient',
      [api.patients.get, api.patients.update, api.patients.remove],
      async (owner) => (await registerPatient(owner)).id,
    ],
    [
      'appointment',
      [api.appointments.get, api.appointments.update, api.appointments.setStatus, api.appointments.remove],
      async (owner) => {
        const patient = await registerPatient(owner);
        const answer = await ask(api.appointments.create, {
          token: owner.clinician,
          body: { patient_id: patient.id, datetime: '2026-12-01T09:00:00Z', type: 'Visit' },
        });
        return String(Reflect.get(Object(answer.body), 'id'));
      },
    ],
    [
      'tenant',
      [api.tenants.get, api.tenants.limits, api.tenants.setLimits, api.tenants.usage],
      async (owner) => owner.id,
    ],
    [
      'user',
      [api.users.get, api.users.update, api.users.remove],
      async (owner) => {
        const answer = await ask(api.users.create, {
          token: owner.admin,
          body: {
            email: `${randomUUID()}@x.test`,
            name: 'X',
            role: 'clinician',
            password: 'correct horse battery',
          },
        });
        return String(Reflect.get(Object(answer.body), 'id'));
      },
    ],
  ];

  it.each(
    OBJECTS.flatMap(([kind, routes, make]) =>
      routes.map((endpoint) => [name(endpoint), kind, endpoint, make] as const),
    ),
  )('%s: the %s of another tenant is not there', async (_, __, endpoint, make) => {
    const id = await make(other);
    const before = await make(clinic);
    expect(await fail(endpoint, { token: clinic.admin, id, body: changeOf(endpoint) })).toEqual([
      404,
      'not_found',
    ]);
    // and the same call on the own object is not 404, so it is the tenant that made the difference
    const own = await ask(endpoint, { token: clinic.admin, id: before, body: changeOf(endpoint) });
    expect(own.status).toBeLessThan(300);
  });

  it('answers 404 for an id that cannot exist, before it looks at the body', async () => {
    expect(await fail(api.patients.update, { token: clinic.clinician, id: 'abc', body: {} })).toEqual([
      404,
      'not_found',
    ]);
  });

  it('refuses a token of a tenant that does not exist', async () => {
    const token = await mintToken({ role: 'clinician', tenantId: randomUUID() });
    expect(await fail(api.patients.list, { token })).toEqual([401, 'invalid_token']);
  });

  it.each([['another algorithm', { alg: 'none' }]])('refuses %s', async (_, header) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'x', role: 'super_admin', exp: Math.floor(Date.now() / 1000) + 900 };
    const token = `${part({ ...header, typ: 'JWT' })}.${part(claims)}.`;
    expect(await fail(api.tenants.list, { token })).toEqual([401, 'invalid_token']);
  });

  it.each([
    ['without a tenant', { role: 'clinician' as const }],
    ['of a super admin with a tenant', { role: 'super_admin' as const, tenantId: randomUUID() }],
    [
      'signed with another secret',
      { role: 'super_admin' as const, secret: 'another secret, just as long as ours' },
    ],
  ])('refuses a token %s', async (_, options) => {
    const token = await mintToken(options);
    expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
  });

  it('tells an expired token from a wrong one', async () => {
    const token = await mintToken({ role: 'super_admin', expiresInS: -10 });
    expect(await fail(api.auth.me, { token })).toEqual([401, 'token_expired']);
  });
});

/** A body that is wrong but there, so that nothing is written by a test about roles. */
const bodyOf = (endpoint: Endpoint): unknown => {
  // which body it is decides who is asked
  if (endpoint === api.auth.password) return { current_password: 'x', new_password: 'violet tractors hum' };
  return endpoint.body ? { nothing: 'of this' } : undefined;
};

const changeOf = (endpoint: Endpoint): unknown => {
  if (endpoint === api.patients.update) return { phone: '1' };
  if (endpoint === api.appointments.update) return { room: '1' };
  if (endpoint === api.appointments.setStatus) return { status: 'arrived' };
  if (endpoint === api.users.update) return { name: 'Y' };
  if (endpoint === api.tenants.setLimits) return { max_connections: 7 };
  return undefined;
};
