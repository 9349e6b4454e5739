import { afterAll, describe, expect, it } from '@jest/globals';
import { CONTROL_DATA } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type Frame, type SocketOptions, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { Clinic, superToken } from './support/clinic.js';

/** What the protocol promises between two `position` frames. */
const MAX_POSITION_GAP_MS = 5_000;

useServer({ env: { WEBSOCKET_HEARTBEAT_INTERVAL: '60' } });

describe('position', () => {
  const sockets: TestSocket[] = [];
  afterAll(async () => {
    for (const socket of sockets) socket.ws.terminate();
  });

  const open = async (options: SocketOptions): Promise<TestSocket> => {
    const socket = await connect(server.wsUrl, options);
    sockets.push(socket);
    return socket;
  };
  const positions = (socket: TestSocket) =>
    socket.frames
      .filter(({ type }) => type === 'position')
      .map(({ data }) => CONTROL_DATA.position.parse(data));
  /** For each `position`, how many event frames had come before it. */
  const received = (frames: readonly Frame[]): number[] =>
    frames.flatMap(({ type }, at) =>
      type === 'position' ? [frames.slice(0, at).filter(({ seq }) => seq !== undefined).length] : [],
    );
  const settled = (socket: TestSocket, count: number) =>
    eventually(() => positions(socket).some((position) => position.count === count), {
      what: `a position that counts ${count} events`,
    });
  const expectHonest = (socket: TestSocket) =>
    expect(positions(socket).map(({ count }) => count)).toEqual(received(socket.frames));

  it('comes at least every 5 s also when nothing happens, to the people of a tenant and to super admins', async () => {
    const clinic = await Clinic.create(database);
    await clinic.emit(2);
    const startMs = performance.now();
    const staff = await open({ token: await clinic.token() });
    const superAdmin = await open({ token: await superToken() });
    const times = new Map([staff, superAdmin].map((socket) => [socket, [startMs]]));
    for (const [socket, times_] of times)
      socket.ws.on('message', (text) => {
        if (String(text).startsWith('{"type":"position"')) times_.push(performance.now());
      });
    await eventually(() => [...times.values()].every(({ length }) => length > 2));
    for (const at of times.values()) {
      const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
      // The shortest: a busy machine may hold any of them up.
      expect(Math.min(...gaps)).toBeLessThan(MAX_POSITION_GAP_MS);
    }
    expect(positions(staff)).toContainEqual({ seq: 2, count: 0 });
    expect(positions(superAdmin)).toContainEqual({ seq: null, count: 0 });
  });

  it('counts the events that this connection was sent: replayed, live, for one group and for chosen people', async () => {
    const clinic = await Clinic.create(database);
    await clinic.emit(7);
    const { epoch } = await clinic.position();
    const resumed = await open({
      token: await clinic.token('clinician', 'ada'),
      query: { since: '3', epoch },
    });
    await resumed.waitFor('resumed');
    const early = await open({ token: await clinic.token('clinician', 'bob') });
    await clinic.emit(2);
    await early.waitFor(({ seq }) => seq === 9);
    // joins a group that has counted two events without it
    const late = await open({ token: await clinic.token('clinician', 'cy') });
    const superAdmin = await open({ token: await superToken() });
    await clinic.emit(3, { audience: { user_ids: ['ada', 'cy'] } });
    await clinic.emit(1);
    await Promise.all([settled(resumed, 10), settled(early, 3), settled(late, 4), settled(superAdmin, 1)]);
    for (const socket of [resumed, early, late, superAdmin]) expectHonest(socket);
  });

  it('goes on counting when the subscription changes', async () => {
    const clinic = await Clinic.create(database);
    const socket = await open({ token: await clinic.token() });
    await clinic.emit(2);
    await socket.waitFor(({ seq }) => seq === 2);
    socket.send({ type: 'subscribe', types: ['other'] });
    socket.send('ping');
    await eventually(() => socket.texts.includes('pong'));
    await clinic.emit(2);
    await clinic.emit(1, { type: 'other' });
    await settled(socket, 3);
    expectHonest(socket);
  });

  it('goes on counting through a pause of a reader that did not keep up', async () => {
    const clinic = await Clinic.create(database);
    const { epoch } = await clinic.position();
    const socket = await open({ token: await clinic.token(), query: { since: '0', epoch } });
    socket.ws.pause();
    const keeper = await open({ token: await clinic.token() });
    await database.query(
      `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', 20000)))
       FROM generate_series(1, 700)`,
      [clinic.id],
    );
    await keeper.waitFor(({ seq }) => seq === 700);
    socket.ws.resume();
    await clinic.emit(2);
    await Promise.all([settled(socket, 702), settled(keeper, 702)]);
    expectHonest(socket);
  });
});
