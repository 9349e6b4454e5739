import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, useServer } from '../../support/fixture.js';
import {
  ask,
  type Clinic,
  committedEvents,
  createClinic,
  fail,
  registerPatient,
  succeed,
  superAdmin,
} from './harness.js';

useServer();

type Sent = Awaited<ReturnType<typeof succeed<typeof api.notifications.create>>>;
const pickId = (sent: Sent): { id?: string } => ('id' in sent ? { id: sent.id } : {});
const sentToAll = (sent: Sent) => ('data' in sent ? sent.data : []);

describe('Notifications', () => {
  let superToken: string;
  beforeAll(async () => {
    superToken = await superAdmin();
  });
  const texts = async (clinic: Clinic) =>
    (await committedEvents(clinic.id)).map(({ type, data }) => [type, data]);
  const send = (token: string, body: object) => succeed(api.notifications.create, { token, body });

  it('of a tenant admin go to the own tenant', async () => {
    const [own, other] = [await createClinic(), await createClinic()];
    const sent = await send(own.admin, { message: 'Staff meeting', level: 'warning' });
    expect(sent).toEqual({ id: expect.any(String), recipients: 0 });
    expect(await texts(own)).toEqual([
      [
        'system_notification',
        { ...pickId(sent), message: 'Staff meeting', level: 'warning', requires_ack: false, step: 0 },
      ],
    ]);
    expect(await texts(other)).toEqual([]);
    const body = { message: 'x', tenant_id: other.id };
    expect(await fail(api.notifications.create, { token: own.admin, body })).toEqual([
      403,
      'field_not_allowed',
    ]);
  });

  it('of a super admin go to one tenant, or to all that are active', async () => {
    const [one, two, suspended] = [await createClinic(), await createClinic(), await createClinic()];
    await database.query(`UPDATE wardbell.tenant SET status = 'suspended' WHERE id = $1`, [suspended.id]);
    const toOne = await send(superToken, { message: 'To one', tenant_id: one.id });
    expect(toOne).toEqual({ id: expect.any(String), recipients: 0 });
    const toAll = sentToAll(await send(superToken, { message: 'To all' }));
    expect(toAll.map(({ tenant_id }) => tenant_id)).toEqual(expect.arrayContaining([one.id, two.id]));
    expect((await texts(one)).map(([, data]) => data)).toEqual([
      expect.objectContaining({ ...pickId(toOne), message: 'To one', level: 'info' }),
      expect.objectContaining({
        id: toAll.find(({ tenant_id }) => tenant_id === one.id)?.id,
        message: 'To all',
        level: 'info',
      }),
    ]);
    expect(await texts(two)).toHaveLength(1);
    expect(await texts(suspended)).toEqual([]);
    const body = { message: 'x', tenant_id: randomUUID() };
    expect(await fail(api.notifications.create, { token: superToken, body })).toEqual([
      422,
      'unknown_tenant',
    ]);
  });

  it('reach more tenants than one batch holds, each once, also when asked twice', async () => {
    const ids = Array.from({ length: 120 }, () => randomUUID());
    await database.query(
      'INSERT INTO wardbell.tenant (id, name, slug) SELECT id, id::text, id::text FROM unnest($1::uuid[]) AS id',
      [ids],
    );
    const request = {
      token: superToken,
      body: { message: 'Many' },
      headers: { 'idempotency-key': randomUUID() },
    };
    const first = await succeed(api.notifications.create, request);
    expect(sentToAll(first).length).toBeGreaterThanOrEqual(120);
    expect(await succeed(api.notifications.create, request)).toEqual(first);
    const rows = await database.query(
      `SELECT count(*)::int AS events, count(DISTINCT tenant_id)::int AS tenants FROM wardbell.outbox
       WHERE tenant_id = ANY ($1::uuid[])`,
      [ids],
    );
    expect(rows).toEqual([{ events: 120, tenants: 120 }]);
  });

  it.each(['', '   ', 'x'.repeat(2_001), 'a\u0000b'])(
    'are refused without a fit message: %j',
    async (message) => {
      expect(await fail(api.notifications.create, { token: superToken, body: { message } })).toEqual([
        422,
        'validation_failed',
      ]);
    },
  );

  it('are in the audit log without their text', async () => {
    const own = await createClinic();
    await send(own.admin, { message: 'Mrs. Canary is waiting' });
    const rows = await database.query('SELECT a::text AS row FROM wardbell.audit a WHERE scope = $1', [
      own.id,
    ]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).toContain('notification.create');
    expect(JSON.stringify(rows)).not.toContain('Canary');
  });
});

describe('The log of events', () => {
  it('is read in order, page by page, from a position', async () => {
    const clinic = await createClinic();
    for (let n = 0; n < 5; n++) await registerPatient(clinic, { last_name: `N${n}` });
    const first = await succeed(api.events.list, { token: clinic.admin, query: { limit: 2 } });
    expect([first.data.map(({ seq }) => seq), first.next]).toEqual([[1, 2], '2']);
    const rest = await succeed(api.events.list, {
      token: clinic.admin,
      query: { since: first.next ?? '' },
    });
    expect([rest.data.map(({ seq }) => seq), rest.next]).toEqual([[3, 4, 5], null]);
    const committed = await committedEvents(clinic.id);
    expect([...first.data, ...rest.data].map(({ seq, type, data }) => ({ seq, type, data }))).toEqual(
      committed.map(({ seq, type, data }) => ({ seq, type, data })),
    );
    expect(first.data[0]).toMatchObject({
      tenant_id: clinic.id,
      id: expect.any(String),
      timestamp: expect.any(String),
    });
  });

  it('is narrowed by type', async () => {
    const clinic = await createClinic();
    const { id } = await registerPatient(clinic);
    await ask(api.patients.remove, { token: clinic.clinician, id });
    const page = await succeed(api.events.list, {
      token: clinic.admin,
      query: { type: 'patient_deleted' },
    });
    expect(page.data.map(({ seq, data }) => [seq, data])).toEqual([[2, { patient_id: id }]]);
  });

  it('is read backwards from a position, page by page, as far as it is kept', async () => {
    const clinic = await createClinic();
    for (let n = 0; n < 6; n++) await registerPatient(clinic, { last_name: `N${n}` });
    await database.query('DELETE FROM wardbell.outbox WHERE tenant_id = $1 AND seq <= 1', [clinic.id]);
    const back = async (query: Record<string, string | number>) => {
      const page = await succeed(api.events.list, { token: clinic.admin, query });
      return [page.data.map(({ seq }) => seq), page.next];
    };
    expect(await back({ before: Number.MAX_SAFE_INTEGER, limit: 2 })).toEqual([[6, 5], '5']);
    expect(await back({ before: 5, limit: 2 })).toEqual([[4, 3], '3']);
    expect(await back({ before: 3 })).toEqual([[2], null]);
    expect(await back({ before: 6, since: 3 })).toEqual([[5, 4], null]);
    expect(await back({ before: 7, type: 'patient_deleted' })).toEqual([[], null]);
  });

  it('says when it no longer reaches back so far, instead of leaving a hole', async () => {
    const clinic = await createClinic();
    for (let n = 0; n < 4; n++) await registerPatient(clinic, { last_name: `N${n}` });
    await database.query('DELETE FROM wardbell.outbox WHERE tenant_id = $1 AND seq <= 2', [clinic.id]);
    const list = (since: number) => ask(api.events.list, { token: clinic.admin, query: { since } });
    expect((await list(1)).status).toBe(410);
    expect((await list(0)).body).toMatchObject({ code: 'events_expired' });
    expect((await list(2)).status).toBe(200);
    expect((await list(4)).body).toMatchObject({ data: [] });
    const all = await succeed(api.events.list, { token: clinic.admin });
    expect(all.data.map(({ seq }) => seq)).toEqual([3, 4]);
    await database.query('DELETE FROM wardbell.outbox WHERE tenant_id = $1', [clinic.id]);
    expect((await list(3)).status).toBe(410);
    expect((await list(4)).status).toBe(200);
  });
});

describe('The audit log', () => {
  it('names who changed what, newest first, and is narrowed by person, patient, action and time', async () => {
    const clinic = await createClinic();
    const patient = await registerPatient(clinic);
    await ask(api.patients.update, { token: clinic.frontDesk, id: patient.id, body: { phone: '1' } });
    await registerPatient(clinic);
    const list = (query: Record<string, string | number> = {}) =>
      succeed(api.audit.list, { token: clinic.admin, query: { kind: 'changes', ...query } });
    const all = (await list()).data;
    expect(all.map(({ seq, action }) => [seq, action])).toEqual([
      [3, 'patient.create'],
      [2, 'patient.update'],
      [1, 'patient.create'],
    ]);
    expect(all[1]).toMatchObject({
      tenant_id: clinic.id,
      actor_role: 'front_desk',
      object_type: 'patient',
      object_id: patient.id,
      patient_id: patient.id,
      address: '127.0.0.1',
      changed: ['phone'],
    });
    const seqs = async (query: Record<string, string | number>) =>
      (await list(query)).data.map(({ seq }) => seq);
    expect(await seqs({ patient_id: patient.id })).toEqual([2, 1]);
    expect(await seqs({ actor_id: all[1]?.actor_id ?? '' })).toEqual([2]);
    expect(await seqs({ action: 'patient.create' })).toEqual([3, 1]);
    expect(await seqs({ from: all[1]?.at ?? '' })).toEqual([3, 2]);
    expect(await seqs({ to: '2020-01-01' })).toEqual([]);
    const page = await list({ limit: 2 });
    expect((await list({ limit: 2, after: page.next ?? '' })).data.map(({ seq }) => seq)).toEqual([1]);
  });

  it('of another tenant is not there; a super admin reads any, and the installation’s', async () => {
    const [own, other] = [await createClinic(), await createClinic()];
    await registerPatient(other);
    for (const endpoint of [api.audit.list, api.audit.verify]) {
      expect(await fail(endpoint, { token: own.admin, query: { tenant_id: other.id } })).toEqual([
        404,
        'not_found',
      ]);
    }
    const token = await superAdmin();
    expect(
      (await succeed(api.audit.list, { token, query: { tenant_id: other.id, kind: 'changes' } })).data,
    ).toHaveLength(1);
    const installation = await succeed(api.audit.list, { token });
    expect(new Set(installation.data.map(({ tenant_id }) => tenant_id))).toEqual(new Set([null]));
    expect(await succeed(api.audit.verify, { token })).toMatchObject({ ok: true });
  });

  it.each([
    ['changed', `UPDATE wardbell.audit SET actor_id = 'somebody else' WHERE scope = $1 AND seq = 3`, 3],
    ['removed', 'DELETE FROM wardbell.audit WHERE scope = $1 AND seq = 3', 3],
    ['cut off at its end', 'DELETE FROM wardbell.audit WHERE scope = $1 AND seq > 3', 4],
    [
      'changed with a hash that fits it',
      `UPDATE wardbell.audit a SET action = 'patient.read', hash = sha256('x') WHERE scope = $1 AND seq = 2`,
      2,
    ],
  ])('notices a row that was %s', async (_, sql, firstBad) => {
    const clinic = await createClinic();
    for (let n = 0; n < 5; n++) await registerPatient(clinic);
    const verify = () => succeed(api.audit.verify, { token: clinic.admin });
    expect(await verify()).toMatchObject({ ok: true, checked: 5, first_bad: null });
    await database.query(sql, [clinic.id]);
    expect(await verify()).toMatchObject({ ok: false, first_bad: firstBad });
  });

  it('is verified in parts however long it is', async () => {
    const clinic = await createClinic();
    const LENGTH = 20_001;
    await database.query(
      `SELECT count(*) FROM (SELECT set_config('wardbell.tenant_id', $1, true)) AS tenant,
         LATERAL wardbell.append($1::uuid, '[]', (
           SELECT jsonb_agg(jsonb_build_object('action', 'patient.read', 'n', n, 't', tenant))
           FROM generate_series(1, $2::int) n)) AS appended`,
      [clinic.id, LENGTH],
    );
    const verify = () => succeed(api.audit.verify, { token: clinic.admin });
    expect(await verify()).toMatchObject({ ok: true, checked: LENGTH, first_bad: null });
    await database.query('DELETE FROM wardbell.audit WHERE scope = $1 AND seq = $2', [clinic.id, LENGTH]);
    expect(await verify()).toMatchObject({ ok: false, first_bad: LENGTH });
    await database.query('DELETE FROM wardbell.audit WHERE scope = $1 AND seq = 10000', [clinic.id]);
    expect(await verify()).toMatchObject({ ok: false, first_bad: 10_000 });
  });
});
