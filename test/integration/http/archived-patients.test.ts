import { describe, expect, it } from '@jest/globals';
import { createClient, type LivePage, liveList, patientChanges } from '@wardbell/client';
import { api, type Patient } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { ask, type Clinic, createClinic, fail, registerPatient, succeed, superAdmin } from './harness.js';

useServer();

const archive = (clinic: Clinic, id: string, archived = true) =>
  succeed(api.patients.update, { token: clinic.clinician, id, body: { archived } });
const idsOf = async (token: string, query: Record<string, string> = {}) =>
  (await succeed(api.patients.list, { token, query })).data.map(({ id }) => id);
const bookingOf = (id: string) => ({ patient_id: id, datetime: '2026-12-01T09:00:00Z', type: 'Visit' });

describe('An archived patient', () => {
  it('is left out of list, search and duplicates unless asked for, and keeps its history', async () => {
    const clinic = await createClinic();
    const { clinician: token } = clinic;
    const patient = await registerPatient(clinic, { last_name: 'Rested', birth_date: '1950-01-02' });
    const kept = await registerPatient(clinic, { last_name: 'Present' });
    const visit = await succeed(api.appointments.create, { token, body: bookingOf(patient.id) });
    const archived = await archive(clinic, patient.id);
    expect(archived).toMatchObject({ archived: true, version: 2 });
    for (const reader of [clinic.admin, clinic.clinician, clinic.frontDesk]) {
      expect(await idsOf(reader)).toEqual([kept.id]);
      expect(await idsOf(reader, { archived: 'true' })).toEqual([kept.id, patient.id]);
      for (const search of ['rested', patient.mrn, '1950-01-02']) {
        expect(await idsOf(reader, { search })).toEqual([]);
        expect(await idsOf(reader, { search, archived: 'true' })).toEqual([patient.id]);
      }
      // names in lists of appointments
      expect(await idsOf(reader, { ids: patient.id })).toEqual([patient.id]);
      const identity = { first_name: 'Ada', last_name: 'Rested', birth_date: '1950-01-02' };
      const { data } = await succeed(api.patients.duplicates, { token: reader, body: identity });
      expect(data).toEqual([]);
    }
    expect(await succeed(api.patients.get, { token, id: patient.id })).toEqual(archived);
    expect((await succeed(api.appointments.get, { token, id: visit.id })).patient_id).toBe(patient.id);
  });

  it('cannot be booked until it is brought back, and is not in other clinics', async () => {
    const clinic = await createClinic();
    const { id } = await registerPatient(clinic);
    await archive(clinic, id);
    const body = bookingOf(id);
    for (const token of [clinic.admin, clinic.clinician, clinic.frontDesk])
      expect(await fail(api.appointments.create, { token, body })).toEqual([422, 'patient_archived']);
    const other = await createClinic();
    expect(await fail(api.appointments.create, { token: other.admin, body })).toEqual([
      422,
      'unknown_patient',
    ]);
    expect(await archive(clinic, id, false)).not.toHaveProperty('archived');
    expect((await ask(api.appointments.create, { token: clinic.frontDesk, body })).status).toBe(201);
    expect(await idsOf(clinic.frontDesk)).toEqual([id]);
  });

  it('is archived and brought back by clinicians and tenant admins, each with a line in the audit log', async () => {
    const clinic = await createClinic();
    const { id } = await registerPatient(clinic);
    for (const archived of [true, false])
      expect(await fail(api.patients.update, { token: clinic.frontDesk, id, body: { archived } })).toEqual([
        403,
        'field_not_allowed',
      ]);
    await archive(clinic, id);
    await succeed(api.patients.update, { token: clinic.admin, id, body: { archived: false } });
    const rows = await database.query(
      `SELECT action, changed FROM wardbell.audit WHERE scope = $1 AND action LIKE 'patient.%archive' ORDER BY seq`,
      [clinic.id],
    );
    expect(rows).toEqual([
      { action: 'patient.archive', changed: ['archived'] },
      { action: 'patient.unarchive', changed: ['archived'] },
    ]);
  });

  it('takes a version as other changes do: a stale one is 412, and twice is once', async () => {
    const clinic = await createClinic();
    const { id } = await registerPatient(clinic);
    const headers = { 'if-match': '"7"' };
    const body = { archived: true };
    expect(await fail(api.patients.update, { token: clinic.clinician, id, headers, body })).toEqual([
      412,
      'version_mismatch',
    ]);
    expect((await archive(clinic, id)).version).toBe(2);
    expect((await archive(clinic, id)).version).toBe(2);
  });

  it('is deleted and restored as archived', async () => {
    const clinic = await createClinic();
    const { id } = await registerPatient(clinic);
    await archive(clinic, id);
    await ask(api.patients.remove, { token: clinic.clinician, id });
    expect(await succeed(api.patients.restore, { token: clinic.admin, id })).toMatchObject({
      archived: true,
    });
  });

  it('leaves live lists and comes back into them, and its field is in the frames of every role', async () => {
    const clinic = await createClinic();
    const roles = [clinic.admin, clinic.clinician, clinic.frontDesk];
    const sockets = await Promise.all(roles.map((token) => connect(server.wsUrl, { token })));
    const all = await connect(server.wsUrl, { token: await superAdmin() });
    const client = createClient({ url: server.wsUrl, getToken: () => clinic.clinician, WebSocket });
    client.start();
    let ids: readonly string[] = [];
    const stop = liveList<Patient>(client, {
      changes: patientChanges,
      load: async () =>
        (await call(server.url, 'GET', '/patients', { token: clinic.clinician })).body as LivePage<Patient>,
      show: ({ rows }) => {
        ids = rows.map((row) => row.id);
      },
    });
    try {
      const { id } = await registerPatient(clinic);
      await eventually(() => ids.includes(id));
      await archive(clinic, id);
      await eventually(() => !ids.includes(id));
      for (const socket of sockets)
        await socket.waitFor(({ type, data }) => type === 'patient_updated' && data?.['archived'] === true);
      const frame = await all.waitFor(({ type, data }) => type === 'patient_updated' && data?.['id'] === id);
      expect(frame.data).toEqual({ id, tenant_id: clinic.id, version: 2 });
      await archive(clinic, id, false);
      await eventually(() => ids.includes(id));
    } finally {
      stop();
      client.stop();
    }
  });
});
