import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { eventually, scaled, WAIT_MS } from '../../support/wait.js';
import { type Clinic, createClinic, createPatient, emit } from './clinic.js';
import { settled } from './handshake.js';

useServer();

describe('Messages of a client', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic(database);
  });

  const open = async (options: Parameters<Clinic['token']>[1] = {}): Promise<TestSocket> =>
    connect(server.wsUrl, { token: await clinic.token('clinician', options) });
  const errorsOf = (socket: TestSocket) => socket.frames.filter(({ type }) => type === 'error');
  const nextError = async (socket: TestSocket, message: string | object) => {
    const before = errorsOf(socket).length;
    socket.send(message);
    return eventually(() => errorsOf(socket)[before], { what: 'an error frame' });
  };

  describe('ping', () => {
    it('is answered with pong, as text by text', async () => {
      const socket = await open();
      socket.send('ping');
      await eventually(() => socket.texts.includes('pong'));
      await socket.close();
    });

    it('is answered with pong, as JSON by JSON', async () => {
      const socket = await open();
      socket.send({ type: 'ping' });
      expect(await socket.waitFor('pong')).toEqual({ type: 'pong' });
      expect(socket.texts).toContain('{"type":"pong"}');
      await socket.close();
    });

    it("is answered with pong by the protocol's own frame, with its payload", async () => {
      const socket = await open();
      const pong = new Promise((resolve) => socket.ws.once('pong', (data) => resolve(data.toString())));
      socket.ws.ping('still there?');
      expect(await pong).toBe('still there?');
      await socket.close();
    });
  });

  describe('that is not understood', () => {
    it.each([
      ['is no JSON', 'hello <CANARY>'],
      ['is no object', '"CANARY"'],
      ['is null', 'null'],
      ['is an array', '[{"type":"ping"}]'],
      ['has no type', { canary: 'CANARY' }],
      ['has an unknown type', { type: 'CANARY' }],
      ['is empty', ''],
      ['says PING', 'PING'],
      ['refreshes without a token', { type: 'refresh' }],
      ['refreshes with a number', { type: 'refresh', token: 7 }],
      ['subscribes to a name', { type: 'subscribe', topics: 'patients' }],
      ['subscribes to an unknown topic', { type: 'subscribe', topics: ['CANARY'] }],
      ['resumes from before the start', { type: 'resume', since: -1 }],
      ['resumes from a fraction', { type: 'resume', since: 1.5 }],
    ])('gets an error frame that does not repeat it, when it %s', async (_, message) => {
      const socket = await open();
      const error = await nextError(socket, message);
      expect(error).toEqual({
        type: 'error',
        data: { code: 'invalid_message', message: 'This message was not understood' },
      });
      expect(socket.texts.join()).not.toMatch(/canary/i);
      await settled(socket);
      await socket.close();
    });

    it('gets an error frame for a resume that nobody waits for', async () => {
      const socket = await open();
      const error = await nextError(socket, { type: 'resume', epoch: 'x', since: 0 });
      expect(error.data?.['code']).toBe('resume_not_expected');
      await socket.close();
    });

    it('publishes nothing: clients only listen', async () => {
      const listener = await open();
      const socket = await open();
      for (const type of ['patient_created', 'system_notification', 'task_updated', 'publish']) {
        const error = await nextError(socket, { type, data: { message: 'hello' } });
        expect(error.data?.['code']).toBe('invalid_message');
      }
      await settled(listener);
      expect(listener.events).toEqual([]);
      const [row] = await database.query('SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1', [
        clinic.id,
      ]);
      expect(row?.['seq']).toBe('0');
      await Promise.all([listener.close(), socket.close()]);
    });
  });

  describe('subscribe', () => {
    /** An event of each of three topics; answers when all of the clinic's sockets have got theirs. */
    const stir = async (): Promise<void> => {
      const witness = await open();
      await createPatient(server, clinic);
      await emit(database, clinic, 'task_updated');
      await emit(database, clinic, 'blog_posted');
      await eventually(() => witness.events.length >= 3, { what: 'three events' });
      await witness.close();
    };
    /** Types of the events that come from here on. */
    const since = (socket: TestSocket) => {
      const seen = socket.events.length;
      return async () => {
        await settled(socket);
        return socket.events.slice(seen).map(({ type }) => type);
      };
    };

    it('narrows and widens the stream by topics and types, from there on', async () => {
      const socket = await open();
      const all = since(socket);
      await stir();
      expect(await all()).toEqual(['patient_created', 'task_updated', 'blog_posted']);

      socket.send({ type: 'subscribe', topics: ['events'] });
      await settled(socket);
      const events = since(socket);
      await stir();
      expect(await events()).toEqual(['task_updated', 'blog_posted']);

      socket.send({ type: 'subscribe', types: ['blog_posted', 'patient_created'] });
      await settled(socket);
      const blogs = since(socket);
      await stir();
      expect(await blogs()).toEqual(['blog_posted']);

      socket.send({ type: 'subscribe', topics: ['patients', 'events'], types: [] });
      await settled(socket);
      const again = since(socket);
      await stir();
      expect(await again()).toEqual(['patient_created', 'task_updated', 'blog_posted']);
      expect(errorsOf(socket)).toEqual([]);
      await socket.close();
    });

    it('may leave the topic that the connection was opened for', async () => {
      const socket = await connect(server.wsUrl, {
        token: await clinic.token('front_desk'),
        topic: 'patients',
      });
      socket.send({ type: 'subscribe', topics: ['events'] });
      await settled(socket);
      const got = since(socket);
      await stir();
      expect(await got()).toEqual(['task_updated', 'blog_posted']);
      await socket.close();
    });

    it('leaves out topics that the role may not see and says so', async () => {
      const socket = await open();
      const error = await nextError(socket, { type: 'subscribe', topics: ['system', 'patients'] });
      expect(error.data?.['code']).toBe('topic_not_allowed');
      const got = since(socket);
      await stir();
      expect(await got()).toEqual(['patient_created']);
      await socket.close();
    });
  });

  describe('refresh', () => {
    /** A life of a token that is over soon, but not before it was refreshed. */
    const shortS = () => Math.ceil(Math.min(scaled(8_000), WAIT_MS / 3) / 1_000);

    it('renews the connection: refreshed says until when, and the old end passes by', async () => {
      const sub = randomUUID();
      const socket = await open({ sub, expiresInS: shortS() });
      const oldEnd = Date.parse(String(socket.frames[0]?.data?.['expires_at']));
      socket.send({ type: 'refresh', token: await clinic.token('clinician', { sub, expiresInS: 600 }) });
      const refreshed = await socket.waitFor('refreshed');
      expect(refreshed).toEqual({
        type: 'refreshed',
        data: { expires_at: expect.stringMatching(/^\d{4}-.*\.000Z$/) },
      });
      const leftS = (Date.parse(String(refreshed.data?.['expires_at'])) - Date.now()) / 1_000;
      expect(leftS).toBeGreaterThan(590);
      expect(leftS).toBeLessThanOrEqual(600);
      // expiries are looked at by the second
      await eventually(() => Date.now() > oldEnd + 1_500, { what: 'the end of the old token' });
      await settled(socket);
      await socket.close();
    });

    it.each<[string, (sub: string, other: Clinic) => Promise<string> | string]>([
      ['is of another user', () => clinic.token('clinician')],
      ['is of another role', (sub) => clinic.token('tenant_admin', { sub })],
      ['is of another tenant', (sub, other) => other.token('clinician', { sub })],
      ['has expired', (sub) => clinic.token('clinician', { sub, expiresInS: -1 })],
      ['has another signature', (sub) => clinic.token('clinician', { sub, secret: 'x'.repeat(40) })],
      ['is no token', () => 'garbage'],
    ])('is refused with an error frame, and the connection stays, when the token %s', async (_, make) => {
      const sub = randomUUID();
      const socket = await open({ sub });
      const token = await make(sub, await createClinic(database));
      const error = await nextError(socket, { type: 'refresh', token });
      expect(error.data?.['code']).toBe('token_refused');
      expect(socket.texts.join()).not.toContain(token);
      await createPatient(server, clinic);
      await socket.waitFor('patient_created');
      await socket.close();
    });

    it('does not prolong a connection whose new token was refused', async () => {
      const socket = await open({ expiresInS: shortS() });
      await nextError(socket, { type: 'refresh', token: await clinic.token('clinician') });
      expect(await socket.closed()).toEqual({ code: 4401, reason: 'Token expired' });
    });

    it('closes 4403 when the session was revoked meanwhile', async () => {
      const [userId, sid] = [randomUUID(), randomUUID()];
      await database.query(
        `INSERT INTO wardbell.user_account (id, tenant_id, email, name, role)
         VALUES ($1::uuid, $2, $1::uuid || '@example.org', 'Somebody', 'clinician')`,
        [userId, clinic.id],
      );
      await database.query(
        `INSERT INTO wardbell.auth_session (id, user_id, tenant_id, expires_at)
         VALUES ($1, $2, $3, now() + interval '1 day')`,
        [sid, userId, clinic.id],
      );
      const person = { sub: userId, claims: { sid } };
      const socket = await open(person);
      socket.send({ type: 'refresh', token: await clinic.token('clinician', person) });
      await socket.waitFor('refreshed');
      // straight in the database: no order to close sockets goes with it
      await database.query('UPDATE wardbell.auth_session SET revoked_at = now() WHERE id = $1', [sid]);
      socket.send({ type: 'refresh', token: await clinic.token('clinician', person) });
      expect(await socket.closed()).toEqual({ code: 4403, reason: 'Access revoked' });
    });

    it('closes 4403 when the tenant was suspended meanwhile', async () => {
      const other = await createClinic(database);
      const sub = randomUUID();
      const socket = await connect(server.wsUrl, { token: await other.token('clinician', { sub }) });
      await database.query(`UPDATE wardbell.tenant SET status = 'suspended' WHERE id = $1`, [other.id]);
      socket.send({ type: 'refresh', token: await other.token('clinician', { sub }) });
      expect(await socket.closed()).toEqual({ code: 4403, reason: 'Tenant suspended' });
    });

    it('is reminded of by token_expiring 60 s before the end, once, and again after a refresh', async () => {
      const sub = randomUUID();
      const socket = await open({ sub, expiresInS: 62 });
      const { expires_at } = socket.frames[0]?.data ?? {};
      const expiring = await socket.waitFor('token_expiring');
      const leftMs = Date.parse(String(expires_at)) - Date.now();
      expect(leftMs).toBeLessThanOrEqual(60_000);
      expect(leftMs).toBeGreaterThan(50_000); // on a quiet machine 59 s
      expect(expiring).toEqual({ type: 'token_expiring', data: { expires_at } });

      socket.send({ type: 'refresh', token: await clinic.token('clinician', { sub, expiresInS: 61 }) });
      const told = () =>
        socket.frames
          .map(({ type }) => type)
          .filter((type) => ['token_expiring', 'refreshed'].includes(type));
      await eventually(() => told().length >= 3, { what: 'the second reminder' });
      expect(told()).toEqual(['token_expiring', 'refreshed', 'token_expiring']);
      await socket.close();
    });
  });
});
