import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
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
import { type Appointment, api, type Patient, type PatientMerge } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { database, instances, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, type Frame } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  committedEvents,
  count,
  createClinic,
  fail,
  registerPatient,
  replay,
  succeed,
  superAdmin,
} from './harness.js';

useServer({ instances: 2 });

/** Marked so that no other text contains them. */
const MARKS = ['Zyxophilia', '7355608', 'mithridatism'];
const MARKED = { last_name: 'Zyxophilia', phone: '+49 7355608', notes: 'mithridatism' };
const marksIn = (value: unknown): string[] => MARKS.filter((mark) => JSON.stringify(value).includes(mark));

const bookingOf = (patientId: string, hour = 9) => ({
  patient_id: patientId,
  datetime: `2026-12-01T${String(hour).padStart(2, '0')}:00:00Z`,
  type: 'Visit',
});
const book = (clinic: Clinic, patientId: string, hour?: number): Promise<Appointment> =>
  succeed(api.appointments.create, { token: clinic.clinician, body: bookingOf(patientId, hour) });

type Choice = Partial<Pick<PatientMerge, 'take_over' | 'join_notes'>>;
const merging = (retired: Patient, survivor: Patient, choice: Choice = {}) => ({
  id: retired.id,
  body: { into: survivor.id, version: retired.version, into_version: survivor.version, ...choice },
});
const merge = (clinic: Clinic, retired: Patient, survivor: Patient, choice?: Choice): Promise<Patient> =>
  succeed(api.patients.merge, { token: clinic.clinician, ...merging(retired, survivor, choice) });

const problemOf = ({ status, body }: { status: number; body: unknown }) => ({ status, ...Object(body) });
const merged = (into: Patient) => ({ status: 409, code: 'patient_merged', merged_into: into.id });

/** A live list as an application keeps it. */
function follow<Row extends LiveRow>(
  client: AnyClient,
  url: string,
  token: string,
  path: string,
  changes: Changes<Row>,
) {
  let rows: readonly Row[] = [];
  const stop = liveList<Row>(client, {
    changes,
    load: async (after) => {
      const cursor = after === null ? '' : `?after=${encodeURIComponent(after)}`;
      return (await call(url, 'GET', path + cursor, { token })).body as LivePage<Row>;
    },
    show: (list) => {
      rows = list.rows;
    },
  });
  return { rows: () => rows, stop };
}

describe('Merging two patients', () => {
  it('moves the appointments, retires the one and tells of each in one transaction', async () => {
    const clinic = await createClinic();
    const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    const [moved, own] = [await book(clinic, retired.id), await book(clinic, survivor.id)];
    const answer = await ask(api.patients.merge, {
      token: clinic.clinician,
      ...merging(retired, survivor),
    });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"2"']);

    const events = (await committedEvents(clinic.id)).slice(4);
    expect(events.map(({ seq, type, data }) => [seq, type, data['id'] ?? data])).toEqual([
      [5, 'appointment_updated', moved.id],
      [6, 'patient_updated', survivor.id],
      [
        7,
        'patient_deleted',
        { patient_id: retired.id, tenant_id: clinic.id, version: 2, merged_into: survivor.id },
      ],
    ]);
    expect(events[0]?.data).toMatchObject({ patient_id: survivor.id, version: 2 });
    const { clinician: token } = clinic;
    const { data } = await succeed(api.appointments.list, { token, query: { patient_id: survivor.id } });
    expect(data.map(({ id }) => id).sort()).toEqual([moved.id, own.id].sort());
    expect((await succeed(api.patients.list, { token })).data.map(({ id }) => id)).toEqual([survivor.id]);
    const audit = await database.query(
      `SELECT patient_id, details FROM wardbell.audit WHERE scope = $1 AND action = 'patient.merge' ORDER BY seq`,
      [clinic.id],
    );
    expect(audit).toEqual([
      { patient_id: retired.id, details: { appointments: 1, merged_into: survivor.id } },
      { patient_id: survivor.id, details: { appointments: 1, merged: retired.id } },
    ]);
    const accesses = await succeed(api.patients.accesses, { token: clinic.admin, id: survivor.id });
    expect(accesses.data.filter(({ action }) => action === 'patient.create')).toHaveLength(2);
  });

  it('takes over the fields that the caller names, and no other', async () => {
    const clinic = await createClinic();
    const survivor = await registerPatient(clinic, { phone: '1', email: 'kept@example.org', notes: 'first' });
    const retired = await registerPatient(clinic, {
      first_name: 'Adah',
      birth_date: '1980-02-29',
      phone: '2',
      email: 'other@example.org',
      notes: 'second',
    });
    const choice: Choice = { take_over: ['birth_date', 'phone'], join_notes: true };
    const patient = await merge(clinic, retired, survivor, choice);
    expect(patient).toEqual({
      ...survivor,
      birth_date: '1980-02-29',
      phone: '2',
      notes: 'first\n\nsecond',
      version: 2,
      updated_at: patient.updated_at,
    });
    expect(await succeed(api.patients.get, { token: clinic.clinician, id: retired.id })).toEqual({
      ...retired,
      version: 2,
      merged_into: survivor.id,
      merged_at: expect.any(String),
    });
  });

  it('joins notes only as long as a patient may have them, and takes over a value that is empty', async () => {
    const clinic = await createClinic();
    const survivor = await registerPatient(clinic, { phone: '1', notes: 'a'.repeat(9_000) });
    const retired = await registerPatient(clinic, { notes: 'b'.repeat(1_000) });
    const token = clinic.clinician;
    for (const choice of [
      { join_notes: true },
      { take_over: ['notes' as const], join_notes: true },
    ] satisfies Choice[])
      expect(await fail(api.patients.merge, { token, ...merging(retired, survivor, choice) })).toEqual([
        422,
        'validation_failed',
      ]);
    expect(await merge(clinic, retired, survivor, { take_over: ['phone'] })).toMatchObject({ phone: null });
  });

  it.each([false, true])('keeps both MRNs leading to the survivor, taken over: %s', async (taken) => {
    const clinic = await createClinic();
    const [first, second] = [`A-${randomUUID()}`, `B-${randomUUID()}`];
    const survivor = await registerPatient(clinic, { mrn: first });
    const retired = await registerPatient(clinic, { mrn: second });
    const patient = await merge(clinic, retired, survivor, { take_over: taken ? ['mrn'] : [] });
    const [shown, hidden] = taken ? [second, first] : [first, second];
    expect(patient.mrn).toBe(shown);
    const { clinician: token } = clinic;
    for (const search of [first, second])
      expect((await succeed(api.patients.list, { token, query: { search } })).data).toEqual([patient]);
    const other = await registerPatient(clinic);
    const body = { first_name: 'New', last_name: 'Comer', mrn: hidden };
    expect(await fail(api.patients.create, { token, body })).toEqual([409, 'mrn_taken']);
    expect(await fail(api.patients.update, { token, id: other.id, body: { mrn: hidden } })).toEqual([
      409,
      'mrn_taken',
    ]);
  });

  it('is refused when one of them has changed since the caller looked, and changes nothing then', async () => {
    const clinic = await createClinic();
    const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    await book(clinic, retired.id);
    const events = (await committedEvents(clinic.id)).length;
    for (const stale of [
      merging({ ...retired, version: 2 }, survivor),
      merging(retired, { ...survivor, version: 2 }),
    ])
      expect(await fail(api.patients.merge, { token: clinic.clinician, ...stale })).toEqual([
        409,
        'patient_changed',
      ]);
    expect(await committedEvents(clinic.id)).toHaveLength(events);
    expect(
      await count('SELECT count(*) FROM wardbell.merged_patient WHERE tenant_id = $1', [clinic.id]),
    ).toBe(0);
  });

  it('is for clinicians and tenant admins of the clinic', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    const foreign = await registerPatient(other);
    expect(
      await fail(api.patients.merge, { token: clinic.frontDesk, ...merging(retired, survivor) }),
    ).toEqual([403, 'forbidden']);
    expect(await fail(api.patients.merge, { token: other.admin, ...merging(retired, survivor) })).toEqual([
      404,
      'not_found',
    ]);
    expect(await fail(api.patients.merge, { token: clinic.admin, ...merging(retired, foreign) })).toEqual([
      422,
      'unknown_patient',
    ]);
    const answer = await ask(api.patients.merge, { token: clinic.admin, ...merging(retired, survivor) });
    expect(answer.status).toBe(200);
  });

  it('refuses restricted, deleted and merged patients, archived survivors, and a patient with itself', async () => {
    const clinic = await createClinic();
    const { admin: token } = clinic;
    const [patient, deleted] = [await registerPatient(clinic), await registerPatient(clinic)];
    const restricted = await succeed(api.patients.create, {
      token,
      body: { first_name: 'Ada', last_name: 'Example', restricted: true },
    });
    const archived = await succeed(api.patients.update, {
      token,
      id: (await registerPatient(clinic)).id,
      body: { archived: true },
    });
    await ask(api.patients.remove, { token, id: deleted.id });
    for (const [from, into, expected] of [
      [restricted, patient, [409, 'patient_restricted']],
      [patient, restricted, [409, 'patient_restricted']],
      [deleted, patient, [404, 'not_found']],
      [patient, deleted, [422, 'unknown_patient']],
      [patient, archived, [422, 'patient_archived']],
      [patient, patient, [422, 'validation_failed']],
    ] as const)
      expect(await fail(api.patients.merge, { token, ...merging(from, into) })).toEqual(expected);
    for (const pair of [merging(restricted, patient), merging(patient, restricted)])
      expect(await fail(api.patients.merge, { token: clinic.clinician, ...pair })).toEqual([
        403,
        'restricted',
      ]);
    const [gone, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    await merge(clinic, gone, survivor);
    for (const pair of [merging(gone, patient), merging(patient, gone)])
      expect(problemOf(await ask(api.patients.merge, { token, ...pair }))).toMatchObject(merged(survivor));
    expect((await ask(api.patients.merge, { token, ...merging(archived, patient) })).status).toBe(200);
  });

  it('refuses appointments that would overlap where the clinic forbids it, and moves none of them', async () => {
    const clinic = await createClinic();
    await succeed(api.clinicSettings.update, { token: clinic.admin, body: { double_booking: 'forbid' } });
    const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    for (const hour of [8, 9]) await book(clinic, retired.id, hour);
    const clash = await book(clinic, survivor.id, 9);
    const pair = merging(retired, survivor);
    expect(await fail(api.patients.merge, { token: clinic.clinician, ...pair })).toEqual([
      409,
      'overlapping_appointments',
    ]);
    const of = 'SELECT count(*) FROM wardbell.appointment WHERE patient_id = $1';
    expect(await count(of, [retired.id])).toBe(2);
    await ask(api.appointments.remove, { token: clinic.clinician, id: clash.id });
    await merge(clinic, retired, survivor);
    expect(await count(of, [survivor.id])).toBe(2);
    // the times are taken by the survivor now
    expect(
      await fail(api.appointments.create, { token: clinic.clinician, body: bookingOf(survivor.id, 8) }),
    ).toEqual([409, 'conflict']);
  });

  it('moves at most 5,000 appointments: with more both stay, whole', async () => {
    const clinic = await createClinic();
    const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    await database.query(
      `INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type)
       SELECT $1, $2, now(), 'Visit' FROM generate_series(1, 5001)`,
      [clinic.id, retired.id],
    );
    expect(
      await fail(api.patients.merge, { token: clinic.clinician, ...merging(retired, survivor) }),
    ).toEqual([409, 'patient_has_appointments']);
    const of = 'SELECT count(*) FROM wardbell.appointment WHERE patient_id = $1';
    expect([await count(of, [retired.id]), await count(of, [survivor.id])]).toEqual([5001, 0]);
    await database.query(
      `DELETE FROM wardbell.appointment WHERE id = (SELECT id FROM wardbell.appointment WHERE tenant_id = $1 LIMIT 1)`,
      [clinic.id],
    );
    await merge(clinic, retired, survivor);
    expect([await count(of, [retired.id]), await count(of, [survivor.id])]).toEqual([0, 5000]);
  });
});

describe('Bookings and changes at the moment of a merge', () => {
  it('loses none of 20 parallel bookings, leaves none behind, and live lists end as the database', async () => {
    const [one, two] = instances;
    if (!one || !two) throw new Error('there are two instances');
    const clinic = await createClinic();
    const clients = [one, two].map(({ wsUrl, url }) => {
      const client = createClient({ url: wsUrl, getToken: () => clinic.clinician, WebSocket });
      client.start();
      return {
        client,
        patients: follow<Patient>(client, url, clinic.clinician, '/patients', patientChanges),
        appointments: follow<Appointment>(client, url, clinic.clinician, '/appointments', appointmentChanges),
      };
    });
    try {
      let made = 0;
      for (let round = 0; round < 5; round++) {
        const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
        await book(clinic, retired.id);
        const asked = Array.from({ length: 20 }, (_, index) =>
          ask(api.appointments.create, {
            at: index % 2 === 0 ? one : two,
            token: index % 3 === 0 ? clinic.frontDesk : clinic.clinician,
            body: bookingOf(index % 5 === 0 ? survivor.id : retired.id, index),
          }),
        );
        const merger = ask(api.patients.merge, {
          at: two,
          token: clinic.clinician,
          ...merging(retired, survivor),
        });
        const answers = await Promise.all(asked);
        expect((await merger).status).toBe(200);
        for (const answer of answers)
          if (answer.status !== 201) expect(problemOf(answer)).toMatchObject(merged(survivor));
        const booked = answers.filter(({ status }) => status === 201).length;
        made += booked + 1;
        const of = 'SELECT count(*) FROM wardbell.appointment WHERE patient_id = $1';
        expect([await count(of, [retired.id]), await count(of, [survivor.id])]).toEqual([0, booked + 1]);
      }
      const rows = z
        .array(z.object({ id: z.string(), patient_id: z.string(), version: z.number() }))
        .parse(
          await database.query(
            'SELECT id::text, patient_id::text, version FROM wardbell.appointment WHERE tenant_id = $1 ORDER BY id',
            [clinic.id],
          ),
        );
      expect(rows).toHaveLength(made);
      const patients = await database.query(
        'SELECT id::text FROM wardbell.patient WHERE tenant_id = $1 ORDER BY id',
        [clinic.id],
      );
      for (const { patients: listed, appointments } of clients) {
        const shown = () =>
          appointments
            .rows()
            .map(({ id, patient_id, version }) => ({ id, patient_id, version }))
            .sort((a, b) => (a.id < b.id ? -1 : 1));
        const people = () =>
          listed
            .rows()
            .map(({ id }) => ({ id }))
            .sort((a, b) => (a.id < b.id ? -1 : 1));
        await eventually(
          () =>
            JSON.stringify(shown()) === JSON.stringify(rows) &&
            JSON.stringify(people()) === JSON.stringify(patients),
          { what: 'lists that are equal to the database' },
        );
      }
    } finally {
      for (const { client, patients, appointments } of clients) {
        patients.stop();
        appointments.stop();
        client.stop();
      }
    }
  });

  it('gives the MRN of the retired one to nobody, also not while it is being merged', async () => {
    const clinic = await createClinic();
    for (let round = 0; round < 10; round++) {
      const mrn = `R-${round}`;
      const [retired, survivor] = [await registerPatient(clinic, { mrn }), await registerPatient(clinic)];
      const body = { first_name: 'Ada', last_name: 'Late', mrn };
      const [, ...answers] = await Promise.all([
        merge(clinic, retired, survivor),
        ...Array.from({ length: 4 }, () => ask(api.patients.create, { token: clinic.clinician, body })),
      ]);
      expect(answers.map(problemOf)).toEqual(
        Array(4).fill(expect.objectContaining({ status: 409, code: 'mrn_taken' })),
      );
    }
  });

  it('lets one of two merges in opposite directions happen', async () => {
    const clinic = await createClinic();
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await registerPatient(clinic), await registerPatient(clinic)];
      const answers = await Promise.all(
        [merging(a, b), merging(b, a)].map((pair) =>
          ask(api.patients.merge, { token: clinic.clinician, ...pair }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
  });

  it('moves an appointment that is changed at the same time, with its change', async () => {
    const clinic = await createClinic();
    const token = clinic.clinician;
    for (let round = 0; round < 5; round++) {
      const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
      const { id } = await book(clinic, retired.id);
      const [change, merger] = await Promise.all([
        ask(api.appointments.update, { token, id, body: { room: '7' } }),
        ask(api.patients.merge, { token, ...merging(retired, survivor) }),
      ]);
      expect([change.status, merger.status]).toEqual([200, 200]);
      expect(await succeed(api.appointments.get, { token, id })).toMatchObject({
        room: '7',
        patient_id: survivor.id,
        version: 3,
      });
    }
  });
});

describe('A patient that was merged into another one', () => {
  it('can be read with what it was, and everything else names the one to use instead', async () => {
    const clinic = await createClinic();
    const [retired, survivor] = [await registerPatient(clinic, MARKED), await registerPatient(clinic)];
    await merge(clinic, retired, survivor);
    const { admin: token } = clinic;
    const { id } = retired;
    for (const answer of [
      await ask(api.patients.update, { token, id, body: { phone: '1' } }),
      await ask(api.patients.remove, { token, id }),
      await ask(api.patients.restore, { token, id }),
      await ask(api.patients.purge, { token, id }),
      await ask(api.breakGlass.open, { token, id, body: { reason: 'came in unconscious' } }),
      await ask(api.appointments.create, { token, body: bookingOf(id) }),
    ])
      expect(problemOf(answer)).toMatchObject(merged(survivor));
    expect(await succeed(api.patients.get, { token, id })).toMatchObject({
      ...MARKED,
      merged_into: survivor.id,
    });
    const desk = await succeed(api.patients.get, { token: clinic.frontDesk, id });
    expect(desk).toMatchObject({ merged_into: survivor.id, last_name: MARKED.last_name });
    expect(desk).not.toHaveProperty('notes');
    for (const query of [{}, { search: 'Zyxophilia' }, { ids: id }, { archived: 'true' }])
      expect((await succeed(api.patients.list, { token, query })).data.map((row) => row.id)).not.toContain(
        id,
      );
    const { data } = await succeed(api.patients.duplicates, {
      token,
      body: { first_name: retired.first_name, last_name: retired.last_name },
    });
    expect(data).toEqual([]);
    const other = await createClinic();
    expect(await fail(api.patients.get, { token: other.admin, id })).toEqual([404, 'not_found']);
  });

  it('always points to the patient that is there, over several merges', async () => {
    const clinic = await createClinic();
    const [a, b, c] = [
      await registerPatient(clinic),
      await registerPatient(clinic),
      await registerPatient(clinic),
    ];
    await book(clinic, a.id);
    const into = await merge(clinic, a, b);
    await merge(clinic, into, c);
    const { clinician: token } = clinic;
    for (const { id } of [a, b])
      expect(await succeed(api.patients.get, { token, id })).toMatchObject({ merged_into: c.id });
    expect(problemOf(await ask(api.appointments.create, { token, body: bookingOf(a.id) }))).toMatchObject(
      merged(c),
    );
    const { data } = await succeed(api.appointments.list, { token, query: { patient_id: c.id } });
    expect(data).toHaveLength(1);
  });

  it('goes and comes back with the one into which it was merged', async () => {
    const clinic = await createClinic();
    const [retired, survivor] = [await registerPatient(clinic), await registerPatient(clinic)];
    const { id: visit } = await book(clinic, retired.id);
    await merge(clinic, retired, survivor);
    const { admin: token } = clinic;
    await ask(api.patients.remove, { token, id: survivor.id });
    expect(await fail(api.patients.get, { token, id: retired.id })).toEqual([404, 'not_found']);
    await succeed(api.patients.restore, { token, id: survivor.id });
    expect(await succeed(api.patients.get, { token, id: retired.id })).toMatchObject({
      merged_into: survivor.id,
    });
    expect(await succeed(api.appointments.get, { token, id: visit })).toMatchObject({
      patient_id: survivor.id,
    });
  });

  it('is restricted with the other one, also in what was sent before', async () => {
    const clinic = await createClinic();
    const [retired, survivor] = [await registerPatient(clinic, MARKED), await registerPatient(clinic)];
    await succeed(api.appointments.create, {
      token: clinic.clinician,
      body: { ...bookingOf(retired.id), reason: 'mithridatism' },
    });
    await merge(clinic, retired, survivor);
    await succeed(api.patients.update, { token: clinic.admin, id: survivor.id, body: { restricted: true } });
    for (const token of [clinic.clinician, clinic.frontDesk]) {
      expect(await fail(api.patients.get, { token, id: retired.id })).toEqual([403, 'restricted']);
      for (const { wsUrl } of instances) expect(marksIn(await replay(wsUrl, token))).toEqual([]);
    }
    expect(await succeed(api.patients.get, { token: clinic.admin, id: retired.id })).toMatchObject(MARKED);
  });

  it('is in no stream of a role that may not see it, live and in a replay', async () => {
    const clinic = await createClinic();
    const root = await superAdmin();
    const [instance] = instances;
    if (!instance) throw new Error('there is an instance');
    const sockets = await Promise.all(
      [clinic.clinician, clinic.frontDesk, root].map((token) => connect(instance.wsUrl, { token })),
    );
    const [retired, survivor] = [await registerPatient(clinic, MARKED), await registerPatient(clinic)];
    await succeed(api.appointments.create, {
      token: clinic.clinician,
      body: { ...bookingOf(retired.id), reason: 'mithridatism' },
    });
    await merge(clinic, retired, survivor, { take_over: ['last_name', 'phone', 'notes'] });
    for (const socket of sockets)
      await socket.waitFor(
        ({ type, data }) => type === 'patient_deleted' && data?.['patient_id'] === retired.id,
      );
    const ofClinic = (frames: readonly Frame[]) =>
      frames.filter(({ tenant_id, seq }) => tenant_id === clinic.id && seq !== undefined);
    const [clinician, desk, all] = sockets.map((socket) => ofClinic(socket.events));
    expect(marksIn(clinician)).toEqual(MARKS);
    expect(marksIn(desk)).toEqual(['Zyxophilia', '7355608']);
    expect(marksIn(all)).toEqual([]);
    expect(all?.at(-1)?.data).toEqual({
      patient_id: retired.id,
      tenant_id: clinic.id,
      version: 2,
      merged_into: survivor.id,
    });
    expect(desk?.at(-1)?.data).toEqual({ patient_id: retired.id, merged_into: survivor.id });
    // what a client gets that was away is the same
    for (const { wsUrl } of instances) {
      expect(await replay(wsUrl, clinic.clinician)).toEqual(clinician);
      expect(await replay(wsUrl, clinic.frontDesk)).toEqual(desk);
    }
  });
});
