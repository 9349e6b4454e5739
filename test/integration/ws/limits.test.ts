import { describe, expect, it } from '@jest/globals';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { connect, type SocketOptions, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { createClinic, superToken } from './clinic.js';
import { eventuallyConnect, settled, tryConnect } from './handshake.js';

const TENANT_LIMIT = { code: 4429, reason: 'Tenant connection limit reached' };
const USER_LIMIT = { code: 4429, reason: 'User connection limit reached' };
const MESSAGE_RATE = { code: 4429, reason: 'Message rate exceeded' };
const CONNECT_RATE = { code: 4429, reason: 'Too many connection attempts' };

useServer({
  env: {
    MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '3',
    MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '60',
    TRUSTED_PROXIES: '127.0.0.1',
  },
});

describe('Limits', () => {
  let addresses = 0;
  /** An address that no other test uses, as a proxy in front of the server would tell it. */
  const newAddress = (): NonNullable<SocketOptions['headers']> => ({
    'x-forwarded-for': `203.0.113.${++addresses}`,
  });
  const closeAll = (sockets: readonly TestSocket[]) => Promise.all(sockets.map((socket) => socket.close()));

  describe('of connections', () => {
    it('closes 4429 the first of a tenant past MAX_WEBSOCKET_CONNECTIONS_PER_TENANT', async () => {
      const clinic = await createClinic(database);
      const headers = newAddress();
      const enter = async () => tryConnect(server.wsUrl, { token: await clinic.token('clinician'), headers });
      const inside = [await enter(), await enter(), await enter()].map(({ socket, refused }) => {
        expect(refused).toBeUndefined();
        return socket;
      });
      expect((await enter()).refused).toEqual(TENANT_LIMIT);
      await closeAll(inside);
    });

    it('admits exactly the limit of those who come at once', async () => {
      const clinic = await createClinic(database);
      const headers = newAddress();
      const token = await clinic.token('clinician');
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => tryConnect(server.wsUrl, { token, headers })),
      );
      expect(outcomes.filter(({ refused }) => refused === undefined)).toHaveLength(3);
      expect(outcomes.flatMap(({ refused }) => refused ?? [])).toEqual(Array(17).fill(TENANT_LIMIT));
      await closeAll(outcomes.map(({ socket }) => socket));
    });

    it('lets the next one in when one has left', async () => {
      const clinic = await createClinic(database, { max_connections: 1 });
      const options = { token: await clinic.token('clinician'), headers: newAddress() };
      const first = await connect(server.wsUrl, options);
      expect((await tryConnect(server.wsUrl, options)).refused).toEqual(TENANT_LIMIT);
      await first.close();
      await (await eventuallyConnect(server.wsUrl, options)).close();
    });

    it("counts a tenant's own limit instead of the default, and each tenant for itself", async () => {
      const headers = newAddress();
      const large = await createClinic(database, { max_connections: 5 });
      const none = await createClinic(database, { max_connections: 0 });
      const token = await large.token('clinician');
      const inside: TestSocket[] = [];
      for (let i = 0; i < 5; i++) inside.push(await connect(server.wsUrl, { token, headers }));
      expect((await tryConnect(server.wsUrl, { token, headers })).refused).toEqual(TENANT_LIMIT);
      const other = { token: await none.token('clinician'), headers };
      expect((await tryConnect(server.wsUrl, other)).refused).toEqual(TENANT_LIMIT);
      await closeAll(inside);
    });

    it('does not count super admins, who belong to no tenant', async () => {
      const headers = newAddress();
      const token = await superToken();
      const inside: TestSocket[] = [];
      for (let i = 0; i < 4; i++) inside.push(await connect(server.wsUrl, { token, headers }));
      await closeAll(inside);
    });

    it('closes 4429 the first of a user past max_connections_per_user, and nobody else', async () => {
      const clinic = await createClinic(database, { max_connections: 10, max_connections_per_user: 2 });
      const headers = newAddress();
      const token = await clinic.token('clinician', { sub: 'one person' });
      const inside = [
        await connect(server.wsUrl, { token, headers }),
        await connect(server.wsUrl, { token, headers }),
      ];
      const samePerson = { token: await clinic.token('clinician', { sub: 'one person' }), headers };
      expect((await tryConnect(server.wsUrl, samePerson)).refused).toEqual(USER_LIMIT);
      const colleague = { token: await clinic.token('clinician', { sub: 'another' }), headers };
      inside.push(await connect(server.wsUrl, colleague));
      await closeAll(inside);
    });
  });

  describe('of connections of a user, in a tenant that sets none', () => {
    it('are 20 unless MAX_WEBSOCKET_CONNECTIONS_PER_USER says otherwise, on every transport, for each user', async () => {
      const byDefault = await startAnother({
        MAX_WEBSOCKET_CONNECTIONS_PER_USER: '',
        MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '100000',
      });
      const clinic = await createClinic(database, { max_connections: 100 });
      const token = await clinic.token('clinician', { sub: 'one person' });
      const outcomes = await Promise.all(
        Array.from({ length: 25 }, () => tryConnect(byDefault.wsUrl, { token })),
      );
      const inside = outcomes.filter(({ refused }) => refused === undefined).map(({ socket }) => socket);
      expect(inside).toHaveLength(20);
      expect(outcomes.flatMap(({ refused }) => refused ?? [])).toEqual(Array(5).fill(USER_LIMIT));
      const stream = await fetch(`${byDefault.url}/api/v1/stream`, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      });
      expect(await stream.text()).toContain(USER_LIMIT.reason);
      const colleague = { token: await clinic.token('clinician', { sub: 'another' }) };
      inside.push(await connect(byDefault.wsUrl, colleague));
      await closeAll(inside);
    });

    it('go with the variable, and with the limit of a tenant that sets one', async () => {
      const strict = await startAnother({ MAX_WEBSOCKET_CONNECTIONS_PER_USER: '2' });
      const enter = async (limits: object) => {
        const clinic = await createClinic(database, { max_connections: 100, ...limits });
        const token = await clinic.token('clinician', { sub: 'one person' });
        const outcomes = [];
        for (let made = 0; made < 4; made++) outcomes.push(await tryConnect(strict.wsUrl, { token }));
        await closeAll(outcomes.filter(({ refused }) => !refused).map(({ socket }) => socket));
        return outcomes.filter(({ refused }) => refused === undefined).length;
      };
      expect(await enter({})).toBe(2);
      expect(await enter({ max_connections_per_user: 3 })).toBe(3);
    });
  });

  describe('of messages', () => {
    it('answers 120 in a minute and closes 4429 after one more', async () => {
      const clinic = await createClinic(database);
      const socket = await connect(server.wsUrl, {
        token: await clinic.token('clinician'),
        headers: newAddress(),
      });
      for (let i = 0; i < 120; i++) socket.send('ping');
      await eventually(() => socket.texts.filter((text) => text === 'pong').length === 120);
      // two a second are earned back meanwhile
      for (let i = 0; i < 120; i++) socket.send('ping');
      expect(await socket.closed()).toEqual(MESSAGE_RATE);
    });

    it("keeps to the tenant's max_messages_per_minute, of whatever kind they are", async () => {
      const clinic = await createClinic(database, { max_messages_per_minute: 4 });
      const options = { token: await clinic.token('clinician'), headers: newAddress() };
      const kinds: ((socket: TestSocket) => void)[] = [
        (socket) => socket.send('ping'),
        (socket) => socket.send({ type: 'ping' }),
        (socket) => socket.send({ type: 'subscribe', topics: ['patients'] }),
        (socket) => socket.send('not a message'),
        (socket) => socket.ws.ping(),
        (socket) => socket.ws.pong(),
      ];
      for (const send of kinds) {
        const socket = await connect(server.wsUrl, options);
        for (let i = 0; i < 4; i++) send(socket);
        send(socket);
        expect(await socket.closed()).toEqual(MESSAGE_RATE);
      }
    });

    it('counts each connection for itself', async () => {
      const clinic = await createClinic(database, { max_messages_per_minute: 3 });
      const options = { token: await clinic.token('clinician'), headers: newAddress() };
      const [a, b] = [await connect(server.wsUrl, options), await connect(server.wsUrl, options)];
      for (const socket of [a, b]) for (let i = 0; i < 3; i++) await settled(socket);
      await closeAll([a, b]);
    });
  });

  describe('of attempts', () => {
    /** Tries until it is refused for trying; answers how often it got past, and what is earned back meanwhile. */
    const untilRefused = async (options: SocketOptions) => {
      const startMs = performance.now();
      for (let past = 0; past < 200; past++) {
        const { socket, refused } = await tryConnect(server.wsUrl, options);
        if (refused?.code === CONNECT_RATE.code) {
          expect(refused).toEqual(CONNECT_RATE);
          return { past, earned: Math.ceil((performance.now() - startMs) / 1_000) };
        }
        socket.ws.terminate();
        await socket.closed();
      }
      throw new Error('it was never refused');
    };

    it('closes 4429 after MAX_CONNECTION_ATTEMPTS_PER_MINUTE of one address, good tokens too', async () => {
      const clinic = await createClinic(database, { max_connections: 100 });
      const token = await clinic.token('clinician');
      const { past, earned } = await untilRefused({ token, headers: newAddress() });
      expect(past).toBeGreaterThanOrEqual(60);
      expect(past).toBeLessThanOrEqual(60 + earned);
      await (await connect(server.wsUrl, { token, headers: newAddress() })).close();
    });

    it('counts a refused token tenfold', async () => {
      const { past, earned } = await untilRefused({ token: 'guess', headers: newAddress() });
      expect(past).toBeGreaterThanOrEqual(6);
      expect(past).toBeLessThanOrEqual(6 + earned);
    });

    it('counts a missing or expired token once: it guesses nothing', async () => {
      const clinic = await createClinic(database);
      const headers = newAddress();
      const expired = await clinic.token('clinician', { expiresInS: -5 });
      for (let i = 0; i < 15; i++) {
        expect((await tryConnect(server.wsUrl, { headers })).refused).toMatchObject({ code: 1008 });
        expect((await tryConnect(server.wsUrl, { headers, token: expired })).refused).toMatchObject({
          code: 4401,
        });
      }
      await (await connect(server.wsUrl, { headers, token: await clinic.token('clinician') })).close();
    });
  });

  describe('and addresses', () => {
    it('believes X-Forwarded-For of TRUSTED_PROXIES', async () => {
      const clinic = await createClinic(database);
      const socket = await connect(server.wsUrl, {
        token: await clinic.token('clinician'),
        headers: { 'x-forwarded-for': '192.0.2.1, 198.51.100.7' },
      });
      expect(await addressOf(socket)).toBe('198.51.100.7');
      await socket.close();
    });

    it('believes nobody unless told so: a liar counts as one address', async () => {
      const wary = await startAnother({
        MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '20',
        TRUSTED_PROXIES: '',
      });
      const clinic = await createClinic(database);
      const socket = await connect(wary.wsUrl, {
        token: await clinic.token('clinician'),
        headers: { 'x-forwarded-for': '192.0.2.1' },
      });
      expect(await addressOf(socket)).toBe('127.0.0.1');
      await socket.close();
      // The third guess, or a later one on a slow machine, which earns attempts back meanwhile.
      const guess = async () =>
        (await tryConnect(wary.wsUrl, { token: 'guess', headers: newAddress() })).refused;
      let refused = await guess();
      for (let tries = 1; tries < 30 && refused?.code !== CONNECT_RATE.code; tries++) refused = await guess();
      expect(refused).toEqual(CONNECT_RATE);
    });

    const addressOf = async (socket: TestSocket): Promise<unknown> => {
      const id = socket.frames[0]?.data?.['connection_id'];
      const [row] = await database.query('SELECT address FROM wardbell.connection WHERE id = $1', [id]);
      return row?.['address'];
    };
  });
});
