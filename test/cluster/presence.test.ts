import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract/http';
import pg from 'pg';
import { database, instances, startAnother, useServer } from '../support/fixture.js';
import { call } from '../support/http.js';
import type { RunningServer } from '../support/server.js';
import { connect, type TestSocket } from '../support/socket.js';
import { eventually, scaled } from '../support/wait.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn } from './support/cluster.js';

useServer({ instances: 2 });

describe('presence over several instances', () => {
  const [first, second] = [() => inTurn(instances, 0), () => inTurn(instances, 1)];
  const nowMs = async (): Promise<number> => {
    const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return Number(row?.now);
  };
  /** Sockets of one user on both instances that record what is said of the others. */
  const watch = async (clinic: Clinic): Promise<TestSocket[]> => {
    const token = await clinic.token({ sub: 'watcher' });
    return Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token, topic: 'presence' })));
  };
  const statusesOf = (socket: TestSocket, userId: string): unknown[] =>
    socket.frames.flatMap(({ type, data }) =>
      type === 'user_status' && data?.['user_id'] === userId ? [data['status']] : [],
    );
  const join = async (clinic: Clinic, sub: string, { wsUrl }: RunningServer): Promise<TestSocket> =>
    connect(wsUrl, { token: await clinic.token({ sub }), topic: 'notifications' });
  const presenceOf = async (clinic: Clinic, userId: string, { url }: RunningServer) => {
    const { status, body } = await call(url, 'GET', '/presence', { token: await clinic.token() });
    expect(status).toBe(200);
    return api.presence.list.answer.parse(body).data.find(({ user_id }) => user_id === userId);
  };

  /** An instance that was killed with connections of three users, before the first test. */
  const killed = { atMs: 0 };
  let ward: Clinic;
  let wardWatchers: TestSocket[];
  beforeAll(async () => {
    ward = await createClinic(database);
    wardWatchers = await watch(ward);
    const doomed = await startAnother();
    for (const sub of ['lost', 'elsewhere', 'returning']) await join(ward, sub, doomed);
    await join(ward, 'elsewhere', second());
    for (const sub of ['lost', 'elsewhere', 'returning'])
      await eventually(() => wardWatchers.every((socket) => statusesOf(socket, sub).length === 1));
    killed.atMs = await nowMs();
    await doomed.kill('SIGKILL');
    await join(ward, 'returning', first());
  });

  it('is announced once on every instance: online with the first connection, offline 10 s after the last, nothing in between', async () => {
    const clinic = await createClinic(database);
    const watchers = await watch(clinic);
    const one = await join(clinic, 'ada', first());
    await eventually(() => watchers.every((socket) => statusesOf(socket, 'ada').length === 1));
    const two = await join(clinic, 'ada', second());
    expect(await presenceOf(clinic, 'ada', first())).toMatchObject({ status: 'online', connections: 2 });
    await Promise.all([one.close(), two.close()]);
    await eventually(async () => (await presenceOf(clinic, 'ada', second()))?.connections === 0);
    expect(await presenceOf(clinic, 'ada', second())).toMatchObject({ status: 'online' });
    const back = await join(clinic, 'ada', second());
    // the 10 s of the first departure would be over earlier
    const leftMs = await nowMs();
    await back.close();
    await eventually(() => watchers.every((socket) => statusesOf(socket, 'ada').length === 2));
    expect(watchers.map((socket) => statusesOf(socket, 'ada'))).toEqual([
      ['online', 'offline'],
      ['online', 'offline'],
    ]);
    const gone = await presenceOf(clinic, 'ada', first());
    expect(gone).toMatchObject({ status: 'offline', connections: 0 });
    expect(Date.parse(gone?.since ?? '') - leftMs).toBeGreaterThanOrEqual(9_999);

    await join(clinic, 'ada', first());
    await eventually(() => watchers.every((socket) => statusesOf(socket, 'ada').length === 3));
    expect(statusesOf(inTurn(watchers, 1), 'ada')).toEqual(['online', 'offline', 'online']);
  });

  it('tells who has read the list that a user is gone whose connection ended before it was announced', async () => {
    const clinic = await createClinic(database);
    const watchers = await watch(clinic);
    const holder = new pg.Client({ connectionString: database.superuserUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM wardbell.presence_clock FOR UPDATE');
      const visit = await join(clinic, 'brief', first());
      expect(await presenceOf(clinic, 'brief', second())).toMatchObject({ status: 'online', connections: 1 });
      await visit.close();
      await eventually(async () => (await presenceOf(clinic, 'brief', second())) === undefined);
    } finally {
      await holder.end();
    }
    await eventually(() => watchers.every((socket) => statusesOf(socket, 'brief').at(-1) === 'offline'));
    expect(await presenceOf(clinic, 'brief', first())).toMatchObject({ status: 'offline', connections: 0 });
  });

  it('ends within 30 s for the users of an instance that was killed, and goes on for those that are connected elsewhere', async () => {
    await eventually(() => wardWatchers.every((socket) => statusesOf(socket, 'lost').length === 2));
    expect(wardWatchers.map((socket) => statusesOf(socket, 'lost'))).toEqual([
      ['online', 'offline'],
      ['online', 'offline'],
    ]);
    const lost = await presenceOf(ward, 'lost', first());
    expect(Date.parse(lost?.since ?? '') - killed.atMs).toBeLessThan(scaled(30_000));
    for (const sub of ['elsewhere', 'returning', 'watcher']) {
      expect(await presenceOf(ward, sub, second())).toMatchObject({ status: 'online' });
      for (const socket of wardWatchers) expect(statusesOf(socket, sub)).toEqual(['online']);
    }
  });
});
