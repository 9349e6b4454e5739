import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Approval, api } from '@wardbell/contract';
import { z } from 'zod';
import { database, instances, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { createTenant, signIn, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { ask, fail, succeed } from './harness.js';

useServer({ instances: 2 });

const NEW_PASSWORD = 'sturdy otter violin lamp';

let clinic: TestTenant;
let superAdmin: string;
beforeEach(async () => {
  superAdmin = await signInSuperAdmin(server);
  clinic = await createTenant(server, superAdmin);
});

const newUser = (name = 'Eve Example') => ({
  email: `eve-${Math.random().toString(36).slice(2)}@${clinic.slug}.test`,
  name,
  role: 'clinician' as const,
  password: NEW_PASSWORD,
  tenant_id: clinic.id,
});

/** Calls as the super admin and insists that it waits for an approval. */
async function deferred(endpoint: Parameters<typeof ask>[0], request: object): Promise<Approval> {
  const answer = await ask(endpoint, { token: superAdmin, ...request });
  expect(answer.status).toBe(202);
  return endpoint.deferredAnswer?.parse(answer.body) as Approval;
}

const listed = async (token = clinic.admin.token): Promise<Approval[]> =>
  (await succeed(api.approvals.list, { token })).data;

const letTimePass = (id: string) =>
  database.query(`UPDATE wardbell.approval SET effective_at = clock_timestamp() WHERE id = $1`, [id]);

/** The state of an approval once the servers have looked at it. */
const ended = (id: string) =>
  eventually(async () => (await listed()).find((each) => each.id === id && each.status !== 'pending'), {
    what: 'the approval being decided',
  });

const login = (email: string, password: string) =>
  call(server.url, 'POST', '/auth/login', { body: { email, password } });

describe('A super admin’s change to an account of a clinic that has an admin', () => {
  it('waits: nobody new can sign in, and the list of the clinic names what is asked for, without the password', async () => {
    const user = newUser();
    const approval = await deferred(api.users.create, { body: user });
    expect(approval).toMatchObject({
      tenant_id: clinic.id,
      kind: 'user_create',
      user_id: null,
      email: user.email,
      change: { email: user.email, name: 'Eve Example', role: 'clinician', status: 'active' },
      changed: ['email', 'name', 'role', 'password'],
      status: 'pending',
    });
    const hours = (Date.parse(approval.effective_at) - Date.parse(approval.requested_at)) / 3_600_000;
    expect(hours).toBeCloseTo(24, 2);
    expect((await login(user.email, NEW_PASSWORD)).status).toBe(401);
    expect(await listed()).toEqual([approval]);
    expect(await listed(superAdmin)).toContainEqual(approval);
  });

  it('is told to all admins of the clinic at once, on each instance, and to nobody else', async () => {
    const [first = server, second = server] = instances;
    const colleague = await clinic.addUser('tenant_admin');
    const sockets = await Promise.all([
      connect(first.wsUrl, { token: clinic.admin.token }),
      connect(second.wsUrl, { token: colleague.token }),
      connect(second.wsUrl, { token: clinic.clinician.token }),
    ]);
    const { id } = await deferred(api.users.create, { body: newUser() });
    for (const socket of sockets.slice(0, 2)) {
      const { data } = await socket.waitFor('system_notification');
      expect(data).toEqual({
        level: 'warning',
        message: expect.stringContaining('super admin'),
        approval_id: id,
        id: expect.any(String),
        requires_ack: false,
        step: 0,
      });
      expect(JSON.stringify(data)).not.toMatch(/Eve Example|eve-/);
    }
    // a later event has arrived, the notice has not
    await succeed(api.patients.create, {
      token: clinic.clinician.token,
      body: { first_name: 'Ada', last_name: 'Byron' },
    });
    await sockets[2]?.waitFor('patient_created');
    expect(sockets[2]?.events.map(({ type }) => type)).not.toContain('system_notification');
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('takes effect when an admin of the clinic approves it, once', async () => {
    const user = newUser();
    const { id } = await deferred(api.users.create, { body: user });
    const approved = await succeed(api.approvals.approve, { token: clinic.admin.token, id });
    expect(approved).toMatchObject({ status: 'approved', decided_by: clinic.admin.id });
    // as every password that somebody else chose
    expect((await login(user.email, NEW_PASSWORD)).body).toMatchObject({ code: 'password_change_required' });
    for (const decide of [api.approvals.approve, api.approvals.reject])
      expect(await fail(decide, { token: clinic.admin.token, id })).toEqual([409, 'already_decided']);
    expect((await listed()).map(({ changed }) => changed)).toEqual([['email', 'name', 'role', 'password']]);
    const rows = await database.query('SELECT password_hash FROM wardbell.approval WHERE id = $1', [id]);
    expect(rows).toEqual([{ password_hash: null }]);
  });

  it('never takes effect once it was rejected', async () => {
    const user = newUser();
    const { id } = await deferred(api.users.create, { body: user });
    await succeed(api.approvals.reject, { token: clinic.admin.token, id });
    await letTimePass(id);
    const later = await deferred(api.users.create, { body: newUser() });
    await letTimePass(later.id);
    expect(await ended(later.id)).toMatchObject({ status: 'elapsed' });
    expect((await listed()).find((each) => each.id === id)).toMatchObject({
      status: 'rejected',
      decided_by: clinic.admin.id,
    });
    expect((await login(user.email, NEW_PASSWORD)).status).toBe(401);
  });

  it('takes effect after 24 hours if nobody rejected it, once on all instances, and the admins are told', async () => {
    const socket = await connect(server.wsUrl, { token: clinic.admin.token });
    const user = newUser();
    const { id } = await deferred(api.users.create, { body: user });
    await letTimePass(id);
    expect(await ended(id)).toMatchObject({ status: 'elapsed', decided_by: null });
    expect((await login(user.email, NEW_PASSWORD)).body).toMatchObject({ code: 'password_change_required' });
    await socket.waitFor(({ data }) => /has taken effect/.test(String(data?.['message'])));
    const rows = await database.query(
      `SELECT action, actor_role FROM wardbell.audit WHERE scope = $1 AND action IN ('user.create', 'approval.elapse')
       AND at > (SELECT requested_at FROM wardbell.approval WHERE id = $2) ORDER BY seq`,
      [clinic.id, id],
    );
    expect(rows).toEqual([
      { action: 'user.create', actor_role: 'super_admin' },
      { action: 'approval.elapse', actor_role: 'super_admin' },
    ]);
    await socket.close();
  });

  it('fails, and says why, when it has become impossible meanwhile', async () => {
    const user = newUser();
    const { id } = await deferred(api.users.create, { body: user });
    const { tenant_id: _, ...taken } = user;
    await succeed(api.users.create, { token: clinic.admin.token, body: taken });
    expect(await fail(api.approvals.approve, { token: clinic.admin.token, id })).toEqual([
      409,
      'email_taken',
    ]);
    await letTimePass(id);
    expect(await ended(id)).toMatchObject({ status: 'failed', problem: 'email_taken' });
  });

  it('needs the approval for another password, which signs nobody out before', async () => {
    const { clinician, admin } = clinic;
    const { id, changed } = await deferred(api.users.update, {
      id: clinician.id,
      body: { password: NEW_PASSWORD },
    });
    expect(changed).toEqual(['password']);
    expect((await ask(api.auth.me, { token: clinician.token })).status).toBe(200);
    await signIn(server, clinician.email, clinician.password);
    await succeed(api.approvals.approve, { token: admin.token, id });
    expect((await ask(api.auth.me, { token: clinician.token })).status).toBe(401);
    expect((await login(clinician.email, clinician.password)).status).toBe(401);
  });

  it('needs the approval for another role, also of the only admin', async () => {
    const { clinician, admin } = clinic;
    const { id } = await deferred(api.users.update, {
      id: clinician.id,
      body: { role: 'tenant_admin', name: 'New Name' },
    });
    const get = () => succeed(api.users.get, { token: admin.token, id: clinician.id });
    expect(await get()).toMatchObject({ role: 'clinician', name: 'Test clinician' });
    await succeed(api.approvals.approve, { token: admin.token, id });
    expect(await get()).toMatchObject({ role: 'tenant_admin', name: 'New Name' });
    await deferred(api.users.update, { id: admin.id, body: { role: 'clinician' } });
  });

  it('needs the approval for removing second factors', async () => {
    const { clinician, admin } = clinic;
    await succeed(api.auth.totp, { token: clinician.token });
    const factors = async () =>
      z
        .array(z.object({ count: z.number() }))
        .parse(
          await database.query('SELECT count(*)::int AS count FROM wardbell.totp WHERE user_id = $1', [
            clinician.id,
          ]),
        )[0]?.count;
    const { id, changed } = await deferred(api.users.removeFactors, { id: clinician.id });
    expect(changed).toEqual(['second_factor']);
    expect(await factors()).toBe(1);
    await succeed(api.approvals.approve, { token: admin.token, id });
    expect(await factors()).toBe(0);
  });

  it('is needed for nothing that gives no access: a name, an address, disabling, ending sessions', async () => {
    const { id } = clinic.clinician;
    for (const body of [{ name: 'Other' }, { email: `other@${clinic.slug}.test` }, { status: 'disabled' }])
      await succeed(api.users.update, { token: superAdmin, id, body });
    expect((await ask(api.users.endSessions, { token: superAdmin, id })).status).toBe(204);
  });

  it('is still needed within 24 hours after the super admin has disabled or deleted every admin', async () => {
    await succeed(api.users.update, { token: superAdmin, id: clinic.admin.id, body: { status: 'disabled' } });
    await deferred(api.users.create, { body: newUser() });
    expect((await ask(api.users.remove, { token: superAdmin, id: clinic.admin.id })).status).toBe(204);
    await deferred(api.users.create, { body: newUser() });
    await database.query(
      `UPDATE wardbell.user_account SET updated_at = now() - interval '25 hours' WHERE id = $1`,
      [clinic.admin.id],
    );
    expect((await ask(api.users.create, { token: superAdmin, body: newUser() })).status).toBe(201);
  });

  it('ends with the rights of the super admin who asked', async () => {
    const email = `second-${clinic.slug}@wardbell.test`;
    const { id: otherId } = await succeed(api.users.create, {
      token: superAdmin,
      body: { email, name: 'Second', role: 'super_admin', password: NEW_PASSWORD },
    });
    const user = newUser();
    const { id } = await deferred(api.users.create, { body: user });
    await database.query('UPDATE wardbell.approval SET requested_by = $1 WHERE id = $2', [otherId, id]);
    await succeed(api.users.update, { token: superAdmin, id: otherId, body: { status: 'disabled' } });
    await letTimePass(id);
    expect(await ended(id)).toMatchObject({ status: 'failed', problem: 'access_revoked' });
    expect((await login(user.email, NEW_PASSWORD)).status).toBe(401);
  });

  it('is decided by admins of that clinic only, who have just shown their password', async () => {
    const { id } = await deferred(api.users.create, { body: newUser() });
    const other = await createTenant(server, superAdmin);
    for (const decide of [api.approvals.approve, api.approvals.reject]) {
      expect(await fail(decide, { token: other.admin.token, id })).toEqual([404, 'not_found']);
      expect(await fail(decide, { token: superAdmin, id })).toEqual([403, 'forbidden']);
      expect(await fail(decide, { token: clinic.clinician.token, id })).toEqual([403, 'forbidden']);
    }
    expect(await listed(other.admin.token)).toEqual([]);
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '6 minutes' WHERE user_id = $1`,
      [clinic.admin.id],
    );
    expect(await fail(api.approvals.approve, { token: clinic.admin.token, id })).toEqual([
      403,
      'reauthentication_required',
    ]);
  });

  it('answers a repeated request with the same approval, and asks once', async () => {
    const request = { body: newUser(), headers: { 'idempotency-key': 'one' } };
    const first = await deferred(api.users.create, request);
    expect(await deferred(api.users.create, request)).toEqual(first);
    expect(await listed()).toHaveLength(1);
  });
});

describe('A clinic that has no admin of its own yet', () => {
  it('gets its first people from a super admin at once, until an admin has chosen the own password', async () => {
    const { id: tenantId } = await succeed(api.tenants.create, {
      token: superAdmin,
      body: { name: 'New Clinic', slug: `new-${Math.random().toString(36).slice(2)}` },
    });
    for (const role of ['tenant_admin', 'clinician'] as const) {
      const body = { ...newUser(), role, tenant_id: tenantId };
      expect((await ask(api.users.create, { token: superAdmin, body })).status).toBe(201);
    }
  });

  it('gets none at once where its admins come from an identity provider and one was seen lately', async () => {
    const provider = { slug: 'house', name: 'House', issuer: 'http://127.0.0.1:9', client_id: 'wardbell' };
    const withProvider = await startAnother({
      OIDC_PROVIDERS: JSON.stringify([
        { ...provider, tenant_claim: 'tenant', role_claim: 'role', role_map: { admins: 'tenant_admin' } },
      ]),
    });
    const { id: tenantId } = await succeed(api.tenants.create, {
      token: superAdmin,
      body: { name: 'New Clinic', slug: `new-${Math.random().toString(36).slice(2)}` },
    });
    const add = () =>
      ask(api.users.create, {
        at: withProvider,
        token: superAdmin,
        body: { ...newUser(), tenant_id: tenantId },
      });
    expect((await add()).status).toBe(201);
    await database.query(
      `INSERT INTO wardbell.external_user (tenant_id, sub, role, last_seen_at)
       VALUES ($1, 'oidc:house:chief', 'tenant_admin', now())`,
      [tenantId],
    );
    expect((await add()).status).toBe(202);
  });
});
