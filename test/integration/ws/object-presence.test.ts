import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, MAX_WORKING_ON, ObjectPresence, type Patient, type WorkingOn } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { must } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, createPatient, superToken } from './clinic.js';

useServer();

const at = (
  id: string,
  activity: WorkingOn['activity'] = 'looking',
  kind: WorkingOn['kind'] = 'patient',
) => ({
  kind,
  id,
  activity,
});
const workOn = (socket: TestSocket, ...objects: readonly object[]) =>
  socket.send({ type: 'working_on', objects });

/** What a connection was told of an object, in order: who is there, as `user activity`. */
const told = (socket: TestSocket, id: string): string[][] =>
  socket.frames.flatMap(({ type, data }) => {
    if (type !== 'object_presence') return [];
    const { id: objectId, people } = ObjectPresence.parse(data);
    return objectId === id
      ? [people.map(({ user_id, activity }) => `${user_id} ${activity}`).toSorted()]
      : [];
  });
const untilTold = (socket: TestSocket, id: string, ...people: readonly string[]) =>
  eventually(() => expect(told(socket, id).at(-1)).toEqual(people.toSorted()) === undefined, {
    what: `${people}`,
  });
const errorsOf = (socket: TestSocket) =>
  socket.frames.flatMap(({ type, data }) => (type === 'error' ? [data?.['code']] : []));

/** Sends a message whose answer says that all before it was settled: the person is told of an object of its own. */
const untilSettled = async (clinic: Clinic, socket: TestSocket, ...others: readonly object[]) => {
  const { id } = await createPatient(server, clinic);
  workOn(socket, ...others, at(id));
  await eventually(() => told(socket, id).length > 0);
};

describe('Presence at an object', () => {
  let clinic: Clinic;
  let patient: Patient;
  const open = async (sub: string, role: 'clinician' | 'front_desk' | 'tenant_admin' = 'clinician') =>
    connect(server.wsUrl, { token: await clinic.token(role, { sub }) });

  beforeAll(async () => {
    clinic = await createClinic(database);
    patient = await createPatient(server, clinic);
  });

  it('tells those at a patient who else looks at it and edits it, and that they leave, each change once', async () => {
    const { id } = await createPatient(server, clinic);
    const [ada, ben] = [await open('ada'), await open('ben')];
    workOn(ada, at(id));
    await untilTold(ada, id, 'ada looking');
    workOn(ben, at(id.toUpperCase()));
    await untilTold(ada, id, 'ada looking', 'ben looking');
    await untilTold(ben, id, 'ada looking', 'ben looking');
    workOn(ben, at(id, 'editing'));
    await untilTold(ada, id, 'ada looking', 'ben editing');
    workOn(ben);
    await untilTold(ada, id, 'ada looking');
    expect(told(ada, id)).toEqual([
      ['ada looking'],
      ['ada looking', 'ben looking'],
      ['ada looking', 'ben editing'],
      ['ada looking'],
    ]);
    expect(told(ben, id).at(-1)).toEqual(['ada looking', 'ben editing']);
  });

  it('counts a person once, editing if one of the tabs edits', async () => {
    const { id } = await createPatient(server, clinic);
    const [ada, ben, benToo] = [await open('ada'), await open('ben'), await open('ben')];
    workOn(ada, at(id));
    ben.send({ type: 'working_on', tab: 'one', objects: [at(id)] });
    ben.send({ type: 'working_on', tab: 'two', objects: [at(id, 'editing')] });
    workOn(benToo, at(id));
    await untilTold(ada, id, 'ada looking', 'ben editing');
    ben.send({ type: 'working_on', tab: 'two', objects: [] });
    await untilTold(ada, id, 'ada looking', 'ben looking');
    ben.send({ type: 'working_on', tab: 'one', objects: [] });
    workOn(benToo);
    await untilTold(ada, id, 'ada looking');
  });

  it('is of appointments as of patients, and the two are not mixed up', async () => {
    const appointment = await must(api.appointments.create.answer, server, 'POST', '/appointments', {
      token: await clinic.token('front_desk'),
      body: { patient_id: patient.id, datetime: '2030-01-15T10:30:00Z', type: 'Check-up' },
    });
    const [ada, ben] = [await open('ada'), await open('ben', 'front_desk')];
    workOn(ada, at(appointment.id, 'editing', 'appointment'), at(appointment.id));
    workOn(ben, at(appointment.id, 'looking', 'appointment'));
    await untilTold(ben, appointment.id, 'ada editing', 'ben looking');
    await eventually(() => errorsOf(ada).length > 0);
    expect(errorsOf(ada)).toEqual(['object_not_found']); // no patient has this id
    expect(errorsOf(ben)).toEqual([]);
  });

  it('sends nothing to those who are not at the object, and nothing but ids to those who are', async () => {
    const { id } = await createPatient(server, clinic, { first_name: 'Zyxophilia', notes: 'mithridatism' });
    const [ada, ben, other] = [await open('ada'), await open('ben'), await open('other')];
    workOn(ada, at(id));
    workOn(ben, at(id));
    await untilTold(ada, id, 'ada looking', 'ben looking');
    await untilSettled(clinic, other);
    expect(told(other, id)).toEqual([]);
    const frames = [...ada.frames, ...ben.frames].filter(({ type }) => type === 'object_presence');
    expect(JSON.stringify(frames)).not.toMatch(/Zyxophilia|mithridatism/);
    for (const frame of frames) {
      expect(Object.keys(frame).toSorted()).toEqual(['data', 'type']);
      expect(ObjectPresence.strict().parse(frame.data).id).toBe(id);
    }
  });

  it('leaves out the object of another clinic, as one that is not there, and is told to nobody there', async () => {
    const abroad = await createClinic(database);
    const foreign = await createPatient(server, abroad);
    const owner = await connect(server.wsUrl, { token: await abroad.token('clinician', { sub: 'owner' }) });
    workOn(owner, at(foreign.id));
    await untilTold(owner, foreign.id, 'owner looking');
    const mallory = await open('mallory');
    await untilSettled(clinic, mallory, at(foreign.id, 'editing'), at(randomUUID()));
    await eventually(() => errorsOf(mallory).length > 0); // the error comes after what the same message is told
    expect(errorsOf(mallory)).toEqual(['object_not_found']);
    const texts = mallory.texts.join('\n');
    expect(texts).not.toContain(foreign.id);
    expect(texts).not.toContain('owner');
    await untilSettled(abroad, owner, at(foreign.id));
    expect(JSON.stringify(owner.frames)).not.toContain('mallory');
    const [row] = await database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM wardbell.object_presence WHERE object_id = $1',
      [foreign.id],
    );
    expect(row?.n).toBe(1);
  });

  it('does not say who looks at a restricted patient, or at an appointment of one, to those who may not see it', async () => {
    const { id } = await createPatient(server, clinic);
    const appointment = await must(api.appointments.create.answer, server, 'POST', '/appointments', {
      token: await clinic.token('front_desk'),
      body: { patient_id: id, datetime: '2030-01-16T10:30:00Z', type: 'Check-up' },
    });
    const objects = [at(id), at(appointment.id, 'looking', 'appointment')];
    const [named, outsider, admin] = [
      await open('named'),
      await open('outsider'),
      await open('chief', 'tenant_admin'),
    ];
    for (const socket of [named, outsider, admin]) workOn(socket, ...objects);
    for (const object of [id, appointment.id])
      await untilTold(admin, object, 'chief looking', 'named looking', 'outsider looking');

    const token = await clinic.token('tenant_admin');
    const body = { restricted: true, restricted_to: ['named'] };
    expect((await call(server.url, 'PATCH', `/patients/${id}`, { token, body })).status).toBe(200);
    for (const object of [id, appointment.id]) {
      await untilTold(admin, object, 'chief looking', 'named looking');
      await untilTold(named, object, 'chief looking', 'named looking');
      await untilTold(outsider, object);
    }
    workOn(outsider, ...objects);
    await eventually(() => errorsOf(outsider).length > 0);
    workOn(admin);
    for (const object of [id, appointment.id]) await untilTold(named, object, 'named looking');
    const before = told(outsider, id).length;
    await untilSettled(clinic, outsider, ...objects);
    expect(told(outsider, id)).toHaveLength(before);
    expect(told(outsider, id).at(-1)).toEqual([]);
  });

  it('is not of super admins and integration keys', async () => {
    const token = await clinic.token('tenant_admin');
    const { key } = await must(api.integrationKeys.create.answer, server, 'POST', '/integration-keys', {
      token,
      body: { name: 'screen', scopes: ['stream:read'], role: 'clinician' },
    });
    const ada = await open('ada');
    for (const stranger of [await superToken(), key]) {
      const socket = await connect(server.wsUrl, { token: stranger, by: 'header' });
      workOn(socket, at(patient.id));
      await eventually(() => errorsOf(socket).length > 0);
      expect(errorsOf(socket)).toEqual(['working_on_refused']);
    }
    workOn(ada, at(patient.id));
    await untilTold(ada, patient.id, 'ada looking');
  });

  it('refuses more objects than the bound, and what is no object', async () => {
    const ada = await open('ada');
    const wrong = [
      Array.from({ length: MAX_WORKING_ON + 1 }, () => at(patient.id)),
      [{ ...at(patient.id), activity: 'deleting' }],
      [{ ...at(patient.id), kind: 'user' }],
      [at('no-id')],
    ];
    for (const objects of wrong) {
      const before = errorsOf(ada).length;
      workOn(ada, ...objects);
      await eventually(() => errorsOf(ada).length > before);
    }
    expect(errorsOf(ada)).toEqual(wrong.map(() => 'invalid_message'));
  });

  it('holds at most the bound for a connection, however many tabs speak on it', async () => {
    const ids = await Promise.all(
      Array.from({ length: MAX_WORKING_ON + 5 }, async () => (await createPatient(server, clinic)).id),
    );
    const ada = await open('many');
    for (const id of ids) ada.send({ type: 'working_on', tab: id, objects: [at(id)] });
    await eventually(() => told(ada, ids.at(-1) ?? '').length > 0);
    const [row] = await database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM wardbell.object_presence WHERE user_id = 'many'`,
    );
    expect(row?.n).toBe(MAX_WORKING_ON);
  });

  it('follows topics and types: a stream without them is not told, and its person is shown all the same', async () => {
    const { id } = await createPatient(server, clinic);
    const token = await clinic.token('clinician', { sub: 'quiet' });
    const sockets = [
      await connect(server.wsUrl, { token, topic: 'patients' }),
      await connect(server.wsUrl, { token, query: { types: 'patient_updated' } }),
    ];
    const ada = await open('ada');
    workOn(ada, at(id));
    for (const socket of sockets) workOn(socket, at(id));
    await untilTold(ada, id, 'ada looking', 'quiet looking');
    for (const socket of sockets) {
      socket.send({ type: 'subscribe', topics: ['presence'], types: [] });
      await untilTold(socket, id, 'ada looking', 'quiet looking');
      expect(told(socket, id)).toHaveLength(1);
    }
  });

  it('waits 10 s for the person of a lost connection, and not at all for one whose access ended', async () => {
    const { id } = await createPatient(server, clinic);
    const ada = await open('ada');
    const [lost, ended] = [await open('lost'), await open('ended')];
    for (const socket of [ada, lost, ended]) workOn(socket, at(id));
    await untilTold(ada, id, 'ada looking', 'ended looking', 'lost looking');
    const token = await clinic.token('tenant_admin');
    const block = await call(server.url, 'PUT', '/users/external/ended/block', { token });
    expect(block.status).toBeLessThan(300);
    await untilTold(ada, id, 'ada looking', 'lost looking');
    const before = told(ada, id).length;
    lost.ws.terminate();
    const back = await open('lost');
    workOn(back, at(id));
    await untilTold(back, id, 'ada looking', 'lost looking');
    const leftMs = performance.now();
    back.ws.terminate();
    await untilTold(ada, id, 'ada looking');
    expect(performance.now() - leftMs).toBeGreaterThan(9_900);
    // since it was back nothing was said but that it left, save for the time since when
    expect(
      told(ada, id)
        .slice(before, -1)
        .every((people) => people.includes('lost looking')),
    ).toBe(true);
  });

  it('is not told on a connection that has yet to resume, and is told after that', async () => {
    const { id } = await createPatient(server, clinic);
    const token = await clinic.token('clinician', { sub: 'waiting' });
    const socket = await connect(server.wsUrl, { token, query: { resume: 'inband' } });
    const ada = await open('ada');
    workOn(ada, at(id));
    workOn(socket, at(id));
    await untilTold(ada, id, 'ada looking', 'waiting looking');
    expect(told(socket, id)).toEqual([]);
    socket.send({ type: 'resume', since: 0, epoch: '' });
    await untilTold(socket, id, 'ada looking', 'waiting looking');
  });

  it('ends for everybody when the patient is deleted', async () => {
    const { id } = await createPatient(server, clinic);
    const ada = await open('ada');
    workOn(ada, at(id));
    await untilTold(ada, id, 'ada looking');
    const token = await clinic.token('tenant_admin');
    expect((await call(server.url, 'DELETE', `/patients/${id}`, { token })).status).toBeLessThan(300);
    await untilTold(ada, id);
    expect(errorsOf(ada)).toEqual([]);
  });
});
