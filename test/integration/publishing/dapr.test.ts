import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { databaseProxy, replaceServer, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { describeWith } from '../../support/programs.js';
import { startBroker, startSidecar } from '../../support/simulated-sidecar.js';
import { TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  committedEvents,
  count,
  createClinic,
  fail,
  succeed,
  superAdmin,
} from '../http/harness.js';

const TOKEN = 'the-token-of-the-sidecar';
const SUBSCRIPTIONS = [
  {
    pubsubname: 'taskpubsub',
    topic: 'task-updates',
    tenant: '/data/tenant_id',
    type: 'task_update',
    user: '/data/user_id',
  },
  { pubsubname: 'lab', topic: 'results', tenant: '/data/clinic', type: '/data/kind', data: '/data/result' },
  { pubsubname: 'lab', topic: 'alarms', tenant: '/clinic', type: 'alarm', roles: ['front_desk'] },
];

useServer({
  env: { DAPR_SUBSCRIPTIONS: JSON.stringify(SUBSCRIPTIONS), APP_API_TOKEN: TOKEN },
  isDatabaseProxied: true,
});

/** Calls the server as a sidecar does. */
async function sidecar(
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<[status: number, body: unknown]> {
  const response = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'dapr-api-token': TOKEN,
      ...(body === undefined ? {} : { 'content-type': 'application/cloudevents+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return [response.status, await response.json()];
}

const deliver = async (n: number, event: object | string): Promise<unknown> => {
  const [status, answer] = await sidecar(
    `/dapr/events/${n}`,
    typeof event === 'string' ? event : JSON.stringify(event),
  );
  expect(status).toBe(200);
  return Object(answer).status;
};

/** As Dapr wraps what is published without tracing. */
const envelope = (data: object, more: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: 'tasks',
  type: 'com.dapr.event.sent',
  datacontenttype: 'application/json',
  time: '2026-01-15T10:35:00Z',
  topic: 'task-updates',
  pubsubname: 'taskpubsub',
  traceid: '',
  traceparent: '',
  tracestate: '',
  data,
  ...more,
});

describe('A Dapr sidecar', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });
  const task = (user: string, more: object = {}) =>
    envelope({ tenant_id: clinic.id, user_id: user, ...more });
  const letters = async (token: string) => (await succeed(api.deadLetters.list, { token })).data;

  it('learns which topics to subscribe to, and where to deliver', async () => {
    expect(await sidecar('/dapr/subscribe')).toEqual([
      200,
      SUBSCRIPTIONS.map(({ pubsubname, topic }, n) => ({
        pubsubname,
        topic,
        route: `/dapr/events/${n}`,
        bulkSubscribe: expect.objectContaining({ enabled: true }),
      })),
    ]);
  });

  it('is refused without its token or with another one', async () => {
    const body = JSON.stringify(task('u'));
    for (const token of ['', 'another', `${TOKEN}x`]) {
      const headers = { 'dapr-api-token': token };
      expect((await sidecar('/dapr/events/0', body, headers))[0]).toBe(401);
      expect((await sidecar('/dapr/subscribe', undefined, headers))[0]).toBe(401);
    }
    expect(await count('SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1', [clinic.id])).toBe(0);
    expect((await sidecar('/dapr/events/3', body))[0]).toBe(404);
  });

  it('reaches all connections of the named user and those of nobody else', async () => {
    const socketOf = async (sub: string) => {
      const socket = new TestSocket(server.wsUrl, {
        token: await mintToken({ role: 'clinician', tenantId: clinic.id, sub }),
      });
      await socket.waitFor('connected');
      return socket;
    };
    const [first, second, stranger] = [await socketOf('u1'), await socketOf('u1'), await socketOf('u2')];
    const event = task('u1', { task_id: 7 });
    expect(await deliver(0, event)).toBe('SUCCESS');
    for (const socket of [first, second]) {
      expect(await socket.waitFor('task_update')).toMatchObject({
        actor_id: 'dapr',
        data: { tenant_id: clinic.id, user_id: 'u1', task_id: 7 },
        cloud_event: { id: event.id, source: 'tasks', pubsubname: 'taskpubsub' },
      });
    }
    expect(await deliver(0, task('u2', { task_id: 8 }))).toBe('SUCCESS');
    expect((await stranger.waitFor('task_update')).data).toMatchObject({ task_id: 8 });
    expect(stranger.frames.filter(({ type }) => type === 'task_update')).toHaveLength(1);
  });

  it('may deliver the same event again: it is published once', async () => {
    const event = task('u1', { again: true });
    expect([await deliver(0, event), await deliver(0, event)]).toEqual(['SUCCESS', 'SUCCESS']);
    const published = (await committedEvents(clinic.id)).filter(({ data }) => data['again'] === true);
    expect(published).toHaveLength(1);
  });

  it('publishes the type, the data and the audience that its subscription names, digit for digit', async () => {
    const text = JSON.stringify(
      envelope({ clinic: clinic.id, kind: 'lab.result', result: { n: 0 } }),
    ).replace('"n":0', '"n":9007199254740993');
    expect(await deliver(1, text)).toBe('SUCCESS');
    expect(await deliver(2, envelope({ room: 7 }, { clinic: clinic.id }))).toBe('SUCCESS');
    expect(
      await count(
        `SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'lab.result'
           AND data::text = '{"n": 9007199254740993}' AND audience IS NULL`,
        [clinic.id],
      ),
    ).toBe(1);
    expect(
      await count(
        `SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'alarm'
           AND data->>'room' = '7' AND audience = '{"roles": ["front_desk"]}'`,
        [clinic.id],
      ),
    ).toBe(1);
  });

  it.each<[string, number, (of: string) => object, string]>([
    ['without its user', 0, (id) => envelope({ tenant_id: id }), 'pointer_not_found'],
    ['with a null user', 0, (id) => envelope({ tenant_id: id, user_id: null }), 'pointer_not_found'],
    ['with a user that is no id', 0, (id) => envelope({ tenant_id: id, user_id: {} }), 'unknown_user'],
    [
      'of a reserved type',
      1,
      (id) => envelope({ clinic: id, kind: 'patient_created', result: {} }),
      'reserved_type',
    ],
    [
      'of a type that is no name',
      1,
      (id) => envelope({ clinic: id, kind: '7up', result: {} }),
      'validation_failed',
    ],
    ['without an id', 0, (id) => envelope({ tenant_id: id, user_id: 'u' }, { id: '' }), 'validation_failed'],
    [
      'whose data is no object',
      1,
      (id) => envelope({ clinic: id, kind: 'k', result: 'x' }),
      'validation_failed',
    ],
    [
      'with text that PostgreSQL cannot store',
      0,
      (id) => envelope({ tenant_id: id, user_id: 'u', text: 'a\u0000b' }),
      'validation_failed',
    ],
  ])(
    'drops an event %s, with a dead letter of its tenant and without a broadcast',
    async (_, n, make, reason) => {
      const own = await createClinic();
      const event = make(own.id);
      expect(await deliver(n, event)).toBe('DROP');
      expect(await letters(own.admin)).toEqual([
        expect.objectContaining({ origin: 'dapr', reason, topic: SUBSCRIPTIONS[n]?.topic, event }),
      ]);
      expect(await committedEvents(own.id)).toEqual([]);
    },
  );

  it('drops what names no tenant, with a dead letter for super admins alone', async () => {
    const token = await superAdmin();
    const marks = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const events = [
      envelope({ tenant_id: randomUUID(), user_id: 'u', mark: marks[0] }),
      envelope({ tenant_id: 7, user_id: 'u', mark: marks[1] }),
      envelope({ user_id: 'u', mark: marks[2] }),
      `not JSON ${marks[3]}`,
    ];
    for (const event of events) expect(await deliver(0, event)).toBe('DROP');
    const found = await letters(token);
    expect(found.map(({ reason }) => reason).sort()).toEqual(
      ['malformed_request', 'pointer_not_found', 'unknown_tenant', 'unknown_tenant'].sort(),
    );
    for (const mark of marks) expect(JSON.stringify(found)).toContain(mark);
    expect(JSON.stringify(await letters(clinic.admin))).not.toContain(marks[0]);
    for (const { id } of found) expect((await ask(api.deadLetters.remove, { token, id })).status).toBe(204);
  });

  it('gets a status for every entry of a bulk delivery, in which one bad event stops no other', async () => {
    const own = await createClinic();
    const good = (n: number) => envelope({ tenant_id: own.id, user_id: 'u', n });
    const schema = { properties: { n: { maximum: 10 } } };
    const described = await call(server.url, 'PUT', '/event-types/task_update', {
      token: own.admin,
      body: { schema },
    });
    expect(described.status).toBe(200);
    const events = [good(1), good(11), good(2), 'raw bytes', good(3)];
    const bulk = {
      id: randomUUID(),
      topic: 'task-updates',
      pubsubname: 'taskpubsub',
      type: 'com.dapr.event.sent.bulk',
      entries: events.map((event, n) => ({
        entryId: `e${n}`,
        event,
        contentType: 'application/cloudevents+json',
        metadata: null,
      })),
    };
    const answer = await sidecar('/dapr/events/0', JSON.stringify(bulk), {
      'content-type': 'application/json',
    });
    expect(answer).toEqual([
      200,
      {
        statuses: ['SUCCESS', 'DROP', 'SUCCESS', 'DROP', 'SUCCESS'].map((each, n) => ({
          entryId: `e${n}`,
          status: each,
        })),
      },
    ]);
    expect((await committedEvents(own.id)).map(({ data }) => data['n'])).toEqual([1, 2, 3]);

    // the dead letter goes in when the schema allows it
    const [letter] = await letters(own.admin);
    expect(letter).toMatchObject({ reason: 'schema_violation' });
    expect(await fail(api.deadLetters.retry, { token: own.admin, id: letter?.id })).toEqual([
      409,
      'conflict',
    ]);
    await call(server.url, 'DELETE', '/event-types/task_update', { token: own.admin });
    expect((await ask(api.deadLetters.retry, { token: own.admin, id: letter?.id })).status).toBe(202);
    expect((await committedEvents(own.id)).map(({ data }) => data['n'])).toEqual([1, 2, 3, 11]);
    expect(await letters(own.admin)).toEqual([]);
  });

  it('delivers again what came while the database was away, and nothing is lost or doubled', async () => {
    const event = task('u1', { away: true });
    databaseProxy.refuse();
    databaseProxy.cut();
    try {
      expect(await deliver(0, event)).toBe('RETRY');
      expect(await deliver(0, envelope({ user_id: 'u' }))).toBe('RETRY');
    } finally {
      databaseProxy.heal();
    }
    await eventually(async () => (await deliver(0, event)) === 'SUCCESS');
    expect(await deliver(0, event)).toBe('SUCCESS');
    const published = (await committedEvents(clinic.id)).filter(({ data }) => data['away'] === true);
    expect(published).toHaveLength(1);
  });
});

describeWith('kcat', 'A simulated sidecar between a Kafka broker and the server', () => {
  it('delivers every event once and in order, through a kill of the server and by a sidecar that begins again', async () => {
    const clinic = await createClinic();
    const topic = 'task-updates';
    const broker = await startBroker();
    const send = (from: number, to: number) =>
      broker.send(
        topic,
        Array.from({ length: to - from }, (_, index) =>
          JSON.stringify(envelope({ tenant_id: clinic.id, user_id: 'u', n: from + index })),
        ),
      );
    const options = { broker, serverUrl: () => server.url, token: TOKEN, topic };
    const numbers = async () => (await committedEvents(clinic.id)).map(({ data }) => data['n']);
    const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

    await send(0, 50);
    const first = await startSidecar(options);
    await eventually(() => first.settled >= 50, { what: 'the first deliveries' });
    expect(await numbers()).toEqual(upTo(50));

    const { port } = server;
    await server.kill('SIGKILL');
    await send(50, 100);
    await replaceServer(server, { PORT: String(port) });
    await eventually(() => first.settled >= 100, { what: 'the deliveries after a restart of the server' });

    await first.stop();
    await send(100, 150);
    const second = await startSidecar(options);
    await eventually(async () => (await numbers()).includes(149), {
      what: 'the deliveries of another sidecar',
    });
    expect(await numbers()).toEqual(upTo(150));
    await second.stop();
    await broker.close();
  });
});
