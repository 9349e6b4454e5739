import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type AuditRow, api } from '@wardbell/contract';
import pg from 'pg';
import type { z } from 'zod';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';

import { connect, TestSocket } from '../../support/socket.js';
import { createTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  createClinic,
  everyPage,
  fail,
  registerPatient,
  succeed,
  superAdmin,
} from '../http/harness.js';

useServer();

type Row = z.output<typeof AuditRow>;

/** Reads and refusals of a clinic, or of the installation, the oldest first. */
const accessesOf = async (token: string, query: Record<string, string> = {}): Promise<Row[]> => {
  const rows = await everyPage(api.audit.list, { token, query: { kind: 'accesses', limit: 200, ...query } });
  return rows.filter(({ action }) => action !== 'audit.read').toReversed();
};
/** Waits until so many are written. */
const written = (clinic: Clinic, count: number): Promise<Row[]> =>
  eventually(async () => {
    const rows = await accessesOf(clinic.admin);
    return rows.length >= count ? rows : undefined;
  });

describe('Reads', () => {
  it('of a patient, a list, the log and the audit log are in the audit log with actor and address', async () => {
    const clinic = await createClinic();
    const sub = randomUUID();
    const token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub });
    const patient = await registerPatient(clinic);
    await succeed(api.patients.get, { token, id: patient.id });
    await succeed(api.patients.list, { token });
    await succeed(api.events.list, { token: clinic.admin });
    await succeed(api.audit.list, { token: clinic.admin, query: { patient_id: patient.id } });
    const rows = await eventually(async () => {
      const { data } = await succeed(api.audit.list, { token: clinic.admin, query: { kind: 'accesses' } });
      return data.some(({ action, patient_id }) => action === 'audit.read' && patient_id === patient.id)
        ? data.toReversed()
        : undefined;
    });
    expect(rows.slice(0, 4).map(({ action, patient_id, details }) => [action, patient_id, details])).toEqual([
      ['patient.read', patient.id, null],
      ['patient.list', null, { count: 1 }],
      ['events.read', null, null],
      // with or without the row of `patient.read`, which is written in the background
      ['audit.read', patient.id, { count: expect.any(Number) }],
    ]);
    expect(rows[0]).toMatchObject({
      actor_id: sub,
      actor_role: 'clinician',
      address: '127.0.0.1',
      changed: [],
    });
    expect(await succeed(api.audit.verify, { token: clinic.admin })).toMatchObject({ ok: true });
  });

  it('of a list tell the search only as a hash: equal for equal searches of a clinic, different for another clinic', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    for (const search of ['Zyxcanary', ' zyxcanary', 'Other'])
      await succeed(api.patients.list, { token: clinic.clinician, query: { search } });
    await succeed(api.patients.list, { token: other.clinician, query: { search: 'Zyxcanary' } });
    const [first, second, third] = (await written(clinic, 3)).map(({ details }) => details?.['search']);
    const [foreign] = (await written(other, 1)).map(({ details }) => details?.['search']);
    expect(first).toMatch(/^[\w-]{22}$/);
    expect(second).toBe(first);
    expect(new Set([first, third, foreign]).size).toBe(3);
    const rows = await database.query<{ text: string }>('SELECT a::text AS text FROM wardbell.audit a');
    expect(rows.filter(({ text }) => /zyxcanary/i.test(text))).toEqual([]);
  });

  it('of a stream are recorded with its transport and topics, whatever the transport', async () => {
    const clinic = await createClinic();
    const socket = await connect(server.wsUrl, { token: clinic.clinician, topic: 'patients' });
    const headers = { authorization: `Bearer ${clinic.clinician}` };
    const stream = await fetch(`${server.url}/api/v1/stream`, {
      headers: { ...headers, accept: 'text/event-stream' },
    });
    await stream.body?.cancel();
    await fetch(`${server.url}/api/v1/stream?wait=0`, {
      headers: { ...headers, accept: 'application/json' },
    });
    const rows = await written(clinic, 3);
    const connectionId = socket.frames[0]?.data?.['connection_id'];
    expect(rows.map(({ action }) => action)).toEqual(['stream.open', 'stream.open', 'stream.open']);
    expect(rows.find(({ object_id }) => object_id === connectionId)?.details).toEqual({
      transport: 'websocket',
      topics: 'patients',
    });
    expect(rows.map(({ details }) => details?.['transport']).sort()).toEqual([
      'long_poll',
      'sse',
      'websocket',
    ]);
    await socket.close();
  });

  it('cost no numbers of the tenant’s log and send nobody an event', async () => {
    const clinic = await createClinic();
    const watcher = await connect(server.wsUrl, { token: clinic.admin });
    await succeed(api.patients.list, { token: clinic.clinician });
    await written(clinic, 2);
    await database.query(`SELECT wardbell.emit($1, 'task_updated', '{}')`, [clinic.id]);
    expect(await watcher.waitFor('task_updated')).toMatchObject({ seq: 1 });
    await watcher.close();
  });
});

describe('Refusals', () => {
  it('of a role, a topic and a limit are recorded with their code, equal ones as one row with a count', async () => {
    const clinic = await createClinic();
    const sub = randomUUID();
    const token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub });
    for (let count = 0; count < 5; count++)
      expect(await fail(api.users.list, { token })).toEqual([403, 'forbidden']);
    expect(await new TestSocket(server.wsUrl, { token, topic: 'system' }).closed()).toMatchObject({
      code: 4403,
    });
    await database.query('UPDATE wardbell.tenant SET max_connections = 0 WHERE id = $1', [clinic.id]);
    expect(await new TestSocket(server.wsUrl, { token }).closed()).toMatchObject({ code: 4429 });
    const rows = await eventually(async () => {
      const all = (await accessesOf(clinic.admin)).filter(({ action }) => action === 'access.refused');
      return new Set(all.map(({ details }) => details?.['code'])).size === 3 ? all : undefined;
    });
    const countOf = (code: string) =>
      rows
        .filter(({ details }) => details?.['code'] === code)
        .reduce((sum, { details }) => sum + Number(details?.['count'] ?? 1), 0);
    expect(countOf('forbidden')).toBe(5);
    expect(countOf('topic_not_allowed')).toBe(1);
    expect(countOf('tenant_limit')).toBe(1);
    expect(new Set(rows.map(({ actor_id }) => actor_id))).toEqual(new Set([sub]));
    const statuses = rows.map(({ details }) => details?.['status']);
    expect(new Set(statuses)).toEqual(new Set([403, 4403, 4429]));
  });

  it('of a long poll’s topic are recorded as those of a socket', async () => {
    const clinic = await createClinic();
    const sub = randomUUID();
    const token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub });
    const poll = await fetch(`${server.url}/api/v1/stream?topics=system&wait=0`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    });
    expect(poll.status).toBe(403);
    const [row] = await written(clinic, 1);
    expect(row).toMatchObject({
      action: 'access.refused',
      actor_id: sub,
      details: { code: 'topic_not_allowed', status: 403 },
    });
  });

  it('of a clinic’s connection rate and of an address’s are recorded, the latter with nobody as the actor', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    // a clinic may connect ten times as often as an address
    const limited = await startAnother({
      MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '5',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    const poll = (token: string, address: string) =>
      fetch(`${limited.url}/api/v1/stream?wait=0`, {
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'x-forwarded-for': address,
        },
      });
    await database.query('UPDATE wardbell.tenant SET max_connections = 1 WHERE id = $1', [clinic.id]);
    await (await connect(limited.wsUrl, { token: clinic.clinician })).close();
    let status = 200;
    for (let attempt = 0; status === 200; attempt++)
      status = (await poll(clinic.clinician, `203.0.113.${attempt}`)).status;
    expect(status).toBe(429);
    await eventually(async () =>
      (await accessesOf(clinic.admin)).some(
        ({ action, actor_role, details }) =>
          action === 'access.refused' &&
          actor_role === 'clinician' &&
          details?.['code'] === 'connect_rate' &&
          details?.['status'] === 4429,
      ),
    );
    for (status = 200; status === 200; ) status = (await poll(other.clinician, '198.51.100.7')).status;
    expect(status).toBe(429);
    const token = await superAdmin();
    await eventually(async () =>
      (await accessesOf(token, { action: 'access.refused' })).some(
        ({ address, actor_id, details }) =>
          address === '198.51.100.7' && actor_id === null && details?.['code'] === 'connect_rate',
      ),
    );
  });

  it('of a password name the account and nobody as the actor; of an unknown account or token they are the installation’s', async () => {
    const tenant = await createTenant(server);
    const signIn = (email: string) =>
      call(server.url, 'POST', '/auth/login', { body: { email, password: 'not the password' } });
    const startedAt = new Date(Date.now() - 60_000).toISOString();
    expect((await signIn(tenant.clinician.email)).status).toBe(401);
    expect((await signIn(`${randomUUID()}@nowhere.example`)).status).toBe(401);
    expect((await ask(api.auth.me, { token: 'not.a.token' })).status).toBe(401);
    const known = await eventually(async () =>
      (await accessesOf(tenant.admin.token)).find(({ action }) => action === 'auth.failed'),
    );
    expect(known).toMatchObject({
      actor_id: null,
      actor_role: null,
      object_type: 'user',
      object_id: tenant.clinician.id,
      details: { code: 'invalid_credentials' },
    });
    const token = await superAdmin();
    const installation = await eventually(async () => {
      const all = await accessesOf(token, { action: 'auth.failed', from: startedAt });
      return all.length >= 2 ? all : undefined;
    });
    expect(installation.map(({ details }) => details?.['code']).sort()).toEqual([
      'invalid_credentials',
      'invalid_token',
    ]);
    expect(installation.map(({ actor_id, object_id }) => [actor_id, object_id])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(JSON.stringify(installation)).not.toContain('nowhere.example');
  });

  it('of a subject that the database cannot store do not hold up those of others', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    for (const sub of ['a\u0000b', 'a\ud800b']) {
      const token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub });
      expect(await fail(api.users.list, { token })).toEqual([401, 'invalid_token']);
    }
    for (const { clinician } of [clinic, other]) await succeed(api.patients.list, { token: clinician });
    expect(await written(clinic, 1)).toHaveLength(1);
    expect(await written(other, 1)).toHaveLength(1);
  });
});

describe('Who saw a patient', () => {
  it('is listed for administrators of the clinic, newest first, with names of people and changes among the reads', async () => {
    const tenant = await createTenant(server);
    const { clinician, frontDesk, admin } = tenant;
    const body = { first_name: 'Ada', last_name: 'Example' };
    const { id } = await succeed(api.patients.create, { token: frontDesk.token, body });
    await succeed(api.patients.get, { token: clinician.token, id });
    const rows = await eventually(async () => {
      const { data } = await succeed(api.patients.accesses, { token: admin.token, id });
      return data.length >= 2 ? data : undefined;
    });
    expect(rows.map(({ action, actor_id, actor_role }) => [action, actor_id, actor_role])).toEqual([
      ['patient.read', clinician.id, 'clinician'],
      ['patient.create', frontDesk.id, 'front_desk'],
    ]);
    const { data: users } = await succeed(api.users.list, { token: admin.token });
    expect(rows[0]?.actor_name).toBe(users.find((user) => user.id === clinician.id)?.name);
    expect(await everyPage(api.patients.accesses, { token: admin.token, id, query: { limit: 1 } })).toEqual(
      rows,
    );
    expect(await fail(api.patients.accesses, { token: clinician.token, id })).toEqual([403, 'forbidden']);
    const other = await createClinic();
    expect(await fail(api.patients.accesses, { token: other.admin, id })).toEqual([404, 'not_found']);
    expect(await fail(api.patients.accesses, { token: await superAdmin(), id })).toEqual([403, 'forbidden']);
  });
});

describe('The writer of accesses', () => {
  const ENTRY = JSON.stringify([{ action: 'patient.list', age_ms: 1_500 }]);
  const record = async (writer: string, batch: number, scope: string) => {
    const [row] = await database.query<{ isNew: boolean }>(
      'SELECT wardbell.record_accesses($1, $2, $3, $4) AS "isNew"',
      [writer, scope, batch, ENTRY],
    );
    return row?.isNew;
  };

  it('writes a batch once, however often it is sent, at the time of the access', async () => {
    const clinic = await createClinic();
    const writer = randomUUID();
    expect(await record(writer, 1, clinic.id)).toBe(true);
    expect(await record(writer, 1, clinic.id)).toBe(false);
    expect(await record(writer, 2, clinic.id)).toBe(true);
    const rows = await database.query<{ seq: number; is_earlier: boolean }>(
      `SELECT seq::int, at < now() - interval '1.4 s' AS is_earlier FROM wardbell.audit WHERE scope = $1 ORDER BY seq`,
      [clinic.id],
    );
    expect(rows).toEqual([
      { seq: 1, is_earlier: true },
      { seq: 2, is_earlier: true },
    ]);
    expect(await succeed(api.audit.verify, { token: clinic.admin })).toMatchObject({ ok: true });
  });

  it('goes on with other clinics while the head of one is held, and writes that one’s later', async () => {
    const [held, other] = [await createClinic(), await createClinic()];
    const holder = new pg.Client({ connectionString: database.ownerUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [held.id]);
    await succeed(api.patients.list, { token: held.clinician });
    await succeed(api.patients.list, { token: other.clinician });
    expect(await written(other, 1)).toHaveLength(1);
    expect(await accessesOf(held.admin)).toEqual([]);
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await written(held, 1)).toHaveLength(1);
  });

  it('has dropped nothing in all of this, as its metric says', async () => {
    const response = await fetch(`${server.url}/metrics`);
    expect(await response.text()).toContain('audit_records_dropped_total 0');
  });
});
