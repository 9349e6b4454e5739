import { beforeAll, describe, expect, it } from '@jest/globals';
import { CLOSE } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, TestSocket } from '../../support/socket.js';
import { type Clinic, createClinic, createPatient, superToken } from './clinic.js';
import { OPCODE, RawSocket } from './raw-socket.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

useServer();

describe('Connecting', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic(database);
  });

  it.each(['query', 'header', 'subprotocol'] as const)('takes the token by %s', async (by) => {
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician'), by });
    expect(socket.frames[0]).toMatchObject({ type: 'connected', data: { tenant_id: clinic.id } });
    await socket.close();
  });

  it('is not compressed unless WEBSOCKET_COMPRESSION says so', async () => {
    const token = await clinic.token('clinician');
    const socket = await connect(server.wsUrl, { token, perMessageDeflate: true });
    expect(socket.ws.extensions).not.toContain('permessage-deflate');
    await socket.close();
  });

  it('is answered together with the first frame, in one packet', async () => {
    const token = await clinic.token('clinician');
    const admitted = new RawSocket(server.port, `/ws?token=${token}`);
    await admitted.waitFor(OPCODE.text);
    expect(admitted.chunksToFirstFrame).toBe(1);
    const full = await createClinic(database, { max_connections: 0 });
    const refused = new RawSocket(server.port, `/ws?token=${await full.token('clinician')}`);
    expect((await refused.closed()).code).toBe(CLOSE.tenantLimit.code);
    expect(refused.chunksToFirstFrame).toBe(1);
    admitted.destroy();
    refused.destroy();
  });

  it('answers the subprotocol wardbell.v1 and never the one that holds the token', async () => {
    const token = await clinic.token('clinician');
    const offered = await connect(server.wsUrl, { token, by: 'subprotocol' });
    expect(offered.ws.protocol).toBe('wardbell.v1');
    await offered.close();
    const silent = await connect(server.wsUrl, { token });
    expect(silent.ws.protocol).toBe('');
    await silent.close();
  });

  it('takes the scheme of an Authorization header in any case (RFC 9110, 11.1)', async () => {
    const token = await clinic.token('clinician');
    const socket = await connect(server.wsUrl, { headers: { authorization: `bEARER ${token}` } });
    await socket.close();
  });

  it('says connected to the letter, before anything else', async () => {
    const other = await createClinic(database);
    const expiresInS = 300;
    const earliest = Math.floor(Date.now() / 1_000) + expiresInS;
    const token = await other.token('front_desk', { expiresInS });
    const latest = Math.floor(Date.now() / 1_000) + expiresInS;
    await createPatient(server, other);
    await createPatient(server, other);

    const socket = await connect(server.wsUrl, { token });
    const [frame] = socket.frames;
    expect(frame).toEqual({
      type: 'connected',
      message: 'Successfully connected to real-time notifications',
      data: {
        connection_id: expect.stringMatching(UUID),
        tenant_id: other.id,
        seq: 2,
        epoch: expect.stringMatching(UUID),
        heartbeat_interval: 30,
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    });
    const expiresAtS = Date.parse(String(frame?.data?.['expires_at'])) / 1_000;
    expect(expiresAtS).toBeGreaterThanOrEqual(earliest);
    expect(expiresAtS).toBeLessThanOrEqual(latest);
    await socket.close();
  });

  it('names the epoch of the installation and gives every socket an id of its own', async () => {
    const [a, b] = await Promise.all(
      ['clinician', 'front_desk'].map(async () =>
        connect(server.wsUrl, { token: await clinic.token('clinician') }),
      ),
    );
    const rows = await database.query('SELECT epoch::text FROM wardbell.installation');
    const data = [a, b].map((socket) => socket?.frames[0]?.data ?? {});
    expect(data.map(({ epoch }) => epoch)).toEqual([rows[0]?.['epoch'], rows[0]?.['epoch']]);
    expect(data[0]?.['connection_id']).not.toBe(data[1]?.['connection_id']);
    await Promise.all([a?.close(), b?.close()]);
  });

  it('tells a super admin no number of its own but where every tenant stands', async () => {
    const busy = await createClinic(database);
    await createPatient(server, busy);
    const socket = await connect(server.wsUrl, { token: await superToken() });
    const positions = await socket.waitFor('positions');
    expect(socket.frames[0]?.data).toMatchObject({ tenant_id: null, seq: null });
    expect(socket.frames[1]).toBe(positions);
    expect(positions.data).toEqual({
      seq: expect.objectContaining({ [clinic.id]: expect.any(Number), [busy.id]: 1 }),
      more: false,
    });
    await socket.close();
  });

  it('sends an event in the shape of the protocol, stamped by the clock of the database', async () => {
    const socket = await connect(server.wsUrl, { token: await clinic.token('clinician') });
    const patient = await createPatient(server, clinic, { first_name: 'John', last_name: 'Doe' });
    const frame = await socket.waitFor('patient_created');
    const [row] = await database.query<{ id: string; seq: string; created_at: Date; actor_id: string }>(
      `SELECT id::text, seq, created_at, actor_id FROM wardbell.outbox
        WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1`,
      [clinic.id],
    );
    expect(frame).toEqual({
      type: 'patient_created',
      id: row?.id,
      seq: Number(row?.seq),
      tenant_id: clinic.id,
      timestamp: row?.created_at.toISOString(),
      actor_id: row?.actor_id,
      data: patient,
    });
    await socket.close();
  });

  it('connects at /ws/ as at /ws, and a topic may end in a slash', async () => {
    for (const topic of ['', 'patients/']) {
      const socket = await connect(server.wsUrl, { token: await clinic.token('clinician'), topic });
      await createPatient(server, clinic);
      await socket.waitFor('patient_created');
      await socket.close();
    }
  });

  it('answers 404 to an upgrade elsewhere', async () => {
    for (const path of ['/wsx', '/api/v1/ws', '/']) {
      const socket = new RawSocket(server.port, path);
      expect(await socket.status()).toBe(404);
      socket.destroy();
    }
  });

  it('complains of options that it does not understand, and connects all the same', async () => {
    const socket = await connect(server.wsUrl, {
      token: await clinic.token('clinician'),
      query: { types: 'patient_created,no spaces please', since: 'yesterday' },
    });
    await socket.waitFor(({ type, data }) => type === 'error' && data?.['code'] === 'invalid_types');
    await socket.waitFor(({ type, data }) => type === 'error' && data?.['code'] === 'invalid_since');
    const resync = await socket.waitFor('resync_required');
    expect(resync.data).toMatchObject({ reason: 'epoch' });
    await createPatient(server, clinic);
    await socket.waitFor('patient_created');
    await socket.close();
  });

  it('logs connects and disconnects without payload, token or person', async () => {
    const token = await clinic.token('clinician', { sub: 'dr.canary@example.org' });
    const socket = await connect(server.wsUrl, { token });
    await createPatient(server, clinic, { first_name: 'Canaryname' });
    await socket.waitFor(({ data }) => data?.['first_name'] === 'Canaryname');
    const id = socket.frames[0]?.data?.['connection_id'];
    await socket.close();
    const refused = new TestSocket(server.wsUrl, { token: `${token.slice(0, -3)}xyz` });
    await refused.closed();
    await socket.waitFor(() =>
      ['client connected', 'client disconnected'].every((msg) =>
        server.logs().some((line) => line.msg === msg && line['connection_id'] === id),
      ),
    );
    expect(server.output()).not.toMatch(/canary/i);
    expect(server.output()).not.toContain(token.slice(0, -3));
  });
});
