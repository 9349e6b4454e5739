import { randomUUID } from 'node:crypto';
import { api, endpoints } from '@wardbell/contract';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { startReceiver } from '../../support/webhook-receiver.js';
import { type Clinic, createClinic, registerPatient, succeed } from '../http/harness.js';
import { openStream } from '../stream/raw-stream.js';
import { createWebhook } from '../webhooks/support.js';

const SUBSCRIPTION = {
  pubsubname: 'pubsub',
  topic: 'parity',
  tenant: '/data/tenant_id',
  type: 'parity',
  data: '/data/own',
};
const APP_API_TOKEN = 'the-token-of-the-sidecar';

useServer({
  env: {
    DAPR_SUBSCRIPTIONS: JSON.stringify([SUBSCRIPTION]),
    APP_API_TOKEN,
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  },
});

const VIEWS = ['clinician', 'front_desk', 'ids'] as const;
type View = (typeof VIEWS)[number];
const Frame = z.looseObject({
  id: z.string(),
  seq: z.number(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** Publishes one event with this data, for everybody or for clinicians alone. */
type Way = (clinic: Clinic, data: object, isForClinicians: boolean) => Promise<number>;

const roles = (isForClinicians: boolean) => (isForClinicians ? ['clinician'] : undefined);
const audience = (isForClinicians: boolean) =>
  isForClinicians ? { audience: { roles: ['clinician'] } } : {};
const post = async (token: string, type: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type, ...headers },
    body: JSON.stringify(body),
  });
  return response.status;
};
const cloudEvent = (data: object, isForClinicians: boolean) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/parity',
  type: 'parity',
  data,
  ...(isForClinicians ? { audienceroles: 'clinician' } : {}),
});

const WAYS: Readonly<Record<string, Way>> = {
  'one event over HTTP': ({ admin }, data, isForClinicians) =>
    post(admin, 'application/json', { type: 'parity', data, ...audience(isForClinicians) }),
  'a batch over HTTP': ({ admin }, data, isForClinicians) =>
    post(admin, 'application/json', { events: [{ type: 'parity', data, ...audience(isForClinicians) }] }),
  'a CloudEvent in structured mode': ({ admin }, data, isForClinicians) =>
    post(admin, 'application/cloudevents+json', cloudEvent(data, isForClinicians)),
  'a batch of CloudEvents': ({ admin }, data, isForClinicians) =>
    post(admin, 'application/cloudevents-batch+json', [cloudEvent(data, isForClinicians)]),
  'a CloudEvent in binary mode': ({ admin }, data, isForClinicians) =>
    post(admin, 'application/json', data, {
      'ce-specversion': '1.0',
      'ce-id': randomUUID(),
      'ce-source': '/parity',
      'ce-type': 'parity',
      ...(isForClinicians ? { 'ce-audienceroles': 'clinician' } : {}),
    }),
  'a Dapr sidecar': async ({ id }, own, isForClinicians) => {
    const response = await fetch(`${server.url}/dapr/events/0`, {
      method: 'POST',
      headers: { 'dapr-api-token': APP_API_TOKEN, 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(cloudEvent({ tenant_id: id, own }, isForClinicians)),
    });
    return Object(await response.json()).status === 'SUCCESS' ? 201 : 500;
  },
  SQL: async ({ id }, data, isForClinicians) => {
    const chosen = isForClinicians ? JSON.stringify({ roles: roles(true) }) : null;
    await database.query('SELECT wardbell.emit($1, $2, $3, $4)', [
      id,
      'parity',
      JSON.stringify(data),
      chosen,
    ]);
    return 201;
  },
};

/** Opens a door in a view, and returns what has come out of it. */
type Door = (clinic: Clinic, view: View, key: string) => Promise<() => Promise<readonly unknown[]>>;

const Poll = z.object({ events: z.array(z.unknown()), epoch: z.string() });
const cleanUps: (() => Promise<void> | void)[] = [];

const DOORS: Readonly<Record<string, Door>> = {
  'a WebSocket': async (_, __, key) => {
    const socket = await connect(server.wsUrl, { token: key });
    cleanUps.push(() => socket.close());
    return async () => socket.events;
  },
  'server-sent events': async (_, __, key) => {
    const stream = await openStream(server.url, { token: key });
    cleanUps.push(() => stream.close());
    return async () => stream.events;
  },
  'long poll': async (_, __, key) => {
    const poll = async (query: string) =>
      Poll.parse(
        (
          await call(server.url, 'GET', `/stream?wait=0${query}`, {
            token: key,
            headers: { accept: 'application/json' },
          })
        ).body,
      );
    const { epoch } = await poll('');
    return async () => (await poll(`&since=0&epoch=${epoch}`)).events;
  },
  'a webhook': async (clinic, payload) => {
    const receiver = await startReceiver();
    cleanUps.push(() => receiver.close());
    await createWebhook(clinic, receiver.url, { payload });
    return async () => receiver.deliveries.map(({ text }): unknown => JSON.parse(text));
  },
};

describe('Whatever is published', () => {
  let clinic: Clinic;
  /** What was published: its data, and whether it is for clinicians alone. */
  const published: { readonly data: object; readonly isForClinicians: boolean }[] = [];
  const doors = new Map<string, () => Promise<readonly unknown[]>>();

  beforeAll(async () => {
    clinic = await createClinic();
    for (const view of VIEWS) {
      const body = { name: view, scopes: ['stream:read' as const], role: view };
      const { key } = await succeed(api.integrationKeys.create, { token: clinic.admin, body });
      for (const [name, open] of Object.entries(DOORS))
        doors.set(`${name} as ${view}`, await open(clinic, view, key));
    }
    for (const [name, publish] of Object.entries(WAYS))
      for (const isForClinicians of [false, true]) {
        const data = { by: name, note: 'ä € \u{1f3e5}', nested: { list: [1, null, true] } };
        expect([name, await publish(clinic, data, isForClinicians)]).toEqual([name, 201]);
        published.push({ data, isForClinicians });
      }
    await registerPatient(clinic, { notes: 'clinical' });
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });

  /** What a view shows of it. */
  const expected = (view: View) =>
    published
      .map(({ data, isForClinicians }, index) => ({
        seq: index + 1,
        isShown: !isForClinicians || view === 'clinician',
        data: view === 'ids' ? {} : data,
      }))
      .filter(({ isShown }) => isShown)
      .map(({ seq, data }) => ({ seq, type: 'parity', data }));

  it.each(VIEWS.flatMap((view) => Object.keys(DOORS).map((door) => [door, view] as const)))(
    'by any way in comes out of %s in the view %s, with the same id, number and order',
    async (door, view) => {
      const read = doors.get(`${door} as ${view}`);
      const reference = doors.get(`a WebSocket as ${view}`);
      if (!read || !reference) throw new Error('no door');
      const own = expected(view);
      const frames = await eventually(async () => {
        const arrived = z.array(Frame).parse(await read());
        return arrived.length > own.length && arrived;
      });
      const said = frames.slice(0, -1).map(({ seq, type, data }) => ({ seq, type, data }));
      expect(said).toEqual(own);
      expect(frames.at(-1)?.type).toBe('patient_created');
      expect(frames).toEqual(z.array(Frame).parse(await reference()));
    },
  );

  it('by any way in is in the log that tenant admins read, with the same id, number and order', async () => {
    const { data: log } = await succeed(api.events.list, { token: clinic.admin, query: { limit: 200 } });
    const said = log.slice(0, -1).map(({ seq, type, data }) => ({ seq, type, data }));
    expect(said).toEqual(published.map(({ data }, index) => ({ seq: index + 1, type: 'parity', data })));
    const frames = z.array(Frame).parse(await doors.get('a WebSocket as clinician')?.());
    expect(log.map(({ id }) => id)).toEqual(frames.map(({ id }) => id));
  });
});

describe('The ways in and the doors', () => {
  it('are all of those that the API has', async () => {
    const document = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
    const { content } = z
      .object({ content: z.record(z.string(), z.unknown()) })
      .parse(document.paths['/api/v1/events'].post.requestBody);
    expect(Object.keys(content).sort()).toEqual([
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/json',
    ]);
    const emitters = await database.query<{ name: string }>(
      `SELECT DISTINCT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'wardbell' AND p.proname ~ '^emit' ORDER BY 1`,
    );
    expect(emitters.map(({ name }) => name).filter((name) => !name.startsWith('emission'))).toEqual(['emit']);
    // A new part of the API has to be added here, and above if events come in or go out by it.
    const parts = new Set(endpoints.map(({ tag }) => tag));
    expect([...parts].sort()).toEqual([
      'appointments',
      'audit',
      'auth',
      'clinic setup',
      'connections',
      'dead letters',
      'escalation policies',
      'event types',
      'events',
      'gateways',
      'integration keys',
      'notifications',
      'patients',
      'presence',
      'push',
      'stream',
      'system',
      'tenants',
      'users',
      'webhooks',
    ]);
  });
});
