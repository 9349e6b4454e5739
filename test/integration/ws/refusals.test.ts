import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CLOSE } from '@wardbell/contract';
import { SignJWT, UnsecuredJWT } from 'jose';
import { database, server, useServer } from '../../support/fixture.js';
import { JWT_SECRET } from '../../support/server.js';
import { connect, TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { expectWithin } from '../../support/wait.js';
import { type Clinic, createClinic, superToken } from './clinic.js';
import { eventuallyConnect } from './handshake.js';
import { OPCODE, RawSocket } from './raw-socket.js';

const MISSING = { code: 1008, reason: 'Missing authentication token' };
const FAILED = { code: 1008, reason: 'Authentication failed' };
const EXPIRED = { code: 4401, reason: 'Token expired' };
const REVOKED = { code: 4403, reason: 'Access revoked' };
const SUSPENDED = { code: 4403, reason: 'Tenant suspended' };
const TOPIC = { code: 4403, reason: 'Topic not allowed' };
const ORIGIN = { code: 4403, reason: 'Origin not allowed' };

useServer({ env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '10000' } });

describe('Refusing', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic(database);
  });

  const refusal = (token?: string) =>
    new TestSocket(server.wsUrl, token === undefined ? {} : { token }).closed();

  it('accepts the handshake first, so that a browser can read the code', async () => {
    const socket = new RawSocket(server.port, '/ws');
    expect(await socket.status()).toBe(101);
    expect(await socket.closed()).toEqual(MISSING);
    expect(socket.frames.map(({ opcode }) => opcode)).toEqual([OPCODE.close]);
    socket.destroy();
  });

  describe('1008', () => {
    it('closes with "Missing authentication token" who brings none', async () => {
      expect(await refusal()).toEqual(MISSING);
      expect(await refusal('')).toEqual(MISSING);
      const basic = new TestSocket(server.wsUrl, { headers: { authorization: 'Basic dTpw' } });
      expect(await basic.closed()).toEqual(MISSING);
    });

    const payload = { role: 'clinician', sub: 'somebody' };
    const secret = new TextEncoder().encode(JWT_SECRET);
    const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;
    const signed = (claims: object, alg = 'HS256') =>
      new SignJWT({ ...payload, tenant_id: clinic.id, exp: inAnHour(), ...claims })
        .setProtectedHeader({ alg })
        .sign(secret);
    const bad: Record<string, () => string | Promise<string>> = {
      'no JWT at all': () => 'not-a-token',
      'signed with another secret': () =>
        clinic.token('clinician', { secret: 'another secret that is long enough, too' }),
      'not signed': () =>
        new UnsecuredJWT({ ...payload, tenant_id: clinic.id }).setExpirationTime('1h').encode(),
      'signed by another algorithm than the one agreed': () => signed({}, 'HS512'),
      'changed after it was signed': async () => {
        const [head, body = '', signature] = (await clinic.token('front_desk')).split('.');
        const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
        const forged = Buffer.from(JSON.stringify({ ...claims, role: 'tenant_admin' })).toString('base64url');
        return `${head}.${forged}.${signature}`;
      },
      'without a subject': () => signed({ sub: undefined }),
      'without an end': () => signed({ exp: undefined }),
      'of an unknown role': () => signed({ role: 'root' }),
      'of staff without a tenant': () => mintToken({ role: 'clinician' }),
      'of a super admin with a tenant': () => mintToken({ role: 'super_admin', tenantId: clinic.id }),
      'of a tenant that does not exist': () => mintToken({ role: 'clinician', tenantId: randomUUID() }),
      'with a subject over 200 characters': () => clinic.token('clinician', { sub: 'x'.repeat(201) }),
      'not good yet': () => signed({ nbf: inAnHour() }),
    };
    it.each(Object.keys(bad))('closes with "Authentication failed" a token that is %s', async (what) => {
      expect(await refusal(await bad[what]?.())).toEqual(FAILED);
    });
  });

  describe('4401', () => {
    it('closes with "Token expired" a token that expired before', async () => {
      expect(await refusal(await clinic.token('clinician', { expiresInS: -1 }))).toEqual(EXPIRED);
    });

    it('says "Authentication failed" of an expired token that was never good', async () => {
      const token = await clinic.token('clinician', {
        expiresInS: -60,
        secret: 'another secret that is long enough, too',
      });
      expect(await refusal(token)).toEqual(FAILED);
    });

    it('closes a live connection within two seconds of the end of its token, not before', async () => {
      await expectWithin(2_000, async () => {
        const token = await clinic.token('clinician', { expiresInS: 6 });
        const socket = await connect(server.wsUrl, { token });
        const expiresMs = Date.parse(String(socket.frames[0]?.data?.['expires_at']));
        expect(await socket.closed()).toEqual(EXPIRED);
        const lateMs = Date.now() - expiresMs;
        expect(lateMs).toBeGreaterThanOrEqual(0);
        return lateMs;
      });
    });
  });

  describe('4403', () => {
    const user = async (changes: string): Promise<string> => {
      const id = randomUUID();
      await database.query(
        `INSERT INTO wardbell.user_account (id, tenant_id, email, name, role)
         VALUES ($1::uuid, $2, $1::uuid || '@example.org', 'Somebody', 'clinician')`,
        [id, clinic.id],
      );
      await database.query(`UPDATE wardbell.user_account SET ${changes} WHERE id = $1`, [id]);
      return id;
    };

    it.each([
      ['disabled', "status = 'disabled'"],
      ['deleted', "status = 'disabled', deleted_at = now(), email = NULL"],
      ['changed in role', "role = 'front_desk'"],
    ])('closes with "Access revoked" a user who was %s', async (_, changes) => {
      expect(await refusal(await clinic.token('clinician', { sub: await user(changes) }))).toEqual(REVOKED);
    });

    it('lets in a known user who is what the token says', async () => {
      const sub = await user("name = 'Somebody else'");
      await (await connect(server.wsUrl, { token: await clinic.token('clinician', { sub }) })).close();
    });

    it('closes with "Access revoked" a user who moved to another tenant', async () => {
      const other = await createClinic(database);
      const sub = await user(`tenant_id = '${other.id}'`);
      expect(await refusal(await clinic.token('clinician', { sub }))).toEqual(REVOKED);
    });

    it('closes with "Access revoked" a session that was logged out', async () => {
      const sub = await user("name = 'Somebody'");
      const sid = randomUUID();
      await database.query(
        `INSERT INTO wardbell.auth_session (id, user_id, tenant_id, expires_at, revoked_at)
         VALUES ($1, $2, $3, now() + interval '1 day', now())`,
        [sid, sub, clinic.id],
      );
      expect(await refusal(await clinic.token('clinician', { sub, claims: { sid } }))).toEqual(REVOKED);
    });

    it('closes with "Tenant suspended" everybody of a suspended tenant', async () => {
      const suspended = await createClinic(database);
      await database.query(`UPDATE wardbell.tenant SET status = 'suspended' WHERE id = $1`, [suspended.id]);
      for (const role of ['tenant_admin', 'clinician', 'front_desk'] as const) {
        expect(await refusal(await suspended.token(role))).toEqual(SUSPENDED);
      }
    });

    it.each(['unknown', 'patients/all', 'Patients', '%70atients', 'system'])(
      'closes with "Topic not allowed" a clinician who asks for %s',
      async (topic) => {
        const socket = new TestSocket(server.wsUrl, { token: await clinic.token('clinician'), topic });
        expect(await socket.closed()).toEqual(TOPIC);
      },
    );

    it('says nothing about topics to a stranger', async () => {
      expect(await new TestSocket(server.wsUrl, { topic: 'unknown' }).closed()).toEqual(MISSING);
      expect(await new TestSocket(server.wsUrl, { topic: 'unknown', token: 'x' }).closed()).toEqual(FAILED);
    });

    it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'garbage'])(
      'closes with "Origin not allowed" a page of %s, whatever its token',
      async (origin) => {
        const token = await clinic.token('clinician');
        const socket = new TestSocket(server.wsUrl, { token, headers: { origin } });
        expect(await socket.closed()).toEqual(ORIGIN);
        expect(await new TestSocket(server.wsUrl, { headers: { origin } }).closed()).toEqual(ORIGIN);
      },
    );

    it('lets in a page of its own origin, and programs, which send none', async () => {
      const token = await clinic.token('clinician');
      await (await connect(server.wsUrl, { token, headers: { origin: server.url } })).close();
      await (await connect(server.wsUrl, { token })).close();
    });
  });

  describe('what breaks WebSocket itself', () => {
    const open = async () => {
      const token = await clinic.token('clinician');
      const socket = new RawSocket(server.port, `/ws?token=${token}`);
      await socket.waitFor(OPCODE.text);
      return socket;
    };

    it.each([
      ['a frame that is not masked', { opcode: OPCODE.text, masked: false }],
      ['a reserved bit', { opcode: OPCODE.text, reserved: 4 }],
      ['an unknown opcode', { opcode: 5 }],
      ['a continuation of nothing', { opcode: 0 }],
    ])('closes 1002 after %s', async (_, frame) => {
      const socket = await open();
      socket.send({ payload: Buffer.from('ping'), ...frame });
      expect(await socket.closed()).toMatchObject({ code: 1002 });
      socket.destroy();
    });

    it('closes 1003 after a binary frame', async () => {
      const socket = await open();
      socket.send({ opcode: OPCODE.binary, payload: Buffer.from('ping') });
      expect(await socket.closed()).toEqual({ code: 1003, reason: CLOSE.binaryFrame.reason });
      socket.destroy();
    });

    it('closes 1007 after text that is not UTF-8', async () => {
      const socket = await open();
      socket.send({ opcode: OPCODE.text, payload: Buffer.from([0x70, 0xc3, 0x28]) });
      expect(await socket.closed()).toMatchObject({ code: 1007 });
      socket.destroy();
    });

    it('takes a frame of 64 KiB and closes 1009 after one byte more', async () => {
      const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
      socket.send('x'.repeat(64 * 1_024));
      await socket.waitFor('error');
      socket.send('x'.repeat(64 * 1_024 + 1));
      expect(await socket.closed()).toMatchObject({ code: 1009 });
    });

    it('closes 1009 after fragments that add up to more than 64 KiB', async () => {
      const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
      for (let part = 0; part < 3; part++) socket.ws.send('x'.repeat(30 * 1_024), { fin: false });
      expect(await socket.closed()).toMatchObject({ code: 1009 });
    });

    it.each([
      ['an unmasked frame', { opcode: OPCODE.text, masked: false }],
      ['a binary frame', { opcode: OPCODE.binary }],
      ['a cable that was pulled', undefined],
    ])('gives the slot back after %s', async (_, frame) => {
      const small = await createClinic(database, { max_connections: 1 });
      const token = await small.token('clinician');
      const socket = new RawSocket(server.port, `/ws?token=${token}`);
      await socket.waitFor(OPCODE.text);
      if (frame !== undefined) {
        socket.send(frame);
        await socket.closed();
      }
      socket.destroy();
      await (await eventuallyConnect(server.wsUrl, { token })).close();
    });
  });

  it('sends nothing to who is refused but the close', async () => {
    const sockets = [
      new TestSocket(server.wsUrl),
      new TestSocket(server.wsUrl, { token: 'x' }),
      new TestSocket(server.wsUrl, { token: await superToken(), topic: 'unknown' }),
    ];
    await Promise.all(sockets.map((socket) => socket.closed()));
    expect(sockets.flatMap((socket) => socket.texts)).toEqual([]);
  });
});
