import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '@wardbell/contract';
import { EventSource } from 'eventsource';
import { z } from 'zod';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { startFaultProxy } from '../../support/fault-proxy.js';
import { call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, emit, superToken, tokenOf } from '../ws/clinic.js';
import { HAPPENING_TYPES, happen } from '../ws/happenings.js';
import { scrape } from '../ws/scrape.js';
import { openStream, RawStream } from './raw-stream.js';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const Ticket = z.object({ ticket: z.string(), expires_in: z.literal(30) });

describe('Server-sent events', () => {
  let database: TestDatabase;
  let server: RunningServer;
  /** Open while all other tests run. */
  let quiet: RawStream;
  beforeAll(async () => {
    database = await createDatabase();
    server = await startServer({ database });
    const clinic = await createClinic(database);
    quiet = await openStream(server.url, { token: await clinic.token('clinician') });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const emitMany = async (clinic: Clinic, count: number) => {
    for (let event = 0; event < count; event++) await emit(database, clinic, 'task_updated', { event });
  };
  const connections = async (clinic: Clinic) =>
    Number(
      (
        await database.query<{ count: string }>(
          'SELECT count(*) FROM wardbell.connection WHERE tenant_id = $1',
          [clinic.id],
        )
      )[0]?.count,
    );

  it('are announced as what they are, not to be kept, changed or buffered, and say first when to come back', async () => {
    const clinic = await createClinic(database);
    const stream = await openStream(server.url, { token: await clinic.token('clinician') });
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream\b/),
      'cache-control': expect.stringMatching(/\bno-store\b.*\bno-transform\b/),
      'x-accel-buffering': 'no',
    });
    expect(stream.headers).not.toHaveProperty('content-encoding');
    expect(stream.retries).toEqual([1_000]);
    expect(stream.messages[0]).toMatchObject({
      type: 'connected',
      data: { tenant_id: clinic.id, seq: 0, epoch: expect.any(String) },
    });
    expect(stream.ids[0]).toBeUndefined();
    stream.close();
  });

  it.each<Role>(['clinician', 'front_desk', 'tenant_admin', 'super_admin'])(
    'carry byte for byte what a WebSocket of a %s carries, and ids where the numbers are of one log',
    async (role) => {
      const clinic = await createClinic(database);
      const token = await tokenOf(clinic, role);
      const stream = await openStream(server.url, { token });
      const socket = await connect(server.wsUrl, { token });
      await happen(server, database, clinic);
      const isOwn = (frame: Readonly<Record<string, unknown>>) => frame['tenant_id'] === clinic.id;
      await eventually(() => stream.events.filter(isOwn).length === HAPPENING_TYPES.length);
      await eventually(() => socket.events.filter(isOwn).length === HAPPENING_TYPES.length);
      const isEvent = (text: string) => text.includes(`"tenant_id":"${clinic.id}","timestamp"`);
      expect(stream.texts.filter(isEvent)).toEqual(socket.texts.filter(isEvent));
      const { epoch } = z.object({ epoch: z.string() }).parse(stream.messages[0]?.data);
      const ids = stream.ids.filter((_, at) => isEvent(stream.texts[at] ?? ''));
      if (role === 'super_admin') {
        expect(new Set(stream.ids)).toEqual(new Set([undefined]));
        expect(stream.messages[1]).toMatchObject({ type: 'positions', data: { more: false } });
      } else expect(ids).toEqual(range(1, HAPPENING_TYPES.length).map((seq) => `${epoch}:${seq}`));
      stream.close();
      await socket.close();
    },
  );

  it('bring only the topics and types that were asked for, and end with 4403 for a topic of other roles', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const byTopic = await openStream(server.url, { token, query: { topics: 'notifications,appointments' } });
    const byType = await openStream(server.url, { token, query: { types: 'patient_deleted,task_updated' } });
    await happen(server, database, clinic);
    await byType.waitFor('task_updated');
    await byTopic.waitFor('system_notification');
    expect(byType.events.map(({ type }) => type)).toEqual(['patient_deleted', 'task_updated']);
    expect(byTopic.events.map(({ type }) => type)).toEqual([
      'appointment_created',
      'appointment_updated',
      'appointment_cancelled',
      'appointment_deleted',
      'system_notification',
    ]);
    const refused = await RawStream.open(server.url, { token, query: { topics: 'patients,system' } });
    expect(await refused.closed()).toEqual({ type: 'closed', code: 4403, reason: 'Topic not allowed' });
    byTopic.close();
    byType.close();
  });

  it('resume from since and epoch, from Last-Event-ID and from lastEventID, and tell when a position cannot be served', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const first = await openStream(server.url, { token });
    await emitMany(clinic, 5);
    await eventually(() => first.events.length === 5);
    const lastId = first.ids[first.messages.findIndex(({ seq }) => seq === 2)] ?? '';
    const epoch = lastId.split(':')[0] ?? '';
    first.close();
    for (const options of [
      { query: { since: '2', epoch } },
      { query: { lastEventID: lastId } },
      { headers: { 'last-event-id': lastId } },
      // what a browser read last beats where its URL began
      { headers: { 'last-event-id': lastId }, query: { since: '4', epoch } },
    ]) {
      const stream = await openStream(server.url, { token, ...options });
      expect(await stream.waitFor('resumed')).toMatchObject({ data: { from: 2, to: 5, count: 3 } });
      expect(stream.seqs).toEqual([3, 4, 5]);
      stream.close();
    }
    for (const id of [`${randomUUID()}:2`, 'nonsense']) {
      const stream = await openStream(server.url, { token, headers: { 'last-event-id': id } });
      expect(await stream.waitFor('resync_required')).toMatchObject({
        data: { reason: 'epoch', seq: 5, epoch },
      });
      stream.close();
    }
  });

  it('are understood by EventSource, which comes back by itself after a cut and misses nothing', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const seqs: number[] = [];
    const connectionIds: string[] = [];
    const Data = z.looseObject({
      seq: z.number().optional(),
      data: z.looseObject({ connection_id: z.string().optional() }).optional(),
    });
    const proxy = await startFaultProxy(server.port);
    const source = new EventSource(proxy.through(`${server.url}/api/v1/stream`), {
      fetch: (url, init) =>
        fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
    });
    source.onmessage = ({ data }) => {
      const { seq, data: content } = Data.parse(JSON.parse(String(data)));
      if (seq !== undefined) seqs.push(seq);
      if (content?.connection_id !== undefined) connectionIds.push(content.connection_id);
    };
    try {
      await eventually(() => connectionIds.length === 1, { what: 'the first connection' });
      await emitMany(clinic, 3);
      await eventually(() => seqs.length === 3, { what: 'three events' });
      proxy.cut();
      await emitMany(clinic, 3);
      await eventually(() => connectionIds.length === 2, { what: 'the second connection' });
      await eventually(() => seqs.length >= 6, { what: 'six events' });
      expect(seqs).toEqual(range(1, 6));
    } finally {
      source.close();
      await proxy.close();
    }
  });

  it.each([
    ['without a token', () => undefined, 'authentication_required'],
    ['with a wrong token', () => 'x.y.z', 'invalid_token'],
    [
      'with one that has expired',
      (clinic: Clinic) => clinic.token('clinician', { expiresInS: -1 }),
      'token_expired',
    ],
  ] as const)('are 401 %s', async (_, tokenFor, code) => {
    const clinic = await createClinic(database);
    const token = await tokenFor(clinic);
    const answer = await call(server.url, 'GET', '/stream', {
      token,
      headers: { accept: 'text/event-stream' },
    });
    expect(answer).toMatchObject({ status: 401, body: { code } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('count as connections: in limits, with WebSockets, in the list and in the metrics, until they have left', async () => {
    const clinic = await createClinic(database, { max_connections: 2 });
    const token = await clinic.token('clinician');
    const admin = await clinic.token('tenant_admin');
    const stream = await openStream(server.url, { token, headers: { 'user-agent': 'a browser' } });
    const socket = await connect(server.wsUrl, { token });
    const refused = await RawStream.open(server.url, { token });
    expect(await refused.closed()).toEqual({
      type: 'closed',
      code: 4429,
      reason: 'Tenant connection limit reached',
    });
    expect(refused.status).toBe(200);
    // a browser comes back by itself, so it is told to wait as the table of close codes says
    expect(refused.retries.at(-1)).toBeGreaterThanOrEqual(5_000);
    const listed = await call(server.url, 'GET', '/connections', { token: admin });
    expect(listed.body).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({ client: 'a browser', transport: 'sse' }),
        expect.objectContaining({ transport: 'websocket' }),
      ]),
    });
    expect((await scrape(server))('websocket_connections_total', { tenant_id: clinic.id })).toBe(2);
    stream.close();
    await eventually(async () => (await connections(clinic)) === 1, {
      what: 'the slot of the stream released',
    });
    (await openStream(server.url, { token })).close();
    await socket.close();
  });

  it('end with the code of a socket when the token ends, an administrator closes them or access is revoked', async () => {
    const clinic = await createClinic(database);
    const [short, closed, revoked] = await Promise.all([
      openStream(server.url, { token: await clinic.token('clinician', { expiresInS: 10 }) }),
      openStream(server.url, { token: await clinic.token('clinician') }),
      openStream(server.url, { token: await clinic.token('front_desk') }),
    ]);
    expect(await short.closed()).toEqual({ type: 'closed', code: 4401, reason: 'Token expired' });
    expect(short.messages.map(({ type }) => type)).toContain('token_expiring');
    const id = String(closed.messages[0]?.data?.['connection_id']);
    const admin = await clinic.token('tenant_admin');
    expect((await call(server.url, 'DELETE', `/connections/${id}`, { token: admin })).status).toBe(204);
    expect(await closed.closed()).toEqual({ type: 'closed', code: 4409, reason: 'Closed by administrator' });
    const body = { status: 'suspended' };
    const suspended = await call(server.url, 'PATCH', `/tenants/${clinic.id}`, {
      token: await superToken(),
      body,
    });
    expect(suspended.status).toBe(200);
    expect(await revoked.closed()).toEqual({ type: 'closed', code: 4403, reason: 'Tenant suspended' });
  });

  it('are paused while their reader does not read, and catch up from the log with every event once', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const stalled = await openStream(server.url, { token });
    const witness = await openStream(server.url, { token });
    stalled.response.pause();
    const events = 1_500;
    await database.query(
      `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', 20000)))
       FROM generate_series(1, $2)`,
      [clinic.id, events],
    );
    await eventually(() => witness.events.length === events, { timeoutMs: 60_000, what: 'the witness' });
    await eventually(async () => (await scrape(server))('websocket_sessions_lagging') === 1);
    stalled.response.resume();
    await eventually(() => stalled.events.length >= events, {
      timeoutMs: 60_000,
      what: 'the stalled reader',
    });
    await emit(database, clinic, 'task_updated');
    await eventually(() => stalled.events.length > events);
    expect(stalled.seqs).toEqual(range(1, events + 1));
    stalled.close();
    witness.close();
  }, 150_000);

  describe('opened by a ticket', () => {
    const ticketFor = async (token: string): Promise<string> => {
      const answer = await call(server.url, 'POST', '/stream/tickets', { token });
      expect(answer.status).toBe(201);
      return Ticket.parse(answer.body).ticket;
    };

    it('are those of the person who asked for it, once', async () => {
      const clinic = await createClinic(database);
      const ticket = await ticketFor(await clinic.token('front_desk'));
      const uses = await Promise.all(
        Array.from({ length: 10 }, () => RawStream.open(server.url, { query: { ticket } })),
      );
      expect(uses.map(({ status }) => status).sort()).toEqual([200, ...range(1, 9).map(() => 401)]);
      const stream = uses.find(({ status }) => status === 200);
      await happen(server, database, clinic);
      await stream?.waitFor('patient_created');
      expect(stream?.texts.join()).not.toContain('CANARYnotes');
      for (const use of uses) use.close();
    });

    it('are 401 for a ticket that is too old or made up, whose text is nowhere but with its owner', async () => {
      const clinic = await createClinic(database);
      const old = await ticketFor(await clinic.token('clinician'));
      await database.query(
        `UPDATE wardbell.stream_ticket SET expires_at = now() - interval '1 second' WHERE tenant_id = $1`,
        [clinic.id],
      );
      for (const ticket of [old, 'x'.repeat(43), '']) {
        expect((await RawStream.open(server.url, { query: { ticket } })).status).toBe(401);
      }
      const kept = await ticketFor(await clinic.token('clinician'));
      const rows = await database.query('SELECT t::text FROM wardbell.stream_ticket t');
      expect(JSON.stringify(rows)).not.toContain(kept);
      expect(server.output()).not.toContain(old);
      // what had run out went with the new one
      expect(rows).toHaveLength(1);
    });
  });

  it('say something at least every 15 s', async () => {
    await eventually(() => quiet.comments > 0, { timeoutMs: 60_000, what: 'a comment' });
    expect(quiet.hasEnded).toBe(false);
    quiet.close();
  }, 90_000);

  it('end with 1012 when the server stops, which waits for nothing else', async () => {
    const clinic = await createClinic(database);
    const stream = await openStream(server.url, { token: await clinic.token('clinician') });
    const stopped = server.stop();
    expect(await stream.closed()).toEqual({ type: 'closed', code: 1012, reason: 'Service restart' });
    expect(stream.messages.map(({ type }) => type)).toContain('server_restarting');
    expect(await stopped).toBe(0);
  });
});
