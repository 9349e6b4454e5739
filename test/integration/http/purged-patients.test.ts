import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { patientChanges } from '@wardbell/client';
import { type Appointment, api } from '@wardbell/contract';
import { database, instances, startAnother, useServer } from '../../support/fixture.js';
import { connect, type Frame } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  committedEvents,
  count,
  createClinic,
  epochOf,
  fail,
  registerPatient,
  succeed,
} from './harness.js';

/** Marked so that no other text contains them. */
const MARKS = ['Zyxophilia', '7355608', 'mithridatism', 'Quuxmeister'];
const MARKED = {
  first_name: 'Zyxophilia',
  last_name: 'Zyxophilia',
  phone: '+49 7355608',
  notes: 'mithridatism',
};

useServer({ instances: 2 });

/** Tables of the schema, partitions included, that contain a text in any column of any row. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relnamespace = 'wardbell'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`SELECT FROM ${name} t WHERE t::text ILIKE '%' || $1 || '%' LIMIT 1`, [
      text,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** A patient with a note, an appointment, stored answers, an event of an application and a dead letter. */
async function leaveTraces(clinic: Clinic): Promise<{ id: string; appointment: Appointment; key: string }> {
  const key = randomUUID();
  const headers = { 'idempotency-key': key };
  const token = clinic.clinician;
  const { id } = await succeed(api.patients.create, { token, headers, body: MARKED });
  await ask(api.patients.update, { token, id, body: { phone: '+1 7355608' } });
  const appointment = await succeed(api.appointments.create, {
    token,
    headers,
    body: {
      patient_id: id,
      datetime: '2026-12-01T09:00:00Z',
      type: 'Visit',
      practitioner: 'Quuxmeister',
      reason: 'mithridatism',
    },
  });
  await ask(api.appointments.setStatus, {
    token,
    id: appointment.id,
    headers,
    body: { status: 'cancelled', reason: 'mithridatism' },
  });
  for (const data of [
    { patient_id: id },
    { appointment_id: appointment.id },
    { about: [`urn:uuid:${id}`] },
  ]) {
    await ask(api.events.publish, {
      token: clinic.admin,
      body: { type: 'lab_result', data: { ...data, name: 'Zyxophilia', note: 'mithridatism' } },
    });
  }
  await database.query(
    `INSERT INTO wardbell.dead_letter (tenant_id, origin, reason, event) VALUES ($1, 'dapr', 'test', $2)`,
    [clinic.id, JSON.stringify({ data: { patient_id: id, name: 'Zyxophilia' } })],
  );
  return { id, appointment, key };
}

const purge = (clinic: Clinic, id: string) => ask(api.patients.purge, { token: clinic.admin, id });
const remove = (clinic: Clinic, id: string) => ask(api.patients.remove, { token: clinic.clinician, id });
const numbers = (frames: readonly Frame[]) => frames.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));

describe('A purged patient', () => {
  it('is found nowhere in the database: in no table, no event, no stored answer, no dead letter', async () => {
    const clinic = await createClinic();
    const other = await registerPatient(clinic, { last_name: 'Remains' });
    const { id } = await leaveTraces(clinic);
    for (const mark of MARKS) expect((await tablesWith(mark)).length).toBeGreaterThan(0);
    await remove(clinic, id);
    expect((await purge(clinic, id)).status).toBe(204);
    for (const mark of MARKS) expect(await tablesWith(mark)).toEqual([]);
    expect(await fail(api.patients.restore, { token: clinic.admin, id })).toEqual([404, 'not_found']);
    expect(await fail(api.patients.purge, { token: clinic.admin, id })).toEqual([404, 'not_found']);
    expect(
      (await succeed(api.patients.list, { token: clinic.admin, query: { deleted: 'true' } })).data,
    ).toEqual([]);
    expect(await succeed(api.patients.get, { token: clinic.clinician, id: other.id })).toEqual(other);
  });

  it('is found nowhere either if it was merged into another one, which is purged', async () => {
    const clinic = await createClinic();
    const survivor = await registerPatient(clinic);
    const { id } = await leaveTraces(clinic);
    const { version } = await succeed(api.patients.get, { token: clinic.clinician, id });
    const body = { into: survivor.id, version, into_version: 1, take_over: ['phone'], join_notes: true };
    await succeed(api.patients.merge, { token: clinic.clinician, id, body });
    for (const mark of MARKS) expect((await tablesWith(mark)).length).toBeGreaterThan(0);
    expect((await purge(clinic, survivor.id)).status).toBe(204);
    for (const mark of MARKS) expect(await tablesWith(mark)).toEqual([]);
    expect(await fail(api.patients.get, { token: clinic.clinician, id })).toEqual([404, 'not_found']);
    expect(await succeed(api.audit.verify, { token: clinic.admin })).toMatchObject({ ok: true });
  });

  it('leaves its numbers in the log, with ids only, and a chain of the audit log that verifies', async () => {
    const clinic = await createClinic();
    const { id, appointment } = await leaveTraces(clinic);
    await remove(clinic, id);
    await purge(clinic, id);
    const events = await committedEvents(clinic.id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const tenant_id = clinic.id;
    const visit = { purged: true, id: appointment.id, tenant_id, patient_id: id };
    const foreign = { purged: true, patient_id: id };
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['patient_created', { purged: true, id, tenant_id, version: 1 }],
      ['patient_updated', { purged: true, id, tenant_id, version: 2 }],
      ['appointment_created', { ...visit, version: 1 }],
      ['appointment_cancelled', { ...visit, version: 2 }],
      ['lab_result', foreign],
      ['lab_result', foreign],
      ['lab_result', foreign],
      ['appointment_deleted', { appointment_id: appointment.id, tenant_id, version: 3 }],
      ['patient_deleted', { patient_id: id, tenant_id, version: 3 }],
      ['patient_deleted', { patient_id: id, tenant_id, version: 4, purged: true }],
    ]);
    const { data } = await succeed(api.events.list, { token: clinic.admin });
    expect(data.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
    expect(data[0]?.data).toEqual({ purged: true, id, tenant_id, version: 1 });
    expect(await succeed(api.audit.verify, { token: clinic.admin })).toMatchObject({ ok: true });
    expect(
      await count(`SELECT count(*) FROM wardbell.audit WHERE scope = $1 AND action = 'patient.purge'`, [
        clinic.id,
      ]),
    ).toBe(1);
  });

  it('leaves a stream without a gap to clients that resume from before, on every instance and from its memory', async () => {
    const clinic = await createClinic();
    const roles = [clinic.clinician, clinic.frontDesk, clinic.admin];
    // sockets that stay open, so that each instance has the events in memory
    const live = await Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token: clinic.clinician })));
    const { id } = await leaveTraces(clinic);
    await remove(clinic, id);
    await purge(clinic, id);
    const head = await count('SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1', [clinic.id]);
    for (const socket of live) await eventually(() => numbers(socket.frames).at(-1) === head);
    const epoch = await epochOf();
    for (const { wsUrl } of instances) {
      for (const token of roles) {
        const socket = await connect(wsUrl, { token, query: { since: '0', epoch } });
        await eventually(() => socket.frames.some(({ type }) => type === 'resumed'));
        expect(numbers(socket.frames)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
        const text = JSON.stringify(socket.frames);
        expect(MARKS.filter((mark) => text.includes(mark))).toEqual([]);
        for (const frame of socket.frames) {
          const change = patientChanges({ type: frame.type, data: frame.data ?? {} });
          if (change) expect(change).toEqual({ op: 'delete', id });
        }
        await socket.close();
      }
    }
    for (const socket of live) {
      expect(numbers(socket.frames)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
      await socket.close();
    }
  });

  it('is not registered again by a repetition of the first request: that is 410', async () => {
    const clinic = await createClinic();
    const { id, key } = await leaveTraces(clinic);
    await remove(clinic, id);
    await purge(clinic, id);
    const request = { token: clinic.clinician, headers: { 'idempotency-key': key } };
    expect(await fail(api.patients.create, { ...request, body: MARKED })).toEqual([410, 'purged']);
    expect((await succeed(api.patients.list, { token: clinic.clinician })).data).toEqual([]);
  });

  it('is purged by tenant admins of its clinic only, also without a deletion before', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    const { id } = await registerPatient(clinic, { notes: 'note' });
    for (const token of [clinic.clinician, clinic.frontDesk])
      expect(await fail(api.patients.purge, { token, id })).toEqual([403, 'forbidden']);
    expect(await fail(api.patients.purge, { token: other.admin, id })).toEqual([404, 'not_found']);
    expect((await purge(clinic, id)).status).toBe(204);
    expect(await fail(api.patients.get, { token: clinic.clinician, id })).toEqual([404, 'not_found']);
    expect((await committedEvents(clinic.id)).map(({ type }) => type)).toEqual([
      'patient_created',
      'patient_deleted',
      'patient_deleted',
    ]);
  });

  it('is purged once by many requests at the same moment', async () => {
    const clinic = await createClinic();
    const { id } = await leaveTraces(clinic);
    await remove(clinic, id);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        ask(api.patients.purge, { token: clinic.admin, id, at: instances[n % 2] ?? { url: '' } }),
      ),
    );
    expect(answers.some(({ status }) => status === 204)).toBe(true);
    for (const { status } of answers) expect([204, 404]).toContain(status);
    for (const mark of MARKS) expect(await tablesWith(mark)).toEqual([]);
    const marked = (await committedEvents(clinic.id)).filter(
      ({ type, data }) => type === 'patient_deleted' && data['purged'],
    );
    expect(marked).toHaveLength(1);
  });
});

describe('The task that purges', () => {
  it('purges patients who were deleted 30 days ago, goes on with purges that stopped, and leaves the others', async () => {
    const clinic = await createClinic();
    const [due, fresh] = [await leaveTraces(clinic), await registerPatient(clinic, { last_name: 'Recent' })];
    const stopped = await registerPatient(clinic, { last_name: 'Halfway' });
    for (const { id } of [due, fresh, stopped]) await remove(clinic, id);
    await database.query(
      `UPDATE wardbell.deleted_patient SET deleted_at = now() - CASE id WHEN $1 THEN interval '30 days' ELSE '29 days 23 hours' END`,
      [due.id],
    );
    await database.query('SELECT wardbell.begin_purge($1, $2)', [clinic.id, stopped.id]);
    await database.query(`UPDATE wardbell.patient_purge SET begun_at = now() - interval '2 minutes'`);
    const another = await startAnother();
    await eventually(async () => {
      const events = await committedEvents(clinic.id);
      return events.filter(({ data }) => data['purged'] && data['patient_id']).length >= 2;
    });
    for (const mark of [...MARKS, 'Halfway']) {
      await eventually(async () => (await tablesWith(mark)).length === 0, { what: `no ${mark}` });
    }
    const { data } = await succeed(api.patients.list, {
      token: await mintToken({ role: 'tenant_admin', tenantId: clinic.id }),
      query: { deleted: 'true' },
      at: another,
    });
    expect(data.map(({ id }) => id)).toEqual([fresh.id]);
    expect(await succeed(api.audit.verify, { token: clinic.admin })).toMatchObject({ ok: true });
  });

  it('replaces the events of a long log in several transactions', async () => {
    const clinic = await createClinic();
    const { id } = await leaveTraces(clinic);
    await database.query(
      `SELECT wardbell.append($1, (SELECT jsonb_agg(jsonb_build_object('type', 'lab_result', 'data',
         jsonb_build_object('n', n, 'patient_id', CASE WHEN n % 1000 = 0 THEN $2 END, 'name', CASE WHEN n % 1000 = 0
         THEN 'Zyxophilia' END))) FROM generate_series(1, 12000) n), '[]')`,
      [clinic.id, id],
    );
    await remove(clinic, id);
    expect((await purge(clinic, id)).status).toBe(204);
    expect(await tablesWith('Zyxophilia')).toEqual([]);
    const transactions = await count(
      `SELECT count(DISTINCT xmin::text) FROM wardbell.outbox WHERE tenant_id = $1 AND data ? 'purged'`,
      [clinic.id],
    );
    expect(transactions).toBeGreaterThan(2);
    expect(
      await count(`SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND data ? 'n'`, [clinic.id]),
    ).toBe(12_000 - 12);
  });
});
