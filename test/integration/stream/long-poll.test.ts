import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { type Answer, call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually, scaled } from '../../support/wait.js';
import { type Clinic, createClinic, emit, superToken } from '../ws/clinic.js';
import { happen } from '../ws/happenings.js';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

const Polled = z.strictObject({
  events: z.array(z.looseObject({ seq: z.number(), type: z.string() })),
  seq: z.number(),
  epoch: z.string(),
  up_to_date: z.boolean(),
});
type Polled = z.output<typeof Polled>;

describe('A long poll', () => {
  let database: TestDatabase;
  let server: RunningServer;
  beforeAll(async () => {
    database = await createDatabase();
    server = await startServer({ database });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const ask = (
    token: string | undefined,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<Answer> => {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    return call(server.url, 'GET', `/stream?${search}`, { token, headers: { accept: 'application/json' } });
  };
  const poll = async (
    token: string,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<Polled> => {
    const answer = await ask(token, query);
    expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
    return Polled.parse(answer.body);
  };
  const emitMany = (clinic: Clinic, count: number, bytes = 1) =>
    database.query(
      `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', $3)))
       FROM generate_series(1, $2)`,
      [clinic.id, count, bytes],
    );
  const connections = async (clinic: Clinic) =>
    (await database.query('SELECT id FROM wardbell.connection WHERE tenant_id = $1', [clinic.id])).length;
  const isWaiting = (clinic: Clinic) =>
    eventually(async () => (await connections(clinic)) === 1, { what: 'a poll that waits' });

  it('begins where the log ends now, and answers what follows a position', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    await emitMany(clinic, 2);
    const start = await poll(token);
    expect(start).toMatchObject({ events: [], seq: 2, up_to_date: true });
    await emitMany(clinic, 3);
    const { seq, epoch } = start;
    const next = await poll(token, { since: seq, epoch });
    expect(next.events.map((event) => event.seq)).toEqual([3, 4, 5]);
    expect(next).toMatchObject({ seq: 5, epoch, up_to_date: true });
    expect(await poll(token, { since: 5, epoch })).toEqual({ events: [], seq: 5, epoch, up_to_date: true });
  });

  it('waits while there is nothing, as a connection, and answers as soon as something happens', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const { seq, epoch } = await poll(token);
    const startMs = performance.now();
    const waiting = poll(token, { since: seq, epoch, wait: 30 });
    await isWaiting(clinic);
    const admin = await clinic.token('tenant_admin');
    const listed = await call(server.url, 'GET', '/connections', { token: admin });
    expect(listed.body).toMatchObject({ data: [{ transport: 'long_poll' }] });
    await emit(database, clinic, 'task_updated', { task: 1 });
    expect(await waiting).toMatchObject({
      events: [{ seq: 1, type: 'task_updated' }],
      seq: 1,
      up_to_date: true,
    });
    expect(performance.now() - startMs).toBeLessThan(scaled(29_000));
    await eventually(async () => (await connections(clinic)) === 0, { what: 'the slot released' });
  });

  it('ends without events when its time is up, and does not wait when there is something', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const { epoch } = await poll(token);
    const startMs = performance.now();
    expect(await poll(token, { since: 0, epoch, wait: 1 })).toMatchObject({
      events: [],
      seq: 0,
      up_to_date: true,
    });
    expect(performance.now() - startMs).toBeGreaterThan(950);
    await emitMany(clinic, 1);
    expect((await poll(token, { since: 0, epoch, wait: 30 })).events).toHaveLength(1);
  });

  it('counts as a connection only while it waits', async () => {
    const clinic = await createClinic(database, { max_connections: 1 });
    const token = await clinic.token('clinician');
    const socket = await connect(server.wsUrl, { token });
    await emitMany(clinic, 1);
    const { seq, epoch } = await poll(token);
    expect((await poll(token, { since: 0, epoch, wait: 30 })).events).toHaveLength(1);
    expect(await ask(token, { since: seq, epoch, wait: 30 })).toMatchObject({
      status: 429,
      body: { code: 'too_many_attempts', detail: 'Tenant connection limit reached' },
    });
    await socket.close();
  });

  it('gives up its slot when its client goes away', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const abort = new AbortController();
    const gone = fetch(`${server.url}/api/v1/stream?wait=30`, {
      headers: { accept: 'application/json', authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    await isWaiting(clinic);
    abort.abort();
    await expect(gone).rejects.toThrow();
    await eventually(async () => (await connections(clinic)) === 0, { what: 'the slot released' });
  });

  it('answers at most 1,000 events and 1 MiB at once, and says that more is there', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const { epoch } = await poll(token);
    await emitMany(clinic, 1_200);
    await emitMany(clinic, 60, 50_000);
    const seqs: number[] = [];
    const sizes: number[] = [];
    let since = 0;
    for (let more = true; more; ) {
      const page = await poll(token, { since, epoch });
      seqs.push(...page.events.map(({ seq }) => seq));
      sizes.push(page.events.length);
      expect(JSON.stringify(page).length).toBeLessThan(1_200_000);
      since = page.seq;
      more = !page.up_to_date;
    }
    expect(seqs).toEqual(range(1, 1_260));
    expect(sizes[0]).toBe(1_000);
    expect(sizes.length).toBeGreaterThanOrEqual(4);
  });

  it.each<[TenantRole, RegExp]>([
    ['clinician', /CANARYnotes/],
    ['tenant_admin', /CANARYreason/],
    ['front_desk', /CANARYfirst/],
  ])('shows a %s the events as a WebSocket does', async (role, expected) => {
    const clinic = await createClinic(database);
    const token = await clinic.token(role);
    const socket = await connect(server.wsUrl, { token });
    const { epoch } = await poll(token);
    await happen(server, database, clinic);
    await socket.waitFor('task_updated');
    const answer = await poll(token, { since: 0, epoch });
    expect(answer.events).toEqual(socket.events);
    expect(JSON.stringify(answer)).toMatch(expected);
    if (role === 'front_desk') expect(JSON.stringify(answer)).not.toMatch(/CANARY(notes|reason)/);
    await socket.close();
  });

  it('filters by topics, types and people, and moves on past what it leaves out', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician', { sub: 'ada' });
    const { epoch } = await poll(token);
    await happen(server, database, clinic);
    await emit(database, clinic, 'task_updated', {}, { user_ids: ['bob'] });
    await emit(database, clinic, 'task_updated', {}, { user_ids: ['ada'] });
    await emit(database, clinic, 'task_updated', {}, { roles: ['front_desk'] });
    const of = async (query: Readonly<Record<string, string>>) => {
      const { events, seq } = await poll(token, { since: 0, epoch, ...query });
      expect(seq).toBe(12);
      return events.map((event) => event.type);
    };
    expect(await of({ topics: 'notifications' })).toEqual(['system_notification']);
    expect(await of({ types: 'patient_deleted' })).toEqual(['patient_deleted']);
    expect(await of({ topics: 'events' })).toEqual(['task_updated', 'task_updated']);
    expect(await of({ topics: 'presence' })).toEqual([]);
    expect(await ask(token, { topics: 'system' })).toMatchObject({
      status: 403,
      body: { code: 'topic_not_allowed' },
    });
  });

  it('answers 410 with the reason and where to go on, when the position cannot be served', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    await emitMany(clinic, 4);
    const { epoch } = await poll(token);
    const refusalOf = async (query: Readonly<Record<string, string | number>>) => {
      const { status, body } = await ask(token, { ...query, wait: 30 });
      return [status, body];
    };
    const told = (reason: string) => [
      410,
      expect.objectContaining({ code: 'resync_required', reason, seq: 4, epoch }),
    ];
    expect(await refusalOf({ since: 1 })).toEqual(told('epoch'));
    expect(await refusalOf({ since: 1, epoch: randomUUID() })).toEqual(told('epoch'));
    expect(await refusalOf({ since: 5, epoch })).toEqual(told('ahead'));
    await database.query('DELETE FROM wardbell.outbox WHERE tenant_id = $1 AND seq <= 2', [clinic.id]);
    expect(await refusalOf({ since: 1, epoch })).toEqual(told('retention'));
    expect((await poll(token, { since: 2, epoch })).events.map(({ seq }) => seq)).toEqual([3, 4]);
  });

  it('refuses what it cannot take: a longer wait, no token, a wrong one, another form, super admins', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    for (const query of [{ wait: 31 }, { wait: -1 }, { wait: 'x' }, { since: -1 }, { types: 'a b' }]) {
      expect((await ask(token, query)).status).toBe(422);
    }
    expect(await ask(undefined)).toMatchObject({ status: 401, body: { code: 'authentication_required' } });
    expect(await ask('x.y.z')).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    const other = await call(server.url, 'GET', '/stream', { token, headers: { accept: 'image/png' } });
    expect(other).toMatchObject({ status: 406, body: { code: 'not_acceptable' } });
    expect((await ask(await superToken())).status).toBe(406);
  });

  it('ends within a second or so when access is revoked, also while it waits', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician');
    const waiting = ask(token, { wait: 30 });
    await isWaiting(clinic);
    const suspended = await call(server.url, 'PATCH', `/tenants/${clinic.id}`, {
      token: await superToken(),
      body: { status: 'suspended' },
    });
    expect(suspended.status).toBe(200);
    expect(await waiting).toMatchObject({ status: 403, body: { code: 'tenant_suspended' } });
    expect(await ask(token)).toMatchObject({ status: 403, body: { code: 'tenant_suspended' } });
  });

  it('ends with where it is when the server stops, so that its client goes on elsewhere', async () => {
    const clinic = await createClinic(database);
    const waiting = poll(await clinic.token('clinician'), { wait: 30 });
    await isWaiting(clinic);
    const stopped = server.stop();
    expect(await waiting).toMatchObject({ events: [], seq: 0, up_to_date: true });
    expect(await stopped).toBe(0);
  });
});
