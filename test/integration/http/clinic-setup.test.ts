import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import {
  ask,
  type Clinic,
  committedEvents,
  createClinic,
  fail,
  registerPatient,
  succeed,
} from './harness.js';

useServer();

const COLOR = '#1c7ed6';

describe.each([
  ['practitioners', api.practitioners],
  ['rooms', api.rooms],
  ['types of appointments', api.appointmentTypes],
] as const)('The %s of a clinic', (_, routes) => {
  let clinic: Clinic;
  let other: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
    other = await createClinic();
  });
  const add = (name: string, token = clinic.admin) =>
    succeed(routes.create, { token, body: { name, color: COLOR } });

  it('are written by tenant admins alone, and read by all staff', async () => {
    const made = await add('North');
    expect(made).toMatchObject({ name: 'North', color: COLOR, active: true, version: 1 });
    for (const token of [clinic.frontDesk, clinic.clinician]) {
      expect(await succeed(routes.get, { token, id: made.id })).toEqual(made);
      expect((await succeed(routes.list, { token })).data).toContainEqual(made);
      expect(await fail(routes.create, { token, body: { name: 'Own' } })).toEqual([403, 'forbidden']);
      expect(await fail(routes.update, { token, id: made.id, body: { name: 'Own' } })).toEqual([
        403,
        'forbidden',
      ]);
      expect(await fail(routes.remove, { token, id: made.id })).toEqual([403, 'forbidden']);
    }
    expect(await fail(routes.get, { token: other.admin, id: made.id })).toEqual([404, 'not_found']);
  });

  it('have names that differ in more than case, blanks and the form of characters', async () => {
    const made = await add('Köhler  Süd');
    for (const name of ['köhler süd', ' KÖHLER SÜD ', 'Ko\u0308hler Su\u0308d', 'Köhler\u00a0Süd'])
      expect(await fail(routes.create, { token: clinic.admin, body: { name } })).toEqual([409, 'name_taken']);
    const second = await add('East');
    expect(
      await fail(routes.update, { token: clinic.admin, id: second.id, body: { name: 'köhler süd' } }),
    ).toEqual([409, 'name_taken']);
    expect(
      await succeed(routes.update, { token: clinic.admin, id: made.id, body: { name: 'KÖHLER Süd' } }),
    ).toMatchObject({ name: 'KÖHLER Süd', version: 2 });
    await add('East', other.admin);
  });

  it('are changed against a version, once for a key, and leave an event and an audit row each time', async () => {
    const headers = { 'idempotency-key': 'once' };
    const body = { name: 'West', color: COLOR };
    const made = await succeed(routes.create, { token: clinic.admin, body, headers });
    expect(await succeed(routes.create, { token: clinic.admin, body, headers })).toEqual(made);
    const change = { token: clinic.admin, id: made.id, body: { active: false } };
    expect(await fail(routes.update, { ...change, headers: { 'if-match': '"7"' } })).toEqual([
      412,
      'version_mismatch',
    ]);
    const answer = await ask(routes.update, { ...change, headers: { 'if-match': '"1"' } });
    expect(answer.headers.get('etag')).toBe('"2"');
    expect((await ask(routes.remove, { token: clinic.admin, id: made.id })).status).toBe(204);
    const events = (await committedEvents(clinic.id)).filter(({ data }) => data['id'] === made.id);
    expect(events.map(({ type }) => type)).toEqual(Array(3).fill('clinic_setup_changed'));
    const audit = await database.query<{ action: string }>(
      'SELECT action FROM wardbell.audit WHERE object_id = $1 ORDER BY seq',
      [made.id],
    );
    expect(audit.map(({ action }) => action.split('.')[1])).toEqual(['create', 'update', 'delete']);
  });

  it('come in pages by name, without a gap', async () => {
    const fresh = await createClinic();
    for (const name of ['d', 'B', 'a', 'C']) await add(name, fresh.admin);
    const first = await succeed(routes.list, { token: fresh.clinician, query: { limit: 3 } });
    expect(first.data.map(({ name }) => name)).toEqual(['a', 'B', 'C']);
    const rest = await succeed(routes.list, {
      token: fresh.clinician,
      query: { limit: 3, after: first.next ?? '' },
    });
    expect(rest.data.map(({ name }) => name)).toEqual(['d']);
    expect(rest.next).toBeNull();
  });
});

describe('A record of a clinic', () => {
  let clinic: Clinic;
  let patientId: string;
  beforeAll(async () => {
    clinic = await createClinic();
    patientId = (await registerPatient(clinic)).id;
  });
  const book = (body: object) =>
    succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: { patient_id: patientId, datetime: '2096-05-07T09:00:00Z', type: 'Visit', ...body },
    });
  const read = (id: string) => succeed(api.appointments.get, { token: clinic.clinician, id });

  it('is linked by a text that is its name, which stays as it was written', async () => {
    const doctor = await succeed(api.practitioners.create, {
      token: clinic.admin,
      body: { name: 'Dr. Chen' },
    });
    const room = await succeed(api.rooms.create, { token: clinic.admin, body: { name: 'Room 1' } });
    const type = await succeed(api.appointmentTypes.create, { token: clinic.admin, body: { name: 'Check' } });
    const made = await book({ practitioner: 'dr.  chen', room: 'ROOM 1', type: 'check' });
    expect(made).toMatchObject({
      practitioner: 'dr.  chen',
      practitioner_id: doctor.id,
      room: 'ROOM 1',
      room_id: room.id,
      type: 'check',
      type_id: type.id,
      duration_minutes: 30,
    });
    const changed = await succeed(api.appointments.update, {
      token: clinic.clinician,
      id: made.id,
      body: { practitioner: 'Somebody else', room: null },
    });
    expect(changed).toMatchObject({
      practitioner: 'Somebody else',
      practitioner_id: null,
      room: null,
      room_id: null,
    });
    expect(changed).toMatchObject({ type: 'check', type_id: type.id });
  });

  it('is named by its id, which sets the text, and the duration of a new appointment', async () => {
    const doctor = await succeed(api.practitioners.create, {
      token: clinic.admin,
      body: { name: 'Dr. Ahn' },
    });
    const type = await succeed(api.appointmentTypes.create, {
      token: clinic.admin,
      body: { name: 'Long visit', duration_minutes: 50 },
    });
    const { type: _, ...body } = { type: '', practitioner_id: doctor.id, type_id: type.id };
    const made = await succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: { patient_id: patientId, datetime: '2096-05-07T12:00:00Z', ...body },
    });
    expect(made).toMatchObject({ practitioner: 'Dr. Ahn', type: 'Long visit', duration_minutes: 50 });
    const cleared = await succeed(api.appointments.update, {
      token: clinic.frontDesk,
      id: made.id,
      body: { practitioner_id: null },
    });
    expect(cleared).toMatchObject({ practitioner: null, practitioner_id: null });
    for (const id of [patientId, '00000000-0000-4000-8000-000000000000'])
      expect(
        await fail(api.appointments.update, { token: clinic.frontDesk, id: made.id, body: { room_id: id } }),
      ).toEqual([422, 'validation_failed']);
  });

  it('gives its new name to upcoming appointments, with an event each, and leaves those of the past', async () => {
    const doctor = await succeed(api.practitioners.create, {
      token: clinic.admin,
      body: { name: 'Dr. Old' },
    });
    const past = await book({ practitioner: 'Dr. Old', datetime: '2020-01-01T09:00:00Z' });
    const next = await book({ practitioner: 'dr. old' });
    await succeed(api.practitioners.update, {
      token: clinic.admin,
      id: doctor.id,
      body: { name: 'Dr. New' },
    });
    expect(await read(past.id)).toMatchObject({
      practitioner: 'Dr. Old',
      practitioner_id: doctor.id,
      version: 1,
    });
    expect(await read(next.id)).toMatchObject({
      practitioner: 'Dr. New',
      practitioner_id: doctor.id,
      version: 2,
    });
    const events = (await committedEvents(clinic.id)).filter(({ data }) => data['id'] === next.id);
    expect(events.at(-1)).toMatchObject({ type: 'appointment_updated', data: { practitioner: 'Dr. New' } });
  });

  it('is not linked once it is inactive, and not deleted while an appointment has it', async () => {
    const room = await succeed(api.rooms.create, { token: clinic.admin, body: { name: 'Cellar' } });
    const made = await book({ room: 'Cellar' });
    expect(await fail(api.rooms.remove, { token: clinic.admin, id: room.id })).toEqual([
      409,
      'record_in_use',
    ]);
    await succeed(api.rooms.update, { token: clinic.admin, id: room.id, body: { active: false } });
    expect(await read(made.id)).toMatchObject({ room: 'Cellar', room_id: room.id });
    expect(await book({ room: 'Cellar' })).toMatchObject({ room: 'Cellar', room_id: null });
  });

  it('reaches every open console when it changes, without anything but its kind and id', async () => {
    const sockets = await Promise.all(
      [clinic.frontDesk, clinic.clinician, clinic.admin].map((token) => connect(server.wsUrl, { token })),
    );
    const room = await succeed(api.rooms.create, { token: clinic.admin, body: { name: 'Attic' } });
    for (const socket of sockets) {
      const frame = await socket.waitFor('clinic_setup_changed');
      expect(frame.data).toEqual({ kind: 'room', id: room.id });
    }
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe('Office hours and absences', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic({ timeZone: 'Europe/Berlin' });
  });

  it('are set for the whole week, of the clinic and of a practitioner, against a version', async () => {
    const { id } = await succeed(api.practitioners.create, {
      token: clinic.admin,
      body: { name: 'Dr. Late' },
    });
    const before = await succeed(api.officeHours.get, { token: clinic.frontDesk });
    expect(before).toMatchObject({ practitioners: [], time_zone: 'Europe/Berlin', version: 1 });
    const body = {
      week: {
        monday: [
          { from: '08:00', to: '12:00' },
          { from: '13:00', to: '24:00' },
        ],
      },
      practitioners: [{ practitioner_id: id, week: { friday: [{ from: '18:00', to: '20:30' }] } }],
    };
    const put = await succeed(api.officeHours.put, {
      token: clinic.admin,
      body,
      headers: { 'if-match': '"1"' },
    });
    expect(put).toMatchObject({ version: 2, ...{ week: { ...before.week, ...body.week } } });
    expect(put.practitioners).toEqual([
      { practitioner_id: id, week: { ...before.week, friday: [{ from: '18:00', to: '20:30' }] } },
    ]);
    expect(
      await fail(api.officeHours.put, { token: clinic.admin, body, headers: { 'if-match': '"1"' } }),
    ).toEqual([412, 'version_mismatch']);
    expect(await fail(api.officeHours.put, { token: clinic.frontDesk, body })).toEqual([403, 'forbidden']);
    for (const monday of [
      [{ from: '12:00', to: '08:00' }],
      [
        { from: '08:00', to: '12:00' },
        { from: '11:00', to: '13:00' },
      ],
    ])
      expect(await fail(api.officeHours.put, { token: clinic.admin, body: { week: { monday } } })).toEqual([
        422,
        'validation_failed',
      ]);
  });

  it('take dates as days of the clinic', async () => {
    const made = await succeed(api.absences.create, {
      token: clinic.admin,
      body: { from: '2030-12-24', to: '2030-12-27', label: 'Holidays' },
    });
    expect(made).toMatchObject({
      practitioner_id: null,
      from: '2030-12-23T23:00:00.000Z',
      to: '2030-12-26T23:00:00.000Z',
    });
    expect((await succeed(api.absences.list, { token: clinic.frontDesk })).data).toEqual([made]);
    const moved = await succeed(api.absences.update, {
      token: clinic.admin,
      id: made.id,
      body: { to: '2030-12-28' },
    });
    expect(moved).toMatchObject({ to: '2030-12-27T23:00:00.000Z', version: 2 });
    expect(
      await fail(api.absences.update, { token: clinic.admin, id: made.id, body: { to: '2030-12-01' } }),
    ).toEqual([422, 'validation_failed']);
    expect((await ask(api.absences.remove, { token: clinic.admin, id: made.id })).status).toBe(204);
  });
});
