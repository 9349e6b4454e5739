import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Appointment, Patient } from '@wardbell/contract';
import { z } from 'zod';
import { server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { describeWith } from '../../support/programs.js';
import { findPython } from '../../support/python.mjs';
import { type RunningServer } from '../../support/server.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { createTenant, must, signIn, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { settled, tryConnect } from '../ws/handshake.js';
import { startNginx } from '../ws/nginx.js';
import { type Program, runProgram } from '../ws/program.js';
import { RawSocket } from '../ws/raw-socket.js';
import { scrape } from '../ws/scrape.js';

useServer();

/**
 * The first block of the promises in one place, each as a user of that system knows it: people who sign in
 * with their password, writes through the API, default settings. The React hooks are shown in test/browser.
 */
describe('KeneyApp-style clinic notifications', () => {
  let superToken: string;
  let clinic: TestTenant;
  let other: TestTenant;
  let patient: Patient;
  const programs: Program[] = [];

  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
    [clinic, other] = [await createTenant(server, superToken), await createTenant(server, superToken)];
    patient = await register('Jane');
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()));
  });

  const register = (firstName: string, at: Pick<RunningServer, 'url'> = server): Promise<Patient> =>
    must(Patient, at, 'POST', '/patients', {
      token: clinic.clinician.token,
      body: { first_name: firstName, last_name: 'Doe' },
    });
  const listen = (token = clinic.clinician.token, query: Record<string, string> = {}) =>
    connect(server.wsUrl, { token, query });
  const closeAll = (...sockets: TestSocket[]) => Promise.all(sockets.map((socket) => socket.close()));

  it('ws://host/ws?token=JWT', async () => {
    const { socket, refused } = await tryConnect(`${server.wsUrl}?token=${clinic.clinician.token}`);
    expect(refused).toBeUndefined();
    await socket.close();
  });

  it('connected', async () => {
    const socket = await listen();
    expect(socket.frames[0]).toMatchObject({
      type: 'connected',
      message: 'Successfully connected to real-time notifications',
      data: { tenant_id: clinic.id },
    });
    await socket.close();
  });

  it('patient_created', async () => {
    const socket = await listen();
    const created = await register('John');
    const event = await socket.waitFor('patient_created');
    expect(event.data).toMatchObject({ id: created.id, first_name: 'John', last_name: 'Doe' });
    await socket.close();
  });

  it('patient_updated', async () => {
    const socket = await listen();
    const path = `/patients/${patient.id}`;
    const { token } = clinic.frontDesk;
    await must(Patient, server, 'PATCH', path, { token, body: { phone: '555-0100' } });
    const event = await socket.waitFor('patient_updated');
    expect(event.data).toMatchObject({ id: patient.id, phone: '555-0100', version: patient.version + 1 });
    await socket.close();
  });

  it('patient_deleted', async () => {
    const { id } = await register('Gone');
    const socket = await listen();
    await must(z.unknown(), server, 'DELETE', `/patients/${id}`, { token: clinic.admin.token });
    expect((await socket.waitFor('patient_deleted')).data).toEqual({ patient_id: id });
    await socket.close();
  });

  it('appointment_created', async () => {
    const socket = await listen(clinic.frontDesk.token);
    const booked = await must(Appointment, server, 'POST', '/appointments', {
      token: clinic.clinician.token,
      body: { patient_id: patient.id, datetime: '2026-12-24T10:00:00Z', type: 'check-up' },
    });
    const event = await socket.waitFor('appointment_created');
    expect(event.data).toMatchObject({ id: booked.id, patient_id: patient.id, status: 'booked' });
    await socket.close();
  });

  it('tenant isolation, super admin sees all', async () => {
    const stranger = await listen(other.admin.token);
    const everywhere = await listen(superToken);
    const { id } = await register('Secret');
    const event = await everywhere.waitFor(({ data }) => data?.['id'] === id);
    expect(event).toMatchObject({ type: 'patient_created', tenant_id: clinic.id });
    await settled(stranger);
    expect(stranger.events).toEqual([]);
    expect(everywhere.texts.join()).not.toContain('Secret');
    await closeAll(stranger, everywhere);
  });

  it('close 1008 with "Missing authentication token" / "Authentication failed"', async () => {
    expect((await tryConnect(server.wsUrl)).refused).toEqual({
      code: 1008,
      reason: 'Missing authentication token',
    });
    expect((await tryConnect(server.wsUrl, { token: 'invalid' })).refused).toEqual({
      code: 1008,
      reason: 'Authentication failed',
    });
  });

  it('text ping answered by text pong', async () => {
    const socket = await listen();
    socket.send('ping');
    await eventually(() => socket.texts.includes('pong'));
    await socket.close();
  });

  it('metrics websocket_connections_total{tenant_id}, websocket_messages_sent_total{type}, websocket_messages_received_total', async () => {
    const before = await scrape(server);
    const socket = await listen(other.clinician.token);
    socket.send('ping');
    await socket.waitFor(() => socket.texts.includes('pong'));
    const during = await scrape(server);
    expect(during('websocket_connections_total', { tenant_id: other.id })).toBe(1);
    for (const [name, labels] of [
      ['websocket_messages_sent_total', { type: 'connected' }],
      ['websocket_messages_sent_total', { type: 'pong' }],
      ['websocket_messages_received_total', {}],
    ] as const) {
      expect([name, during(name, labels)]).toEqual([name, before(name, labels) + 1]);
    }
    await socket.close();
  });

  it('ENABLE_WEBSOCKET', async () => {
    const without = await startAnother({ ENABLE_WEBSOCKET: 'false' });
    const socket = new RawSocket(without.port, `/ws?token=${clinic.clinician.token}`);
    expect(await socket.status()).toBe(404);
    socket.destroy();
    await without.stop();
  });

  it('MAX_WEBSOCKET_CONNECTIONS_PER_TENANT=100', async () => {
    const { token } = other.clinician;
    const inside = await Promise.all(Array.from({ length: 100 }, () => listen(token)));
    expect((await tryConnect(server.wsUrl, { token })).refused).toEqual({
      code: 4429,
      reason: 'Tenant connection limit reached',
    });
    await (await listen()).close();
    await closeAll(...inside);
  });

  it('WEBSOCKET_HEARTBEAT_INTERVAL=30', async () => {
    const socket = await listen();
    expect(socket.frames[0]?.data?.['heartbeat_interval']).toBe(30);
    await socket.close();
  });

  it('filter by event type', async () => {
    const created = await listen(clinic.clinician.token, { types: 'patient_created' });
    const all = await listen();
    const path = `/patients/${(await register('Filtered')).id}`;
    const { token } = clinic.clinician;
    await must(Patient, server, 'PATCH', path, { token, body: { last_name: 'Changed' } });
    await all.waitFor('patient_updated');
    await settled(created);
    expect(created.events.map(({ type }) => type)).toEqual(['patient_created']);
    await closeAll(created, all);
  });

  it('token refresh', async () => {
    const { email, password } = clinic.frontDesk;
    const login = await call(server.url, 'POST', '/auth/login', { body: { email, password } });
    const cookie = login.headers
      .getSetCookie()
      .map((value) => value.split(';')[0])
      .join('; ');
    const socket = await listen(await signIn(server, email, password));
    const renewed = await call(server.url, 'POST', '/auth/refresh', { headers: { cookie } });
    expect(renewed.status).toBe(200);
    const { access_token } = z.object({ access_token: z.string() }).parse(renewed.body);
    socket.send({ type: 'refresh', token: access_token });
    const { data } = await socket.waitFor('refreshed');
    expect(Date.parse(String(data?.['expires_at']))).toBeGreaterThan(Date.now() + 14 * 60_000);
    await socket.close();
  });

  describeWith('python3-websockets', 'a client in Python just works', () => {
    it('connects and gets patient_created', async () => {
      const script = 'test/integration/ws/listen.py';
      const python = runProgram(findPython() ?? '', [script, server.wsUrl, clinic.clinician.token]);
      programs.push(python);
      await python.prints(/^connected /m);
      const { id } = await register('Pythagoras');
      await python.prints(new RegExp(`^patient_created .*${id}`, 'm'));
    });
  });

  it('wscat just works', async () => {
    const url = `${server.wsUrl}?token=${clinic.clinician.token}`;
    const wscat = runProgram(process.execPath, ['node_modules/wscat/bin/wscat', '-c', url]);
    programs.push(wscat);
    await wscat.prints(/"type":"connected"/);
    const { id } = await register('Wilma');
    await wscat.prints(new RegExp(`"type":"patient_created".*${id}`));
  });

  describeWith('nginx', 'nginx in front', () => {
    it('carries writes and events', async () => {
      const nginx = await startNginx(server.port);
      const socket = await connect(nginx.wsUrl, { token: clinic.clinician.token });
      const { id } = await register('Nina', nginx);
      await socket.waitFor(({ data }) => data?.['id'] === id);
      await socket.close();
      await nginx.stop();
    });
  });
});
