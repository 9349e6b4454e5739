import { describe, expect, it } from '@jest/globals';
import { Patient } from '@wardbell/contract';
import { database, instances, server, startAnother, useServer } from '../support/fixture.js';
import type { RunningServer } from '../support/server.js';
import { connect, type TestSocket } from '../support/socket.js';
import { must } from '../support/tenant.js';
import { eventually, scaled } from '../support/wait.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn } from './support/cluster.js';

useServer({ instances: 2 });

const createPatient = async (clinic: Clinic): Promise<string> => {
  const body = { first_name: 'Ada', last_name: 'Example' };
  return (await must(Patient, server, 'POST', '/patients', { token: await clinic.token(), body })).id;
};

/** Connects a person and says what it works on. */
const join = async (
  clinic: Clinic,
  sub: string,
  { wsUrl }: RunningServer,
  id: string,
  activity: 'looking' | 'editing' = 'looking',
): Promise<TestSocket> => {
  const socket = await connect(wsUrl, { token: await clinic.token({ sub }), topic: 'presence' });
  socket.send({ type: 'working_on', objects: [{ kind: 'patient', id, activity }] });
  return socket;
};

const told = (socket: TestSocket): unknown[] =>
  socket.frames.flatMap(({ type, data }) => {
    const people = data?.['people'];
    if (type !== 'object_presence' || !Array.isArray(people)) return [];
    return [people.map(({ user_id, activity }) => `${user_id} ${activity}`).toSorted()];
  });
const untilTold = (socket: TestSocket, ...people: readonly string[]) =>
  eventually(() => expect(told(socket).at(-1)).toEqual(people) === undefined);

describe('presence at an object over several instances', () => {
  const [first, second] = [() => inTurn(instances, 0), () => inTurn(instances, 1)];

  it('is told on every instance, and to no other clinic', async () => {
    const [clinic, other] = [await createClinic(database), await createClinic(database)];
    const [id, otherId] = [await createPatient(clinic), await createPatient(other)];
    const ada = await join(clinic, 'ada', first(), id);
    const stranger = await join(other, 'stranger', second(), otherId);
    const ben = await join(clinic, 'ben', second(), id, 'editing');
    for (const socket of [ada, ben]) await untilTold(socket, 'ada looking', 'ben editing');
    await untilTold(stranger, 'stranger looking');
    ben.send({ type: 'working_on', objects: [] });
    await untilTold(ada, 'ada looking');
    expect(told(stranger)).toEqual([['stranger looking']]);
  });

  it('ends within 30 s for the people of an instance that was killed, and goes on for those that came back elsewhere', async () => {
    const clinic = await createClinic(database);
    const id = await createPatient(clinic);
    const doomed = await startAnother();
    const ada = await join(clinic, 'ada', first(), id);
    await join(clinic, 'back', doomed, id, 'editing');
    await join(clinic, 'lost', doomed, id, 'editing');
    await untilTold(ada, 'ada looking', 'back editing', 'lost editing');
    const killedMs = performance.now();
    await doomed.kill('SIGKILL');
    await join(clinic, 'back', second(), id, 'editing');
    await untilTold(ada, 'ada looking', 'back editing');
    expect(performance.now() - killedMs).toBeLessThan(scaled(30_000));
    expect(told(ada)).not.toContainEqual(['ada looking', 'lost editing']);
  });

  it('goes on for the people of an instance that stops, until they are back on another', async () => {
    const clinic = await createClinic(database);
    const id = await createPatient(clinic);
    const ada = await join(clinic, 'ada', first(), id);
    const ben = await join(clinic, 'ben', second(), id, 'editing');
    await untilTold(ada, 'ada looking', 'ben editing');
    const before = told(ada).length;
    const stopping = second().stop();
    await ben.closed();
    const back = await join(clinic, 'ben', first(), id, 'editing');
    await untilTold(back, 'ada looking', 'ben editing');
    await stopping;
    for (const people of told(ada).slice(before)) expect(people).toEqual(['ada looking', 'ben editing']);
  });
});
