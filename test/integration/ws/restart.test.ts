import { describe, expect, it } from '@jest/globals';
import {
  database,
  databaseProxy as proxy,
  server,
  startAnother,
  useDatabase,
  useServer,
} from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import { scaled } from '../../support/wait.js';
import { createClinic, createPatient, emit, superToken } from './clinic.js';
import { eventuallyConnect, settled, tryConnect } from './handshake.js';
import { scrape } from './scrape.js';

const RESTART = { code: 1012, reason: 'Service restart' };
const TRY_AGAIN = { code: 1013, reason: 'Try again later' };

describe('A server that goes', () => {
  useDatabase();

  it('tells everybody when to come back, then closes 1012, and ends with exit code 0 within 10 s, its audit log complete', async () => {
    const server = await startAnother();
    const clinic = await createClinic(database);
    const sockets = await Promise.all(
      Array.from({ length: 50 }, async () =>
        connect(server.wsUrl, { token: await clinic.token('clinician') }),
      ),
    );
    sockets.push(await connect(server.wsUrl, { token: await superToken() }));
    const startMs = performance.now();
    const [exitCode, ...closes] = await Promise.all([
      server.stop(),
      ...sockets.map((socket) => socket.closed()),
    ]);
    expect(exitCode).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(scaled(10_000));
    expect(closes).toEqual(sockets.map(() => RESTART));
    for (const socket of sockets) {
      const { type, data } = socket.frames.findLast((frame) => frame.type !== 'user_status') ?? {};
      expect(type).toBe('server_restarting');
      expect(data).toEqual({ reconnect_after_ms: expect.any(Number) });
      expect(data?.['reconnect_after_ms']).toBeGreaterThan(0);
    }
    // what is written in the background was written before the end
    const opened = await database.query(
      `SELECT FROM wardbell.audit WHERE scope = $1 AND action = 'stream.open'`,
      [clinic.id],
    );
    expect(opened).toHaveLength(50);
  });

  it('sends what it has acknowledged before it closes', async () => {
    const server = await startAnother();
    const clinic = await createClinic(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
    await Promise.all(Array.from({ length: 30 }, () => createPatient(server, clinic)));
    await Promise.all([server.stop(), socket.closed()]);
    expect(socket.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('leaves no slot taken behind', async () => {
    const clinic = await createClinic(database, { max_connections: 1 });
    const token = await clinic.token('clinician');
    const first = await startAnother();
    const socket = await connect(first.wsUrl, { token });
    await Promise.all([first.stop(), socket.closed()]);
    const second = await startAnother();
    await (await connect(second.wsUrl, { token })).close();
    await second.stop();
  });
});

describe('A server whose database is away', () => {
  useServer({ isDatabaseProxied: true });

  it('closes 1013 who comes, keeps who is there, and lets in again when it is back', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const socket = await connect(server.wsUrl, { token });

    proxy.refuse();
    proxy.cut();
    expect((await tryConnect(server.wsUrl, { token })).refused).toEqual(TRY_AGAIN);
    expect((await tryConnect(server.wsUrl, { token: await superToken() })).refused).toEqual(TRY_AGAIN);
    // who brings nothing, or nothing good, is told so even now
    expect((await tryConnect(server.wsUrl)).refused).toMatchObject({ code: 1008 });
    expect((await tryConnect(server.wsUrl, { token: 'x' })).refused).toMatchObject({ code: 1008 });
    await settled(socket);
    socket.send({ type: 'refresh', token });
    const error = await socket.waitFor('error');
    expect(error.data?.['code']).toBe('unavailable');

    await emit(database, clinic, 'task_updated');
    proxy.heal();
    await socket.waitFor('task_updated');
    await (await eventuallyConnect(server.wsUrl, { token })).close();
    expect((await scrape(server))('websocket_closes_total', { code: '1013' })).toBeGreaterThanOrEqual(2);
    await socket.close();
  });

  it('closes 1013 within seconds also when the database is silent instead of gone', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const socket = await connect(server.wsUrl, { token });

    proxy.stall();
    const startMs = performance.now();
    const outcomes = await Promise.all([1, 2, 3].map(() => tryConnect(server.wsUrl, { token })));
    expect(outcomes.map(({ refused }) => refused)).toEqual([TRY_AGAIN, TRY_AGAIN, TRY_AGAIN]);
    expect(performance.now() - startMs).toBeLessThan(scaled(20_000));
    await settled(socket);
    proxy.heal();
    await (await eventuallyConnect(server.wsUrl, { token })).close();
    await socket.close();
  });
});
