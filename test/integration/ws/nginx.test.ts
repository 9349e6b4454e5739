import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { call } from '../../support/http.js';
import { describeWith } from '../../support/programs.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, createPatient, emit } from './clinic.js';
import { settled, tryConnect } from './handshake.js';
import { type Nginx, startNginx } from './nginx.js';
import { RawSocket } from './raw-socket.js';

describeWith('nginx', 'Through nginx with our nginx.conf', () => {
  let database: TestDatabase;
  let server: RunningServer;
  let nginx: Nginx;
  let clinic: Clinic;
  beforeAll(async () => {
    database = await createDatabase();
    server = await startServer({ database, env: { TRUSTED_PROXIES: '127.0.0.1' } });
    nginx = await startNginx(server.port);
    clinic = await createClinic(database);
  });
  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
    await database?.drop();
  });

  it.each(['query', 'header', 'subprotocol'] as const)(
    'a client connects with its token by %s and gets its events',
    async (by) => {
      const socket = await connect(nginx.wsUrl, { token: await clinic.token('clinician'), by });
      if (by === 'subprotocol') expect(socket.ws.protocol).toBe('wardbell.v1');
      const { id } = await createPatient(nginx, clinic);
      const event = await socket.waitFor(({ data }) => data?.['id'] === id);
      expect(event.type).toBe('patient_created');
      await settled(socket);
      await socket.close();
    },
  );

  it('topics and options arrive', async () => {
    const socket = await connect(nginx.wsUrl, {
      token: await clinic.token('clinician'),
      topic: 'events',
      query: { types: 'task_updated' },
    });
    await emit(database, clinic, 'blog_posted');
    await emit(database, clinic, 'task_updated');
    await socket.waitFor('task_updated');
    expect(socket.events.map(({ type }) => type)).toEqual(['task_updated']);
    await socket.close();
  });

  it('close codes and reasons arrive', async () => {
    expect((await tryConnect(nginx.wsUrl)).refused).toEqual({
      code: 1008,
      reason: 'Missing authentication token',
    });
    const token = await clinic.token('clinician', { expiresInS: -1 });
    expect((await tryConnect(nginx.wsUrl, { token })).refused).toEqual({
      code: 4401,
      reason: 'Token expired',
    });
  });

  it('a page of the same origin connects, another does not', async () => {
    const token = await clinic.token('clinician');
    await (await connect(nginx.wsUrl, { token, headers: { origin: nginx.url } })).close();
    for (const origin of [server.url, 'https://evil.example']) {
      expect((await tryConnect(nginx.wsUrl, { token, headers: { origin } })).refused).toEqual({
        code: 4403,
        reason: 'Origin not allowed',
      });
    }
  });

  it('the server learns the address of the client, and not what the client claims', async () => {
    const socket = await connect(nginx.wsUrl, {
      token: await clinic.token('clinician'),
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    const [row] = await database.query('SELECT address FROM wardbell.connection WHERE id = $1', [
      socket.frames[0]?.data?.['connection_id'],
    ]);
    expect(row?.['address']).toBe('127.0.0.1');
    await socket.close();
  });

  it('neither token nor search appears in a log, even while the server is away', async () => {
    const token = await clinic.token('clinician');
    const first = await connect(nginx.wsUrl, { token });
    await first.close();
    await call(nginx.url, 'GET', '/patients?search=Canary', { token });
    const down = await startNginx(1);
    const refused = new RawSocket(Number(new URL(down.url).port), `/ws?token=${token}&token=${token}`);
    expect(await refused.status()).toBe(502);
    refused.destroy();
    await eventually(() => nginx.logs().includes('"uri":"/ws?token=***"'), { what: 'the access log' });
    await eventually(() => nginx.logs().includes('"uri":"/api/v1/patients?***"'));
    await eventually(() => down.logs().includes('"status":502'));
    for (const logs of [nginx.logs(), down.logs()]) {
      expect(logs).not.toContain(token);
      expect(logs).not.toContain(token.split('.')[2]);
      expect(logs).not.toMatch(/canary/i);
    }
    await down.stop();
  });

  it.each(['/metrics', '/metrics/', '//metrics', '/%6detrics', '/metrics?x=1', '/./metrics'])(
    '%s is not public',
    async (path) => {
      // as it stands: fetch() would tidy the path up
      const socket = new RawSocket(Number(new URL(nginx.url).port), path);
      expect(await socket.status()).toBe(403);
      socket.destroy();
    },
  );

  it('health, API and console arrive', async () => {
    expect((await fetch(`${nginx.url}/health`)).status).toBe(200);
    expect((await fetch(`${nginx.url}/api/v1/patients`)).status).toBe(401);
    expect((await fetch(`${nginx.url}/`)).headers.get('content-type')).toContain('text/html');
  });

  it('sockets outlive a reload', async () => {
    const socket = await connect(nginx.wsUrl, { token: await clinic.token('clinician') });
    await nginx.reload();
    await emit(database, clinic, 'task_updated');
    await socket.waitFor('task_updated');
    await settled(socket);
    await socket.close();
  });
});
