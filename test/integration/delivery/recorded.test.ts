import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DeliveryReason, EventDelivery, PollAnswer, type TenantRole } from '@wardbell/contract';
import pg from 'pg';
import { z } from 'zod';
import { database, instances, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import type { RunningServer } from '../../support/server.js';
import { connect, type SocketOptions, type TestSocket } from '../../support/socket.js';
import { createTenant, must, type TestTenant, type TestUser } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';

useServer({ instances: 2 });

/** What `GET /events/{id}/delivery` answers. */
const ask = (
  { admin }: Pick<TestTenant, 'admin'>,
  eventId: string,
  userId: string,
  of: RunningServer = server,
): Promise<EventDelivery> =>
  must(EventDelivery, of, 'GET', `/events/${eventId}/delivery?user_id=${encodeURIComponent(userId)}`, {
    token: admin.token,
  });

/** Waits for the answer, which is stored within a moment. */
const settled = (
  tenant: TestTenant,
  eventId: string,
  userId: string,
  reason: DeliveryReason,
  of: RunningServer = server,
): Promise<EventDelivery> =>
  eventually(
    async () => {
      const answer = await ask(tenant, eventId, userId, of);
      if (answer.reason_code !== reason) throw new Error(`${answer.reason_code} instead of ${reason}`);
      return answer;
    },
    { timeoutMs: 20_000 },
  );

/** An event of plain SQL. Answers its id. */
const emit = async (
  tenant: TestTenant,
  data: object,
  type = 'task_updated',
  audience: object | null = null,
) => {
  const [row] = await database.query<{ id: string }>('SELECT wardbell.emit($1, $2, $3, $4) AS id', [
    tenant.id,
    type,
    JSON.stringify(data),
    audience === null ? null : JSON.stringify(audience),
  ]);
  return row?.id ?? '';
};

type Person = Pick<TestUser, 'id' | 'token'>;

/** Somebody of single sign-on. */
const newPerson = async ({ id }: TestTenant, role: TenantRole = 'clinician'): Promise<Person> => {
  const sub = randomUUID();
  return { id: sub, token: await mintToken({ role, tenantId: id, sub }) };
};

const connectionId = (socket: TestSocket): string => String(socket.frames[0]?.data?.['connection_id']);
const positionOf = ({ frames: [connected] }: TestSocket): Record<string, string> => ({
  since: String(connected?.data?.['seq']),
  epoch: String(connected?.data?.['epoch']),
});
const got = (socket: TestSocket, id: string) => socket.waitFor((frame) => frame['id'] === id);

describe('What became of an event', () => {
  let tenant: TestTenant;
  /** Of this test alone. */
  let clinician: Person;
  beforeAll(async () => {
    tenant = await createTenant(server);
  });
  beforeEach(async () => {
    clinician = await newPerson(tenant);
  });

  const enter = (user: Pick<Person, 'token'>, options: SocketOptions = {}, of = server) =>
    connect(of.wsUrl, { ...options, token: user.token });
  const publish = (audience: object | null = null, type = 'task_updated'): Promise<string> =>
    emit(tenant, { secret: 'Ada' }, type, audience);

  it('is delivered: the connection that it was written to, and when, soon after the client has it', async () => {
    const [one, two] = await Promise.all([enter(clinician), enter(clinician, {}, instances[1])]);
    const before = Date.now();
    const id = await publish();
    await Promise.all([got(one, id), got(two, id)]);
    const after = Date.now();
    const answer = await eventually(async () => {
      const now = await ask(tenant, id, clinician.id);
      return now.connections.every(({ written_at }) => written_at !== null) && now;
    });
    expect(answer).toMatchObject({ event_id: id, user_id: clinician.id, verdict: 'delivered', inbox: null });
    expect(answer.connections.map((each) => each.connection_id).sort()).toEqual(
      [connectionId(one), connectionId(two)].sort(),
    );
    for (const { written_at } of answer.connections) {
      expect(Date.parse(written_at ?? '')).toBeGreaterThanOrEqual(before - 1);
      expect(Date.parse(written_at ?? '')).toBeLessThanOrEqual(after + 200);
    }
    // every instance answers from the database alone
    expect(await ask(tenant, id, clinician.id.toUpperCase(), instances[1])).toEqual(answer);
    await Promise.all([one.close(), two.close()]);
    expect(await settled(tenant, id, clinician.id, 'written')).toEqual(answer);
  });

  it('is not addressed: an audience of other people, of other roles, or a topic that the role does not get', async () => {
    const socket = await enter(clinician);
    const others = await publish({ user_ids: [tenant.frontDesk.id] });
    const roles = await publish({ roles: ['front_desk'] });
    const last = await publish();
    await got(socket, last);
    await settled(tenant, last, clinician.id, 'written');
    expect(await ask(tenant, others, clinician.id)).toMatchObject({
      verdict: 'not_addressed',
      reason_code: 'other_people',
      connections: [{ connection_id: connectionId(socket), written_at: null }],
    });
    expect(await ask(tenant, roles, clinician.id)).toMatchObject({
      verdict: 'not_addressed',
      reason_code: 'other_roles',
    });
    const { token } = tenant.admin;
    await call(server.url, 'PUT', '/gateways/lab', {
      token,
      body: { gateway_type: 'lab', status: 'HEALTHY' },
    });
    await call(server.url, 'PUT', '/gateways/lab', {
      token,
      body: { gateway_type: 'lab', status: 'UNHEALTHY' },
    });
    const [gateway] = await database.query<{ id: string }>(
      `SELECT id FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'gateway_status_change' LIMIT 1`,
      [tenant.id],
    );
    expect(await ask(tenant, gateway?.id ?? '', clinician.id)).toMatchObject({
      verdict: 'not_addressed',
      reason_code: 'role_lacks_topic',
    });
    await socket.close();
  });

  it('goes to one of two people who share a filter and not to the other, whom it does not name', async () => {
    const colleague = await newPerson(tenant);
    const [one, two] = await Promise.all([enter(clinician), enter(colleague)]);
    const id = await publish({ user_ids: [colleague.id] });
    await got(two, id);
    await settled(tenant, id, colleague.id, 'written');
    expect(await ask(tenant, id, clinician.id)).toMatchObject({ reason_code: 'other_people' });
    await Promise.all([one.close(), two.close()]);
  });

  it('is filtered: a topic that no connection had subscribed to, or a filter by type', async () => {
    const byTopic = await enter(clinician, { topic: 'patients' });
    const witness = await enter(tenant.frontDesk);
    const first = await publish();
    await got(witness, first);
    await settled(tenant, first, tenant.frontDesk.id, 'written');
    expect(await settled(tenant, first, clinician.id, 'topic_filter')).toMatchObject({
      verdict: 'filtered',
      connections: [{ connection_id: connectionId(byTopic), written_at: null }],
    });
    await byTopic.close();

    const byType = await enter(clinician, { query: { types: 'patient_created' } });
    const second = await publish();
    await got(witness, second);
    await settled(tenant, second, clinician.id, 'type_filter');
    await Promise.all([byType.close(), witness.close()]);
  });

  it('is judged by the filter of that time: what `subscribe` changes counts from then on', async () => {
    const socket = await enter(clinician);
    const before = await publish();
    await got(socket, before);
    socket.send({ type: 'subscribe', types: ['other_type'] });
    socket.send('ping');
    await eventually(() => socket.texts.includes('pong'));
    const during = await publish();
    const other = await publish(null, 'other_type');
    await got(socket, other);
    socket.send({ type: 'subscribe', types: [] });
    socket.send({ type: 'ping' });
    await socket.waitFor('pong');
    const after = await publish();
    await got(socket, after);
    await settled(tenant, after, clinician.id, 'written');
    const reasons = await Promise.all(
      [before, during, other, after].map(async (id) => (await ask(tenant, id, clinician.id)).reason_code),
    );
    expect(reasons).toEqual(['written', 'type_filter', 'written', 'written']);
    await socket.close();
  });

  it('is not connected: never, only later without asking for it, or not any more', async () => {
    const [offline, late, gone] = await Promise.all([
      newPerson(tenant),
      newPerson(tenant),
      newPerson(tenant),
    ]);
    const leaving = await enter(gone);
    await leaving.close();
    const id = await publish();
    expect(await settled(tenant, id, offline.id, 'never_connected')).toMatchObject({
      verdict: 'not_connected',
      connections: [],
    });
    await settled(tenant, id, gone.id, 'never_connected');
    const socket = await enter(late);
    expect(await settled(tenant, id, late.id, 'connected_later')).toMatchObject({ connections: [] });
    await socket.close();
    await settled(tenant, id, late.id, 'connected_later');
    // whom nobody has heard of, and somebody of another clinic, are the same
    const stranger = await createTenant(server);
    const [unknown, foreign] = await Promise.all([
      ask(tenant, id, 'nobody|at all'),
      ask(tenant, id, stranger.clinician.id),
    ]);
    expect({ ...unknown, user_id: '' }).toEqual({ ...foreign, user_id: '' });
  });

  it('is delivered late to a client that comes back and asks for what it missed, on whichever instance', async () => {
    const user = await newPerson(tenant);
    const first = await enter(user);
    const position = positionOf(first);
    await first.close();
    const id = await publish();
    await settled(tenant, id, user.id, 'never_connected');
    const back = await enter(user, { query: position }, instances[1]);
    await got(back, id);
    expect(await settled(tenant, id, user.id, 'written')).toMatchObject({
      connections: [{ connection_id: connectionId(back), written_at: expect.any(String) }],
    });
    await back.close();
  });

  it('is told of a stream of server-sent events and of a long poll as of a socket', async () => {
    const user = await newPerson(tenant);
    const { seq, epoch } = await must(PollAnswer, server, 'GET', '/stream?wait=0', {
      token: user.token,
      headers: { accept: 'application/json' },
    });
    const id = await publish();
    const polled = await call(server.url, 'GET', `/stream?since=${seq}&epoch=${epoch}&wait=20`, {
      token: user.token,
      headers: { accept: 'application/json' },
    });
    expect(JSON.stringify(polled.body)).toContain(id);
    await settled(tenant, id, user.id, 'written');

    const other = await newPerson(tenant);
    const abort = new AbortController();
    const stream = await fetch(`${server.url}/api/v1/stream`, {
      headers: { authorization: `Bearer ${other.token}`, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const read = async (part: string): Promise<void> => {
      while (!text.includes(part)) text += (await reader?.read())?.value ?? '';
    };
    await read('connected');
    const sent = await publish();
    await read(sent);
    await settled(tenant, sent, other.id, 'written');
    abort.abort();
  });

  it('says that the details were left out for somebody who may not see the restricted patient', async () => {
    const socket = await enter(tenant.frontDesk);
    const witness = await enter(clinician);
    await call(server.url, 'POST', '/patients', {
      token: tenant.admin.token,
      body: { first_name: 'Ada', last_name: 'Secret', restricted: true, restricted_to: [clinician.id] },
    });
    const frame = await socket.waitFor('patient_created');
    const id = String(frame['id']);
    await settled(tenant, id, tenant.frontDesk.id, 'written_restricted');
    const answer = await settled(tenant, id, clinician.id, 'written');
    expect(JSON.stringify(answer)).not.toMatch(/Ada|Secret/);
    await Promise.all([socket.close(), witness.close()]);
  });

  it('has expired when it is older than the records', async () => {
    const id = await publish();
    await settled(tenant, id, clinician.id, 'never_connected');
    const [saved] = await database.query(
      `UPDATE wardbell.delivery_horizon SET kept_since = now() + interval '1 s'
       RETURNING (SELECT kept_since FROM wardbell.delivery_horizon) AS at`,
    );
    expect(await ask(tenant, id, clinician.id)).toMatchObject({
      verdict: 'expired',
      reason_code: 'records_expired',
    });
    await database.query('UPDATE wardbell.delivery_horizon SET kept_since = $1', [saved?.['at']]);
  });

  it('of a notice has gone as far as its person: delivered, seen, read, acknowledged, with the inbox', async () => {
    const socket = await enter(clinician);
    const { id: notice } = await must(z.object({ id: z.string() }), server, 'POST', '/notifications', {
      token: tenant.admin.token,
      body: {
        message: 'Ada is in room 7',
        audience: { user_ids: [clinician.id] },
        requires_ack: { within_s: 600 },
      },
    });
    const frame = await socket.waitFor(
      ({ type, data }) => type === 'system_notification' && data?.['id'] === notice,
    );
    const id = String(frame['id']);
    const step = (path: string) =>
      call(server.url, 'POST', `/notifications/${notice}/${path}`, { token: clinician.token, body: {} });
    const delivered = await settled(tenant, id, clinician.id, 'written');
    expect(delivered.inbox).toMatchObject({ step: 0, seen_at: null, acknowledged_at: null });
    await step('seen');
    expect(await settled(tenant, id, clinician.id, 'seen')).toMatchObject({ verdict: 'seen' });
    await step('read');
    expect(await settled(tenant, id, clinician.id, 'read')).toMatchObject({ verdict: 'read' });
    await step('acknowledge');
    const answer = await settled(tenant, id, clinician.id, 'acknowledged');
    expect(answer).toMatchObject({
      verdict: 'acknowledged',
      connections: [{ connection_id: connectionId(socket), written_at: expect.any(String) }],
      inbox: {
        seen_at: expect.any(String),
        read_at: expect.any(String),
        acknowledged_at: expect.any(String),
        archived_at: null,
      },
    });
    expect(JSON.stringify(answer)).not.toContain('Ada');
    // somebody else's inbox does not have it
    expect(await ask(tenant, id, tenant.frontDesk.id)).toMatchObject({
      reason_code: 'other_people',
      inbox: null,
    });
    await socket.close();
  });

  it('is 404 for an event that the clinic does not have, and for one of another clinic; only its admins may ask', async () => {
    const id = await publish();
    const other = await createTenant(server);
    const path = (event: string) => `/events/${event}/delivery?user_id=${clinician.id}`;
    const status = async (token: string, event: string) =>
      (await call(server.url, 'GET', path(event), { token })).status;
    expect(await status(tenant.admin.token, randomUUID())).toBe(404);
    expect(await status(other.admin.token, id)).toBe(404);
    expect(await status(clinician.token, id)).toBe(403);
    expect(await status(await mintToken({ role: 'super_admin' }), id)).toBe(403);
    expect(
      (await call(server.url, 'GET', `/events/${id}/delivery`, { token: tenant.admin.token })).status,
    ).toBe(422);
  });

  it('is looked up as little as patients are: who asked is in the audit log', async () => {
    const id = await publish();
    await ask(tenant, id, clinician.id);
    await eventually(async () => {
      const rows = await database.query(
        `SELECT FROM wardbell.audit WHERE scope = $1 AND action = 'events.read' AND object_id = $2`,
        [tenant.id, id],
      );
      return rows.length === 1;
    });
  });
});

describe('After a kill -9 of its instance', () => {
  /** Holds the records of writes back, as a database that is slow just then. */
  const withoutRecords = async (work: () => Promise<void>): Promise<void> => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    try {
      await client.query('BEGIN; LOCK TABLE wardbell.delivery_write IN ACCESS EXCLUSIVE MODE');
      await work();
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
  };
  /** What the others do within a minute. */
  const reap = async (socket: TestSocket): Promise<void> => {
    await database.query(
      `DELETE FROM wardbell.instance WHERE id = (SELECT instance_id FROM wardbell.connection WHERE id = $1)`,
      [connectionId(socket)],
    );
  };

  it('an event that was not recorded in time is unknown, never delivered, and one before it is delivered', async () => {
    const tenant = await createTenant(server);
    const { clinician } = tenant;
    const doomed = await startAnother();
    const socket = await connect(doomed.wsUrl, { token: clinician.token });
    const first = await emit(tenant, {});
    await got(socket, first);
    await settled(tenant, first, clinician.id, 'written');
    let id = '';
    await withoutRecords(async () => {
      id = await emit(tenant, {});
      await got(socket, id);
      await doomed.kill('SIGKILL');
    });
    expect(await settled(tenant, id, clinician.id, 'record_missing')).toMatchObject({ verdict: 'unknown' });
    await reap(socket);
    expect(await ask(tenant, id, clinician.id)).toMatchObject({
      verdict: 'unknown',
      reason_code: 'instance_lost',
      connections: [{ connection_id: connectionId(socket), written_at: null }],
    });
    expect(await ask(tenant, first, clinician.id)).toMatchObject({ verdict: 'delivered' });
    // long after, she had no connection for certain
    await database.query(
      `UPDATE wardbell.delivery_connection SET lost_at = now() - interval '1 s' WHERE id = $1`,
      [connectionId(socket)],
    );
    const later = await emit(tenant, {});
    await settled(tenant, later, clinician.id, 'never_connected');
    // and when she is back and has asked for it, it is delivered
    const back = await connect(server.wsUrl, { token: clinician.token, query: positionOf(socket) });
    await got(back, id);
    await settled(tenant, id, clinician.id, 'written');
    await back.close();
  });

  it('an event that waited in the instance for a slow socket is unknown', async () => {
    const tenant = await createTenant(server);
    const { clinician } = tenant;
    const doomed = await startAnother();
    const socket = await connect(doomed.wsUrl, { token: clinician.token, perMessageDeflate: false });
    const witness = await connect(doomed.wsUrl, { token: tenant.frontDesk.token });
    socket.ws.pause();
    let id = '';
    // until the kernel takes no more
    await eventually(async () => {
      id = await emit(tenant, { text: 'x'.repeat(60_000) });
      await got(witness, id);
      const [row] = await database.query<{ is_behind: boolean }>(
        `SELECT bool_or(unsure_after IS NOT NULL) AS is_behind FROM wardbell.delivery_span WHERE connection_id = $1`,
        [connectionId(socket)],
      );
      return row?.is_behind;
    });
    await settled(tenant, id, tenant.frontDesk.id, 'written');
    await doomed.kill('SIGKILL');
    await reap(socket);
    expect(await ask(tenant, id, clinician.id)).toMatchObject({
      verdict: 'unknown',
      connections: [{ written_at: null }],
    });
  });
});
