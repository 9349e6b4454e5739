import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, TestSocket } from '../../support/socket.js';
import { eventually, scaled } from '../../support/wait.js';
import { createClinic, createPatient, emit, superToken } from './clinic.js';
import { settled, tryConnect } from './handshake.js';
import { parseSamples, type Samples, scrape } from './scrape.js';

/** Name and type of every metric that the protocol promises. */
const PROMISED = [
  ['websocket_connections', 'gauge'],
  ['websocket_connections_total', 'gauge'],
  ['websocket_messages_sent_total', 'counter'],
  ['websocket_messages_received_total', 'counter'],
  ['websocket_connections_rejected_total', 'counter'],
  ['websocket_closes_total', 'counter'],
  ['websocket_delivery_seconds', 'histogram'],
  ['websocket_sessions_lagging', 'gauge'],
  ['outbox_oldest_unannounced_seconds', 'gauge'],
  ['hub_gap_repairs_total', 'counter'],
  ['http_request_duration_seconds', 'histogram'],
  ['process_cpu_seconds_total', 'counter'],
  ['nodejs_eventloop_lag_seconds', 'gauge'],
] as const;

useServer({ env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000' } });

describe('Metrics', () => {
  const text = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
  /** What was counted since then. */
  const since = async (before: Samples): Promise<Samples> => {
    const now = await scrape(server);
    return (...sample) => now(...sample) - before(...sample);
  };

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'are refused without a token to a caller behind a proxy (%s), and given to this machine',
    async (name) => {
      const refused = await fetch(`${server.url}/metrics`, { headers: { [name]: '127.0.0.1' } });
      expect(refused.status).toBe(403);
      expect(await refused.text()).not.toContain('websocket_connections');
      expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
    },
  );

  it('have the names and types of the protocol, in the format of Prometheus', async () => {
    const response = await fetch(`${server.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const body = await response.text();
    for (const [name, type] of PROMISED) expect(body).toContain(`# TYPE ${name} ${type}\n`);
  });

  it('count open connections by tenant, super admins under _super', async () => {
    const [a, b] = [await createClinic(database), await createClinic(database)];
    const open = async (token: string) => connect(server.wsUrl, { token });
    const sockets = [
      await open(await a.token('clinician')),
      await open(await a.token('front_desk')),
      await open(await b.token('clinician')),
      await open(await superToken()),
    ];
    const name = 'websocket_connections_total';
    const during = await scrape(server);
    expect(during(name, { tenant_id: a.id })).toBe(2);
    expect(during(name, { tenant_id: b.id })).toBe(1);
    expect(during(name, { tenant_id: '_super' })).toBe(1);

    await Promise.all(sockets.map((socket) => socket.close()));
    await eventually(async () => {
      const left = await scrape(server);
      return [a.id, b.id, '_super'].every((tenant_id) => left(name, { tenant_id }) === 0);
    });
  });

  it('count what was sent by type, once for each socket, and what was received', async () => {
    const before = await scrape(server);
    const clinic = await createClinic(database);
    const sockets = await Promise.all(
      [await clinic.token('clinician'), await clinic.token('front_desk'), await superToken()].map((token) =>
        connect(server.wsUrl, { token }),
      ),
    );
    const patientsOnly = await connect(server.wsUrl, {
      token: await clinic.token('clinician'),
      topic: 'patients',
    });
    const [first] = sockets;
    first?.send('not a message');
    first?.send({ type: 'ping' });
    await createPatient(server, clinic);
    await emit(database, clinic, 'task_updated');
    for (const socket of sockets) await socket.waitFor('task_updated');
    for (const socket of [...sockets, patientsOnly]) await settled(socket);

    const sent = await since(before);
    const name = 'websocket_messages_sent_total';
    expect(sent(name, { type: 'connected' })).toBe(4);
    expect(sent(name, { type: 'positions' })).toBe(1);
    expect(sent(name, { type: 'patient_created' })).toBe(4);
    expect(sent(name, { type: 'task_updated' })).toBe(3);
    expect(sent(name, { type: 'error' })).toBe(1);
    expect(sent(name, { type: 'pong' })).toBe(5);
    expect(sent('websocket_messages_received_total')).toBe(6);
    await Promise.all([...sockets, patientsOnly].map((socket) => socket.close()));
  });

  it('measure each delivery once, from the write to the log to the write to the socket', async () => {
    const clinic = await createClinic(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
    const before = await scrape(server);
    for (let i = 0; i < 5; i++) await createPatient(server, clinic);
    await eventually(() => socket.events.length === 5);
    const delivered = await since(before);
    expect(delivered('websocket_delivery_seconds_count')).toBe(5);
    expect(delivered('websocket_delivery_seconds_bucket', { le: '+Inf' })).toBe(5);
    expect(delivered('websocket_delivery_seconds_bucket', { le: '10' })).toBe(5);
    const sum = delivered('websocket_delivery_seconds_sum');
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(scaled(5));
    const buckets = parseSamples(await text())
      .filter(({ name }) => name === 'websocket_delivery_seconds_bucket')
      .map(({ value }) => value);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    await socket.close();
  });

  it('count refusals by reason and ends by code', async () => {
    const before = await scrape(server);
    const full = await createClinic(database, { max_connections: 0 });
    const open = await createClinic(database);
    await tryConnect(server.wsUrl);
    await tryConnect(server.wsUrl, { token: 'x' });
    await tryConnect(server.wsUrl, { token: 'y' });
    await tryConnect(server.wsUrl, { token: await open.token('clinician', { expiresInS: -1 }) });
    await tryConnect(server.wsUrl, { token: await open.token('clinician'), topic: 'system' });
    await tryConnect(server.wsUrl, { headers: { origin: 'https://evil.example' } });
    await tryConnect(server.wsUrl, { token: await full.token('clinician') });
    const good = await connect(server.wsUrl, { token: await open.token('clinician') });
    good.ws.close(1000);
    await good.closed();
    const strange = await connect(server.wsUrl, { token: await open.token('clinician') });
    strange.ws.close(3999);
    await strange.closed();
    const cut = await connect(server.wsUrl, { token: await open.token('clinician') });
    cut.ws.terminate();

    await eventually(async () => (await since(before))('websocket_closes_total', { code: '1006' }) === 1);
    const counted = await since(before);
    for (const [reason, count] of Object.entries({
      missing_token: 1,
      authentication_failed: 2,
      token_expired: 1,
      topic_not_allowed: 1,
      origin_not_allowed: 1,
      tenant_limit: 1,
      connect_rate: 0,
    })) {
      expect([reason, counted('websocket_connections_rejected_total', { reason })]).toEqual([reason, count]);
    }
    for (const [code, count] of Object.entries({
      1000: 1,
      1008: 3,
      4401: 1,
      4403: 2,
      4429: 1,
      other: 1,
    })) {
      expect([code, counted('websocket_closes_total', { code })]).toEqual([code, count]);
    }
  });

  it('say that nobody lags and nothing waits, and count what no announcement brought', async () => {
    const clinic = await createClinic(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
    const before = await scrape(server);
    await emit(database, clinic, 'task_updated');
    await socket.waitFor('task_updated');
    const counted = await since(before);
    expect(counted('hub_gap_repairs_total')).toBeGreaterThanOrEqual(1);
    const now = await scrape(server);
    expect(now('websocket_sessions_lagging')).toBe(0);
    expect(now('outbox_oldest_unannounced_seconds')).toBe(0);
    await socket.close();
  });

  it('measure HTTP requests by the pattern of their route', async () => {
    const clinic = await createClinic(database);
    const before = await scrape(server);
    const { id } = await createPatient(server, clinic);
    await fetch(`${server.url}/api/v1/patients/${id}`);
    await fetch(`${server.url}/api/v1/no/such/route/${id}`);
    const counted = await since(before);
    const name = 'http_request_duration_seconds_count';
    expect(counted(name, { method: 'POST', route: '/api/v1/patients', status: '201' })).toBe(1);
    expect(counted(name, { method: 'GET', route: '/api/v1/patients/:id', status: '401' })).toBe(1);
    expect(await text()).not.toContain(id);
  });

  it('carry no user, patient or address in any label, nor what somebody chose freely', async () => {
    const clinic = await createClinic(database);
    const sub = `canary-${randomUUID()}`;
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician', { sub }) });
    await createPatient(server, clinic, { first_name: 'Canary', phone: '+43 1 canary' });
    await socket.waitFor('patient_created');
    await new TestSocket(server.wsUrl, { token: 'canary', topic: 'canary' }).closed();
    await fetch(`${server.url}/canary?search=canary`);
    const body = await text();
    expect(body).not.toMatch(/canary/i);
    expect(body).not.toContain('127.0.0.1');
    const labels = new Set(
      parseSamples(body)
        .filter(({ name }) => /^(websocket|outbox|hub|http)_/.test(name))
        .flatMap((sample) => [...sample.labels.keys()]),
    );
    expect([...labels].sort()).toEqual([
      'code',
      'le',
      'method',
      'reason',
      'route',
      'status',
      'tenant_id',
      'type',
    ]);
    await socket.close();
  });

  it('give at most 100 types a label of their own; the rest is other', async () => {
    const clinic = await createClinic(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
    await database.query(`SELECT wardbell.emit($1, 'type_' || n, '{}') FROM generate_series(1, 150) AS n`, [
      clinic.id,
    ]);
    await eventually(() => socket.events.length === 150, { what: '150 types of events' });
    const types = parseSamples(await text())
      .filter(({ name }) => name === 'websocket_messages_sent_total')
      .map(({ labels }) => labels.get('type') ?? '');
    const own = types.filter((type) => type.startsWith('type_'));
    expect(own.length).toBeGreaterThan(50);
    expect(own.length).toBeLessThanOrEqual(100);
    expect((await scrape(server))('websocket_messages_sent_total', { type: 'other' })).toBe(150 - own.length);
    await socket.close();
  });

  it('give at most 1,000 tenants a label of their own; the rest is other', async () => {
    const clinics = await Promise.all(Array.from({ length: 1_010 }, () => createClinic(database)));
    const sockets: TestSocket[] = [];
    for (let at = 0; at < clinics.length; at += 101) {
      const chunk = clinics.slice(at, at + 101).map(async ({ token }) => {
        return connect(server.wsUrl, { token: await token('clinician') });
      });
      sockets.push(...(await Promise.all(chunk)));
    }
    const samples = parseSamples(await text()).filter(({ name }) => name === 'websocket_connections_total');
    const tenants = samples.filter(
      ({ labels }) => !['_super', 'other'].includes(labels.get('tenant_id') ?? ''),
    );
    expect(tenants).toHaveLength(1_000);
    const other = samples.find(({ labels }) => labels.get('tenant_id') === 'other')?.value ?? 0;
    expect(other).toBeGreaterThanOrEqual(10);
    expect(tenants.reduce((sum, { value }) => sum + value, other)).toBe(1_010);
    await Promise.all(sockets.map((socket) => socket.close()));
    await eventually(async () => {
      const open = parseSamples(await text()).filter(({ name }) => name === 'websocket_connections_total');
      return open.every(({ value }) => value === 0);
    });
  });
});
