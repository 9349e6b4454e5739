import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Appointment, api, WaitingBoard } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { middayZone } from '../../support/midday.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { ask, type Clinic, createClinic, fail, registerPatient, succeed } from './harness.js';

useServer();

/** Marked so that no other text contains them. */
const MARKS = [
  'Zyxophilia',
  '7355608',
  'mithridatism',
  '1971-03-04',
  'Dr. Quux',
  'Oncology',
  'free text room',
];

const keyOf = async (clinic: Clinic, role: 'ids' | 'clinician' | 'front_desk' = 'ids') =>
  succeed(api.integrationKeys.create, {
    token: clinic.admin,
    body: { name: 'screen', scopes: ['stream:read'], role },
  });
const boardOf = async (token: string): Promise<WaitingBoard> => {
  const { status, body } = await call(server.url, 'GET', '/waiting-board', { token });
  expect(status).toBe(200);
  return WaitingBoard.parse(body);
};

describe('The board of a waiting room', () => {
  let clinic: Clinic;
  let key: { id: string; key: string };
  const arrive = async (more: object = {}): Promise<Appointment> => {
    const patient = await registerPatient(clinic, {
      first_name: 'Ada',
      last_name: 'Zyxophilia',
      phone: '+49 7355608',
      notes: 'mithridatism',
      birth_date: '1971-03-04',
    });
    const { id } = await succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: {
        patient_id: patient.id,
        datetime: new Date().toISOString(),
        type: 'Oncology',
        practitioner: 'Dr. Quux',
        ...more,
      },
    });
    return move(id, 'arrived');
  };
  const move = (id: string, status: Appointment['status']) =>
    succeed(api.appointments.setStatus, { token: clinic.frontDesk, id, body: { status } });

  beforeAll(async () => {
    clinic = await createClinic();
    await database.query('UPDATE wardbell.tenant SET time_zone = $2 WHERE id = $1', [
      clinic.id,
      middayZone(),
    ]);
    key = await keyOf(clinic);
  });

  it('has who waits and who was called, by number, with the room of the clinic setup, and nothing of a patient', async () => {
    const room = await succeed(api.rooms.create, { token: clinic.admin, body: { name: 'Room 7' } });
    const waiting = await arrive({ room: 'free text room' });
    const called = await arrive({ room_id: room.id });
    await move(called.id, 'checked-in');
    const board = await boardOf(key.key);
    expect(board.data).toEqual([
      { number: called.board_number, state: 'called', room: 'Room 7', since: expect.any(String) },
      { number: waiting.board_number, state: 'waiting', room: null, since: expect.any(String) },
    ]);
    const text = JSON.stringify(board);
    for (const mark of [...MARKS, waiting.id, called.id, waiting.patient_id, called.patient_id])
      expect(text).not.toContain(mark);
    await move(called.id, 'fulfilled');
    await move(waiting.id, 'cancelled');
    expect((await boardOf(key.key)).data).toEqual([]);
  });

  it('leaves out appointments of other days and other clinics', async () => {
    const other = await createClinic();
    const otherKey = await keyOf(other);
    const here = await arrive();
    const past = await arrive({ datetime: new Date(Date.now() - 48 * 3_600_000).toISOString() });
    const numbers = (await boardOf(key.key)).data.map(({ number }) => number);
    expect(numbers).toContain(here.board_number);
    expect(numbers).not.toContain(past.board_number);
    expect((await boardOf(otherKey.key)).data).toEqual([]);
  });

  it('is for keys that follow the stream and for admins, who try it out, and for no one else', async () => {
    await boardOf(clinic.admin);
    await boardOf((await keyOf(clinic, 'clinician')).key);
    for (const token of [clinic.clinician, clinic.frontDesk])
      expect(await fail(api.waitingBoard.get, { token })).toEqual([403, 'forbidden']);
    const writer = await succeed(api.integrationKeys.create, {
      token: clinic.admin,
      body: { name: 'writer', scopes: ['events:write'] },
    });
    expect(await fail(api.waitingBoard.get, { token: writer.key })).toEqual([403, 'forbidden']);
    expect((await call(server.url, 'GET', '/waiting-board')).status).toBe(401);
  });

  it('has initials for a key that an admin gave them, and of restricted patients numbers only', async () => {
    const own = await createClinic();
    await database.query('UPDATE wardbell.tenant SET time_zone = $2 WHERE id = $1', [own.id, middayZone()]);
    const create = (body: object) => succeed(api.integrationKeys.create, { token: own.admin, body });
    const withInitials = await create({
      name: 'screen',
      scopes: ['stream:read', 'waiting-board:initials'],
      role: 'ids',
    });
    const arriveAt = async (restricted: boolean): Promise<Appointment> => {
      const person = { first_name: 'Ada', last_name: 'Zyxophilia', phone: '7355608', notes: 'mithridatism' };
      const patient = await registerPatient(own, person);
      if (restricted)
        await succeed(api.patients.update, {
          token: own.admin,
          id: patient.id,
          body: { restricted: true, restricted_to: [] },
        });
      const body = { patient_id: patient.id, datetime: new Date().toISOString(), type: 'Oncology' };
      const { id } = await succeed(api.appointments.create, { token: own.frontDesk, body });
      return succeed(api.appointments.setStatus, { token: own.frontDesk, id, body: { status: 'arrived' } });
    };
    const open = await arriveAt(false);
    const restricted = await arriveAt(true);
    const rowOf = ({ board_number }: Appointment) => ({
      number: board_number,
      state: 'waiting',
      room: null,
      since: expect.any(String),
    });
    // exactly these fields, in the raw answer: nothing is stripped by the schema of the test
    const raw = async (token: string) => (await call(server.url, 'GET', '/waiting-board', { token })).body;
    expect(await raw(withInitials.key)).toMatchObject({
      data: [{ ...rowOf(open), initials: 'AZ' }, rowOf(restricted)],
    });
    const text = JSON.stringify(await raw(withInitials.key));
    for (const mark of ['Ada', ...MARKS, open.patient_id, restricted.patient_id, open.id])
      expect(text).not.toContain(mark);
    expect(text.match(/initials/g)).toHaveLength(1);
    // admins who try it out and keys of every other view get none
    for (const token of [
      own.admin,
      (await keyOf(own)).key,
      (await keyOf(own, 'clinician')).key,
      (await keyOf(own, 'front_desk')).key,
    ])
      expect(JSON.stringify(await raw(token))).not.toContain('initials');
    // its stream has ids alone, as before
    const socket = await connect(server.wsUrl, {
      token: withInitials.key,
      by: 'subprotocol',
      topic: 'appointments',
    });
    const third = await arriveAt(false);
    await socket.waitFor(({ type, data }) => type === 'appointment_updated' && data?.['id'] === third.id);
    const frames = socket.texts.join('\n');
    for (const mark of ['initials', 'board_number', 'Ada', ...MARKS]) expect(frames).not.toContain(mark);
    // and it reads nothing else
    for (const path of ['/patients', '/appointments', `/patients/${open.patient_id}`])
      expect((await call(server.url, 'GET', path, { token: withInitials.key })).status).toBe(403);
  });

  it('gives nothing for the right to initials alone, which nobody but an admin gives', async () => {
    const body = { name: 'screen', scopes: ['waiting-board:initials'] };
    const { key: initialsAlone } = await succeed(api.integrationKeys.create, { token: clinic.admin, body });
    expect(await fail(api.waitingBoard.get, { token: initialsAlone })).toEqual([403, 'forbidden']);
    for (const token of [clinic.frontDesk, clinic.clinician])
      expect(await fail(api.integrationKeys.create, { token, body })).toEqual([403, 'forbidden']);
  });

  it('hears of changes by ids alone, and no more once the key is revoked', async () => {
    const own = await keyOf(clinic);
    const socket = await connect(server.wsUrl, { token: own.key, by: 'subprotocol', topic: 'appointments' });
    const { id } = await arrive();
    await socket.waitFor(({ type, data }) => type === 'appointment_updated' && data?.['id'] === id);
    const frames = socket.texts.join('\n');
    for (const mark of MARKS) expect(frames).not.toContain(mark);
    await ask(api.integrationKeys.remove, { token: clinic.admin, id: own.id });
    expect(await socket.closed()).toMatchObject({ code: 4403 });
    await eventually(
      async () => (await call(server.url, 'GET', '/waiting-board', { token: own.key })).status === 401,
    );
  });
});
