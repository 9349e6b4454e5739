import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AnyClient,
  appointmentChanges,
  type Changes,
  createClient,
  type LivePage,
  type LiveRow,
  liveList,
  patientChanges,
} from '@wardbell/client';
import { type Appointment, api, type Patient } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  committedEvents,
  count,
  createClinic,
  fail,
  registerPatient,
  succeed,
} from './harness.js';

useServer();
const DAY_MS = 86_400_000;

const book = async (clinic: Clinic, patientId: string, body: object = {}): Promise<Appointment> =>
  succeed(api.appointments.create, {
    token: clinic.clinician,
    body: { patient_id: patientId, datetime: '2026-12-01T09:00:00Z', type: 'Visit', ...body },
  });

describe('A deleted patient', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const remove = (own: Clinic, id: string) => ask(api.patients.remove, { token: own.clinician, id });
  const deletedIds = async (own: Clinic, query: Record<string, string> = {}) => {
    const { data } = await succeed(api.patients.list, {
      token: own.admin,
      query: { deleted: 'true', ...query },
    });
    return data.map(({ id }) => id);
  };

  it('is hidden with its appointments from details, lists, search, counts and bookings', async () => {
    const own = await createClinic();
    const patient = await registerPatient(own, { last_name: 'Hidden', phone: '555-0100' });
    const [first, second] = [await book(own, patient.id), await book(own, patient.id)];
    expect((await remove(own, patient.id)).status).toBe(204);

    const { clinician: token } = own;
    expect(await fail(api.patients.get, { token, id: patient.id })).toEqual([404, 'not_found']);
    expect(await fail(api.patients.remove, { token, id: patient.id })).toEqual([404, 'not_found']);
    expect(await fail(api.patients.update, { token, id: patient.id, body: { phone: '1' } })).toEqual([
      404,
      'not_found',
    ]);
    for (const { id } of [first, second]) {
      expect(await fail(api.appointments.get, { token, id })).toEqual([404, 'not_found']);
      expect(await fail(api.appointments.setStatus, { token, id, body: { status: 'arrived' } })).toEqual([
        404,
        'not_found',
      ]);
    }
    for (const query of [{}, { search: 'hidden' }, { search: '555-0100' }, { ids: patient.id }]) {
      expect((await succeed(api.patients.list, { token, query })).data).toEqual([]);
    }
    for (const query of [{}, { patient_id: patient.id }, { from: '2026-12-01', to: '2026-12-02' }]) {
      expect((await succeed(api.appointments.list, { token, query })).data).toEqual([]);
    }
    const body = { patient_id: patient.id, datetime: '2026-12-02T09:00:00Z', type: 'Visit' };
    expect(await fail(api.appointments.create, { token, body })).toEqual([422, 'unknown_patient']);
  });

  it('leaves with an event for it and for each of its appointments, and one line in the audit log', async () => {
    const own = await createClinic();
    const patient = await registerPatient(own);
    const appointment = await book(own, patient.id);
    await remove(own, patient.id);
    const events = (await committedEvents(own.id)).slice(2);
    expect(events.map(({ seq, type, data }) => [seq, type, data])).toEqual([
      [3, 'appointment_deleted', { appointment_id: appointment.id, tenant_id: own.id, version: 2 }],
      [4, 'patient_deleted', { patient_id: patient.id, tenant_id: own.id, version: 2 }],
    ]);
    const audit = await database.query(
      `SELECT action, patient_id, details FROM wardbell.audit WHERE scope = $1 AND action LIKE 'patient.del%'`,
      [own.id],
    );
    expect(audit).toEqual([
      { action: 'patient.delete', patient_id: patient.id, details: { appointments: 1 } },
    ]);
  });

  it('is listed for tenant admins with who deleted it, when, and when it is purged, and for nobody else', async () => {
    const own = await createClinic();
    const [gone, other] = [
      await registerPatient(own, { last_name: 'Abbot', notes: 'n' }),
      await registerPatient(own, { last_name: 'Baker' }),
    ];
    const kept = await registerPatient(own);
    const sub = randomUUID();
    const token = await mintToken({ role: 'clinician', tenantId: own.id, sub });
    for (const { id } of [gone, other])
      expect((await ask(api.patients.remove, { token, id })).status).toBe(204);
    const query = { deleted: 'true' };
    const { data } = await succeed(api.patients.list, { token: own.admin, query });
    expect(data).toEqual([
      {
        ...gone,
        version: 2,
        deleted_at: expect.any(String),
        deleted_by: sub,
        purge_at: expect.any(String),
      },
      {
        ...other,
        version: 2,
        deleted_at: expect.any(String),
        deleted_by: sub,
        purge_at: expect.any(String),
      },
    ]);
    for (const { deleted_at = '', purge_at = '' } of data)
      expect(Date.parse(purge_at) - Date.parse(deleted_at)).toBe(30 * DAY_MS);
    expect(await deletedIds(own, { search: 'BAK' })).toEqual([other.id]);
    const page = await succeed(api.patients.list, { token: own.admin, query: { ...query, limit: 1 } });
    expect(await deletedIds(own, { after: page.next ?? '' })).toEqual([other.id]);
    expect((await succeed(api.patients.list, { token: own.admin })).data.map(({ id }) => id)).toEqual([
      kept.id,
    ]);
    for (const token of [own.clinician, own.frontDesk])
      expect(await fail(api.patients.list, { token, query })).toEqual([403, 'forbidden']);
    expect(await deletedIds(await createClinic())).toEqual([]);
  });

  it('comes back as it was, column by column, with the appointments that went with it and no others', async () => {
    const own = await createClinic();
    const patient = await registerPatient(own, {
      mrn: 'M-7',
      birth_date: '1980-02-29',
      gender: 'female',
      phone: '1',
      email: 'a@example.org',
      notes: 'Ünïcode "quoted"',
    });
    const [kept, alone] = [
      await book(own, patient.id, { practitioner: 'Dr. B', room: '4', reason: 'r', duration_minutes: 45 }),
      await book(own, patient.id),
    ];
    await ask(api.appointments.remove, { token: own.clinician, id: alone.id });
    const rows = () =>
      database.query(
        `SELECT to_jsonb(p) - 'version' - 'updated_at' AS row FROM wardbell.patient p WHERE tenant_id = $1
         UNION ALL
         SELECT to_jsonb(a) - 'version' - 'updated_at' FROM wardbell.appointment a WHERE tenant_id = $1`,
        [own.id],
      );
    const before = await rows();
    await remove(own, patient.id);
    const answer = await ask(api.patients.restore, { token: own.admin, id: patient.id });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"3"']);
    expect(await rows()).toEqual(before);
    expect(await deletedIds(own)).toEqual([]);
    const read = await succeed(api.appointments.get, { token: own.clinician, id: kept.id });
    // what a booking overlaps is in the answer of the booking alone
    expect({ ...read, conflicts: [] }).toEqual({ ...kept, version: 3, updated_at: read.updated_at });
    const events = (await committedEvents(own.id)).slice(-2);
    expect(events.map(({ type, data }) => [type, data['id'], data['version']])).toEqual([
      ['patient_created', patient.id, 3],
      ['appointment_created', kept.id, 3],
    ]);
    expect(
      await count(`SELECT count(*) FROM wardbell.audit WHERE scope = $1 AND action = 'patient.restore'`, [
        own.id,
      ]),
    ).toBe(1);
  });

  it('is restored by tenant admins of its clinic only, and once', async () => {
    const other = await createClinic();
    const { id } = await registerPatient(clinic);
    expect(await fail(api.patients.restore, { token: clinic.admin, id })).toEqual([404, 'not_found']);
    await remove(clinic, id);
    expect(await fail(api.patients.restore, { token: other.admin, id })).toEqual([404, 'not_found']);
    for (const token of [clinic.clinician, clinic.frontDesk])
      expect(await fail(api.patients.restore, { token, id })).toEqual([403, 'forbidden']);
    expect((await ask(api.patients.restore, { token: clinic.admin, id })).status).toBe(200);
    expect(await fail(api.patients.restore, { token: clinic.admin, id })).toEqual([404, 'not_found']);
  });

  it('gives its MRN up: another patient may have it, and then a restore is 409', async () => {
    const { id } = await registerPatient(clinic, { mrn: 'SHARED' });
    const appointment = await book(clinic, id);
    await remove(clinic, id);
    const successor = await registerPatient(clinic, { mrn: 'SHARED' });
    expect(await fail(api.patients.restore, { token: clinic.admin, id })).toEqual([409, 'mrn_taken']);
    await ask(api.patients.update, { token: clinic.clinician, id: successor.id, body: { mrn: 'OTHER' } });
    expect((await ask(api.patients.restore, { token: clinic.admin, id })).status).toBe(200);
    expect((await ask(api.appointments.get, { token: clinic.clinician, id: appointment.id })).status).toBe(
      200,
    );
  });

  it('takes along what is booked at the same moment, or the booking is refused', async () => {
    const own = await createClinic();
    for (let round = 0; round < 10; round++) {
      const { id } = await registerPatient(own);
      const body = { patient_id: id, datetime: '2026-12-01T09:00:00Z', type: 'Visit' };
      const [removal, ...bookings] = await Promise.all([
        remove(own, id),
        ...Array.from({ length: 5 }, () => ask(api.appointments.create, { token: own.clinician, body })),
      ]);
      expect(removal.status).toBe(204);
      for (const { status } of bookings) expect([201, 422]).toContain(status);
    }
    expect((await succeed(api.appointments.list, { token: own.clinician })).data).toEqual([]);
    const booked = await count(
      `SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'appointment_created'`,
      [own.id],
    );
    const moved = 'SELECT count(*) FROM wardbell.deleted_appointment WHERE tenant_id = $1';
    expect(await count(moved, [own.id])).toBe(booked);
  });

  it('has at most 5,000 appointments: with more it stays, whole', async () => {
    const own = await createClinic();
    const { id } = await registerPatient(own);
    await database.query(
      `INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type)
       SELECT $1, $2, now(), 'Visit' FROM generate_series(1, 5001)`,
      [own.id, id],
    );
    expect(await fail(api.patients.remove, { token: own.clinician, id })).toEqual([
      409,
      'patient_has_appointments',
    ]);
    const appointments = 'SELECT count(*) FROM wardbell.appointment WHERE tenant_id = $1';
    expect(await count(appointments, [own.id])).toBe(5001);
    await database.query(
      `DELETE FROM wardbell.appointment WHERE id = (SELECT id FROM wardbell.appointment WHERE tenant_id = $1 LIMIT 1)`,
      [own.id],
    );
    expect((await remove(own, id)).status).toBe(204);
    expect((await ask(api.patients.restore, { token: own.admin, id })).status).toBe(200);
    expect(await count(appointments, [own.id])).toBe(5000);
  });

  it('leaves live lists with its appointments, and comes back into them', async () => {
    const own = await createClinic();
    const client = createClient({ url: server.wsUrl, getToken: () => own.clinician, WebSocket });
    client.start();
    const patients = follow<Patient>(client, own, '/patients', patientChanges);
    const appointments = follow<Appointment>(client, own, '/appointments', appointmentChanges);
    try {
      const { id } = await registerPatient(own);
      const { id: visit } = await book(own, id);
      await eventually(() => patients.ids().includes(id) && appointments.ids().includes(visit));
      await remove(own, id);
      await eventually(() => patients.ids().length + appointments.ids().length === 0);
      await ask(api.patients.restore, { token: own.admin, id });
      await eventually(() => patients.ids().includes(id) && appointments.ids().includes(visit));
      await remove(own, id);
      await ask(api.patients.restore, { token: own.admin, id });
      const after = await registerPatient(own);
      await eventually(() => patients.ids().includes(after.id));
      expect([patients.ids().includes(id), appointments.ids()]).toEqual([true, [visit]]);
    } finally {
      patients.stop();
      appointments.stop();
      client.stop();
    }
  });

  /** A live list as an application keeps it. */
  function follow<Row extends LiveRow>(client: AnyClient, own: Clinic, path: string, changes: Changes<Row>) {
    let ids: readonly string[] = [];
    const stop = liveList<Row>(client, {
      changes,
      load: async (after) => {
        const cursor = after === null ? '' : `?after=${encodeURIComponent(after)}`;
        return (await call(server.url, 'GET', path + cursor, { token: own.clinician })).body as LivePage<Row>;
      },
      show: ({ rows }) => {
        ids = rows.map(({ id }) => id);
      },
    });
    return { ids: () => ids, stop };
  }
});
