import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, IntegrationKeyCreated, type Role, type Topic, topicOf } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { RawStream } from '../stream/raw-stream.js';
import { type Clinic, createClinic, superToken, tokenOf } from './clinic.js';
import { settled } from './handshake.js';
import { HAPPENING_TYPES, happen } from './happenings.js';

const ROLES: readonly Role[] = ['tenant_admin', 'clinician', 'front_desk', 'super_admin'];
const EVERYBODYS: readonly Topic[] = ['patients', 'appointments', 'notifications', 'presence', 'events'];

/** What each topic carries, spelled out: the table of the protocol. */
const TYPES_OF_TOPIC: Readonly<Record<Topic, readonly string[]>> = {
  patients: ['patient_created', 'patient_updated', 'patient_deleted'],
  appointments: [
    'appointment_created',
    'appointment_updated',
    'appointment_cancelled',
    'appointment_deleted',
  ],
  notifications: ['system_notification'],
  events: ['task_updated'],
  presence: [],
  gateways: ['gateway_status_change'],
  system: [],
};

useServer();

describe('Topics', () => {
  let clinic: Clinic;
  /** Sockets of every role on every topic, on `/ws`, and with a filter of types; then everything happens. */
  const sockets = new Map<string, TestSocket>();

  beforeAll(async () => {
    clinic = await createClinic(database);
    const open = async (
      key: string,
      role: Role,
      options: { topic?: string; query?: Record<string, string> },
    ) => sockets.set(key, await connect(server.wsUrl, { token: await tokenOf(clinic, role), ...options }));
    for (const role of ROLES) {
      await open(`${role} /ws`, role, {});
      for (const topic of EVERYBODYS) await open(`${role} ${topic}`, role, { topic });
    }
    await open('super_admin system', 'super_admin', { topic: 'system' });
    await open('two types', 'clinician', { query: { types: 'patient_created,patient_deleted' } });
    await open('one type elsewhere', 'clinician', {
      topic: 'patients',
      query: { types: 'appointment_created' },
    });
    await open('own type', 'front_desk', { query: { types: 'task_updated' } });
    await open('no type', 'clinician', { query: { types: '' } });

    await happen(server, database, clinic);
    const everything = sockets.get('clinician /ws');
    await eventually(() => everything?.events.length === HAPPENING_TYPES.length, { what: 'all events' });
    for (const socket of sockets.values()) await settled(socket);
  });

  const typesAt = (key: string): string[] => {
    const socket = sockets.get(key);
    if (socket === undefined) throw new Error(`no socket for ${key}`);
    return socket.events.map(({ type }) => type);
  };

  it.each(ROLES)('of /ws are all that a %s may see: every type, in the order of the log', (role) => {
    expect(typesAt(`${role} /ws`)).toEqual(HAPPENING_TYPES);
  });

  describe.each(ROLES)('for a %s', (role) => {
    it.each(EVERYBODYS)('/ws/%s carries its types and no others', (topic) => {
      const expected = HAPPENING_TYPES.filter((type) => TYPES_OF_TOPIC[topic].includes(type));
      expect(typesAt(`${role} ${topic}`)).toEqual(expected);
    });
  });

  it('/ws/system is for super admins, and carries what belongs to no tenant', async () => {
    const system = sockets.get('super_admin system');
    const health = await system?.waitFor('system_health', 35_000);
    expect(health).toMatchObject({ data: { status: 'healthy', checks: expect.anything() } });
    expect(health).not.toHaveProperty('seq');
    expect(health).not.toHaveProperty('tenant_id');
    expect(system?.events).toEqual([]);
    for (const role of ['tenant_admin', 'clinician', 'front_desk'] as const) {
      const socket = new TestSocket(server.wsUrl, { token: await clinic.token(role), topic: 'system' });
      expect(await socket.closed()).toEqual({ code: 4403, reason: 'Topic not allowed' });
    }
  });

  it('are the ones that the contract names', () => {
    const named = Object.entries(TYPES_OF_TOPIC).flatMap(([topic, types]) =>
      types.map((type) => [type, topic]),
    );
    expect(named.map(([type = '']) => [type, topicOf(type)])).toEqual(named);
  });

  describe('filtered by ?types=', () => {
    it('carry these types and no others', () => {
      expect(typesAt('two types')).toEqual(['patient_created', 'patient_deleted']);
      expect(typesAt('own type')).toEqual(['task_updated']);
    });

    it('are narrowed by the topic of the path as well', () => {
      expect(typesAt('one type elsewhere')).toEqual([]);
    });

    it('are not filtered by an empty list', () => {
      expect(typesAt('no type')).toEqual(HAPPENING_TYPES);
    });
  });
});

describe('Presence', () => {
  const userIds = (socket: TestSocket): unknown[] =>
    socket.frames.flatMap(({ type, data }) => (type === 'user_status' ? [data?.['user_id']] : []));
  const listed = async (token: string) => {
    const { status, body } = await call(server.url, 'GET', '/presence', { token });
    return { status, users: status === 200 ? api.presence.list.answer.parse(body).data : [] };
  };

  it('shows the users of the own tenant to every role of it, over sockets, event streams and HTTP', async () => {
    const [clinic, other] = [await createClinic(database), await createClinic(database)];
    const open = async (role: Role, options: { topic?: string; query?: Record<string, string> } = {}) =>
      connect(server.wsUrl, { token: await tokenOf(clinic, role), ...options });
    const everything = await open('front_desk');
    const watchers = [everything, await open('clinician', { topic: 'presence' }), await open('tenant_admin')];
    const stream = await RawStream.open(server.url, { token: await clinic.token('clinician') });
    const elsewhere = await connect(server.wsUrl, { token: await other.token('clinician') });
    const filtered = await open('clinician', { query: { types: 'patient_created' } });
    const otherTopic = await open('clinician', { topic: 'patients' });
    const superAdmin = await open('super_admin');
    const keyOptions = { name: 'feed', scopes: ['stream:read'], role: 'ids' };
    const made = await call(server.url, 'POST', '/integration-keys', {
      token: await clinic.token('tenant_admin'),
      body: keyOptions,
    });
    const { key } = IntegrationKeyCreated.parse(made.body);
    const keySocket = await connect(server.wsUrl, { token: key });
    await connect(server.wsUrl, { token: await clinic.token('clinician', { sub: 'ada' }) });

    for (const socket of [...watchers, keySocket]) {
      const frame = await socket.waitFor(
        ({ type, data }) => type === 'user_status' && data?.['user_id'] === 'ada',
      );
      expect(frame).toEqual({ type: 'user_status', data: { user_id: 'ada', status: 'online' } });
    }
    await eventually(() =>
      stream.messages.some(({ type, data }) => type === 'user_status' && data?.['user_id'] === 'ada'),
    );
    for (const socket of [elsewhere, filtered, otherTopic, superAdmin]) {
      await settled(socket);
      expect(userIds(socket)).not.toContain('ada');
    }
    expect(everything.events).toEqual([]);

    for (const role of ['tenant_admin', 'clinician', 'front_desk'] as const) {
      const { status, users } = await listed(await clinic.token(role));
      expect(status).toBe(200);
      // the sockets above are of different users; keys and super admins are not among them
      expect(users).toHaveLength(7);
      expect(users.find(({ user_id }) => user_id === 'ada')).toEqual({
        user_id: 'ada',
        status: 'online',
        since: expect.any(String),
        connections: 1,
      });
    }
    expect((await listed(key)).users).toHaveLength(7);
    expect((await listed(await other.token('clinician'))).users).toHaveLength(1);
    expect((await listed(await superToken())).status).toBe(403);
  });
});
