import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, endpoints, Problem, Scope } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { ask, type Clinic, createClinic, fail, registerPatient, succeed } from '../http/harness.js';
import { openStream, RawStream } from '../stream/raw-stream.js';

useServer();
const routes = api.integrationKeys;

describe('Integration keys', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const make = (body: object, owner = clinic) =>
    succeed(routes.create, { token: owner.admin, body: { name: 'lab', ...body } });
  const publish = (token: string, type = 'by_key') =>
    call(server.url, 'POST', '/events', { token, body: { type, data: { n: 1 } } });
  const listed = async (id: string, owner = clinic) => {
    const { data } = await succeed(routes.list, { token: owner.admin });
    return data.find((key) => key.id === id);
  };

  it('are shown once, and kept as their SHA-256', async () => {
    const made = await make({ scopes: ['events:write'] });
    expect(made.key).toMatch(/^wbk_[A-Za-z0-9_-]{43}$/);
    const { key, ...rest } = made;
    expect(await listed(made.id)).toEqual({ ...rest, prefix: key.slice(0, 8) });
    const [stored] = await database.query('SELECT * FROM wardbell.integration_key WHERE id = $1', [made.id]);
    expect(JSON.stringify(stored)).not.toContain(key);
    expect(Reflect.get(Object(stored), 'hash')).toEqual(createHash('sha256').update(key).digest());
  });

  it('publish events in the name of key:<id>', async () => {
    const { key, id } = await make({ scopes: ['events:write'] });
    expect((await publish(key)).status).toBe(201);
    const [event] = await database.query(
      'SELECT actor_id FROM wardbell.outbox WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1',
      [clinic.id],
    );
    expect(event).toEqual({ actor_id: `key:${id}` });
    const audit = await database.query(
      `SELECT action, actor_role FROM wardbell.audit WHERE scope = $1 AND actor_id = $2`,
      [clinic.id, `key:${id}`],
    );
    expect(audit).toEqual([{ action: 'event.publish', actor_role: 'integration_key' }]);
  });

  it('do what their scopes name and nothing else', async () => {
    const { key } = await make({ scopes: ['patients:read'] });
    const answers = await Promise.all(
      endpoints
        .filter(({ access }) => access !== 'public')
        .map(async (endpoint) => {
          const id = '00000000-0000-4000-8000-000000000000';
          const answer = await ask(endpoint, {
            token: key,
            id,
            // which of the two bodies it is decides who is asked
            ...(endpoint === api.auth.password
              ? { body: { current_password: 'x', new_password: 'violet tractors hum' } }
              : endpoint.body
                ? { body: {} }
                : {}),
          });
          return { endpoint, isAllowed: answer.status !== 403 };
        }),
    );
    const allowed = answers.filter(({ isAllowed }) => isAllowed).map(({ endpoint }) => endpoint.summary);
    expect(allowed).toEqual([
      api.patients.list.summary,
      api.patients.duplicates.summary,
      api.patients.get.summary,
    ]);
  });

  it('read and write patients and appointments as a clinician, or as the front desk', async () => {
    const patient = await registerPatient(clinic, { notes: 'clinical' });
    const reader = await make({ scopes: ['patients:read', 'patients:write'] });
    const desk = await make({ scopes: ['patients:read', 'stream:read'], role: 'front_desk' });
    const read = (token: string) => succeed(api.patients.get, { token, id: patient.id });
    expect((await read(reader.key)).notes).toBe('clinical');
    expect((await read(desk.key)).notes).toBeUndefined();
    const body = { first_name: 'By', last_name: 'Key' };
    const created = await succeed(api.patients.create, { token: reader.key, body });
    expect(created.last_name).toBe('Key');
    expect(await fail(api.patients.create, { token: desk.key, body })).toEqual([403, 'forbidden']);
  });

  it('with stream:read follow the stream in the view of their role', async () => {
    const keys = await Promise.all(
      (['clinician', 'front_desk', 'ids'] as const).map((role) => make({ scopes: ['stream:read'], role })),
    );
    const by = ['query', 'header', 'subprotocol'] as const;
    const sockets = await Promise.all(
      keys.map(({ key }, index) => connect(server.wsUrl, { token: key, by: by[index] ?? 'query' })),
    );
    await call(server.url, 'POST', '/events', {
      token: clinic.admin,
      body: { type: 'for_clinicians', data: {}, audience: { roles: ['clinician'] } },
    });
    await registerPatient(clinic, { first_name: 'Seen', notes: 'clinical' });
    await call(server.url, 'POST', '/events', {
      token: clinic.admin,
      body: { type: 'own', data: { secret: 1 } },
    });
    const [clinical, desk, ids] = await Promise.all(
      sockets.map(async (socket) => {
        const created = await socket.waitFor('patient_created');
        const own = await socket.waitFor('own');
        return { created, own, chosen: socket.frames.some(({ type }) => type === 'for_clinicians') };
      }),
    );
    expect(clinical).toMatchObject({ created: { data: { notes: 'clinical' } }, chosen: true });
    expect(desk?.created.data).toMatchObject({ first_name: 'Seen' });
    expect([desk?.created.data?.['notes'], desk?.chosen]).toEqual([undefined, false]);
    expect(Object.keys(ids?.created.data ?? {}).sort()).toEqual(['id', 'tenant_id', 'version']);
    expect([ids?.own.data, ids?.chosen]).toEqual([{}, false]);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('with the view ids never see another tenant', async () => {
    const other = await createClinic();
    const { key } = await make({ scopes: ['stream:read'], role: 'ids' });
    const socket = await connect(server.wsUrl, { token: key });
    await publish(other.admin, 'foreign');
    await publish(clinic.admin, 'mine');
    await socket.waitFor('mine');
    expect(socket.events.map(({ type }) => type)).not.toContain('foreign');
    await socket.close();
  });

  it('without stream:read are refused at the socket (4403), and unknown ones with 1008', async () => {
    const { key } = await make({ scopes: ['events:write'] });
    expect(await new TestSocket(server.wsUrl, { token: key }).closed()).toEqual({
      code: 4403,
      reason: 'Topic not allowed',
    });
    const unknown = `wbk_${'x'.repeat(43)}`;
    expect(await new TestSocket(server.wsUrl, { token: unknown }).closed()).toEqual({
      code: 1008,
      reason: 'Authentication failed',
    });
    expect(await fail(api.patients.list, { token: unknown })).toEqual([401, 'invalid_token']);
  });

  it('that are deleted are refused, their sockets closed with 4403, and the list forgets them', async () => {
    const made = await make({ scopes: ['stream:read', 'events:write'], role: 'clinician' });
    const socket = await connect(server.wsUrl, { token: made.key });
    expect((await ask(routes.remove, { token: clinic.admin, id: made.id })).status).toBe(204);
    expect(await socket.closed()).toEqual({ code: 4403, reason: 'Access revoked' });
    expect((await publish(made.key)).status).toBe(401);
    expect(await new TestSocket(server.wsUrl, { token: made.key }).closed()).toEqual({
      code: 4403,
      reason: 'Access revoked',
    });
    expect(await listed(made.id)).toBeUndefined();
    expect(await fail(routes.remove, { token: clinic.admin, id: made.id })).toEqual([404, 'not_found']);
  });

  it('follow the stream by server-sent events and long poll too, until they are deleted', async () => {
    const made = await make({ scopes: ['stream:read'], role: 'ids' });
    const stream = await openStream(server.url, { token: made.key });
    await registerPatient(clinic, { notes: 'clinical' });
    const created = await stream.waitFor('patient_created');
    expect(Object.keys(created.data ?? {}).sort()).toEqual(['id', 'tenant_id', 'version']);
    const poll = () =>
      RawStream.open(server.url, {
        token: made.key,
        query: { wait: '0' },
        headers: { accept: 'application/json' },
      });
    expect((await poll()).status).toBe(200);
    expect((await call(server.url, 'POST', '/stream/tickets', { token: made.key })).status).toBe(403);
    expect((await ask(routes.remove, { token: clinic.admin, id: made.id })).status).toBe(204);
    expect(await stream.closed()).toMatchObject({ type: 'closed', code: 4403, reason: 'Access revoked' });
    expect((await poll()).status).toBe(401);
    const writer = await make({ scopes: ['events:write'] });
    const refused = await RawStream.open(server.url, { token: writer.key });
    expect(await refused.closed()).toMatchObject({ code: 4403, reason: 'Topic not allowed' });
  });

  it('that expire are refused, and their sockets closed with 4403', async () => {
    const made = await make({
      scopes: ['stream:read', 'events:write'],
      role: 'clinician',
      expires_at: new Date(Date.now() + 8_000).toISOString(),
    });
    // a connection that is as late as that is refused in the same way
    const socket = new TestSocket(server.wsUrl, { token: made.key });
    expect(await socket.closed(30_000)).toEqual({ code: 4403, reason: 'Access revoked' });
    expect(Problem.parse((await publish(made.key)).body).code).toBe('access_revoked');
    expect(await new TestSocket(server.wsUrl, { token: made.key }).closed()).toEqual({
      code: 4403,
      reason: 'Access revoked',
    });
    const past = { name: 'x', scopes: ['events:write'], expires_at: '2020-01-01T00:00:00Z' };
    expect(await fail(routes.create, { token: clinic.admin, body: past })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('of a suspended tenant are refused, and work again after it', async () => {
    const other = await createClinic();
    const { key } = await make({ scopes: ['stream:read', 'events:write'], role: 'ids' }, other);
    const socket = await connect(server.wsUrl, { token: key });
    const superAdmin = await mintToken({ role: 'super_admin' });
    const set = (status: string) =>
      succeed(api.tenants.update, { token: superAdmin, id: other.id, body: { status } });
    await set('suspended');
    expect(await socket.closed()).toEqual({ code: 4403, reason: 'Tenant suspended' });
    expect((await publish(key)).status).toBe(403);
    await set('active');
    expect((await publish(key)).status).toBe(201);
  });

  it('say when they were last used', async () => {
    const made = await make({ scopes: ['events:write'] });
    expect((await listed(made.id))?.last_used_at).toBeNull();
    await publish(made.key);
    await eventually(async () => (await listed(made.id))?.last_used_at ?? undefined, {
      timeoutMs: 20_000,
      what: 'the use to be noted',
    });
  });

  it('are made by tenant admins alone, for known scopes, with a role for the stream', async () => {
    const body = { name: 'x', scopes: ['events:write'] };
    expect(await fail(routes.create, { token: clinic.clinician, body })).toEqual([403, 'forbidden']);
    const { key } = await make({ scopes: [...Scope.options], role: 'clinician' });
    expect(await fail(routes.create, { token: key, body })).toEqual([403, 'forbidden']);
    for (const scopes of [[], ['everything'], ['stream:read'], ['events:write', 'events:write']]) {
      expect((await fail(routes.create, { token: clinic.admin, body: { name: 'x', scopes } }))[0]).toBe(422);
    }
  });

  it('are not those of another tenant', async () => {
    const other = await createClinic();
    const { id } = await make({ scopes: ['events:write'] }, other);
    expect(await listed(id)).toBeUndefined();
    expect(await fail(routes.remove, { token: clinic.admin, id })).toEqual([404, 'not_found']);
  });

  it('leave who made and who revoked them in the audit log', async () => {
    const fresh = await createClinic();
    const { id } = await make({ scopes: ['events:write'] }, fresh);
    await ask(routes.remove, { token: fresh.admin, id });
    const rows = await database.query(
      'SELECT action, object_id FROM wardbell.audit WHERE scope = $1 ORDER BY seq',
      [fresh.id],
    );
    expect(rows).toEqual([
      { action: 'integration_key.create', object_id: id },
      { action: 'integration_key.delete', object_id: id },
    ]);
  });

  it('never stand in the log of the server', async () => {
    const { key } = await make({ scopes: ['events:write'] });
    await publish(key);
    await fail(api.users.list, { token: key });
    expect(server.output()).not.toContain(key);
  });

  it('cannot be played by a token whose subject has their form', async () => {
    const { id } = await make({ scopes: ['events:write'] });
    const token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub: `key:${id}` });
    expect(await fail(api.patients.list, { token })).toEqual([401, 'invalid_token']);
  });
});
