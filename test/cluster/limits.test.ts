import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { LimitsOutcome } from '@wardbell/contract';
import { database, instances, useServer } from '../support/fixture.js';
import { call } from '../support/http.js';
import { connect, TestSocket } from '../support/socket.js';
import { must } from '../support/tenant.js';
import { mintToken } from '../support/tokens.js';
import { eventually } from '../support/wait.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn } from './support/cluster.js';

useServer({ instances: 2 });

describe('a change of limits', () => {
  /** Sockets of a clinic, one after the other, on both instances in turn. */
  const fill = async (clinic: Clinic, subs: readonly string[]): Promise<TestSocket[]> => {
    const sockets: TestSocket[] = [];
    for (const [index, sub] of subs.entries()) {
      sockets.push(await connect(inTurn(instances, index).wsUrl, { token: await clinic.token({ sub }) }));
    }
    return sockets;
  };
  const put = async (clinic: Clinic, body: object): Promise<LimitsOutcome> =>
    must(LimitsOutcome, inTurn(instances, 1), 'PUT', `/tenants/${clinic.id}/limits`, {
      token: await clinic.token({ role: 'tenant_admin' }),
      body,
    });
  const isOpen = ({ ws }: TestSocket) => ws.readyState === ws.OPEN;

  it('answers that nothing happens while all are within it', async () => {
    const clinic = await createClinic(database);
    const sockets = await fill(clinic, ['a', 'b', 'c']);
    expect(await put(clinic, { max_connections: 3, enforce: true })).toEqual({
      max_connections: 3,
      max_connections_per_user: null,
      max_messages_per_minute: null,
      outcome: { connections: 3, above_limit: 0, action: 'none' },
    });
    expect(sockets.every(isOpen)).toBe(true);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('cuts nobody when it is below the count: new ones are refused until enough have left', async () => {
    const clinic = await createClinic(database);
    const sockets = await fill(clinic, ['a', 'b', 'c', 'd']);
    const { outcome } = await put(clinic, { max_connections: 2 });
    expect(outcome).toEqual({ connections: 4, above_limit: 2, action: 'refuse_new' });

    const token = await clinic.token();
    const tryOne = async () => {
      const socket = new TestSocket(inTurn(instances, 0).wsUrl, { token });
      await eventually(() => socket.frames.length > 0 || socket.ws.readyState === socket.ws.CLOSED);
      return socket;
    };
    for (const leaving of sockets.slice(0, 2)) {
      expect(await (await tryOne()).closed()).toMatchObject({ code: 4429 });
      await leaving.close();
    }
    expect(await (await tryOne()).closed()).toMatchObject({ code: 4429 });
    expect(sockets.slice(2).every(isOpen)).toBe(true);
    await sockets[2]?.close();
    await eventually(async () => {
      const socket = await tryOne();
      const isIn = socket.frames.length > 0;
      await socket.close();
      return isIn;
    });
    await sockets[3]?.close();
  });

  it('closes the newest ones, wherever they are, when it is enforced', async () => {
    const clinic = await createClinic(database);
    const sockets = await fill(clinic, ['a', 'b', 'c', 'd', 'e', 'f']);
    const { outcome } = await put(clinic, { max_connections: 3, enforce: true });
    expect(outcome).toEqual({ connections: 6, above_limit: 3, action: 'close_newest' });
    for (const socket of sockets.slice(3)) {
      expect(await socket.closed()).toEqual({ code: 4429, reason: 'Tenant connection limit reached' });
    }
    expect(sockets.slice(0, 3).every(isOpen)).toBe(true);
    await eventually(async () => (await put(clinic, {})).outcome.connections === 3);
    await Promise.all(sockets.slice(0, 3).map((socket) => socket.close()));
  });

  it('closes the newest ones of each user above the limit for users, then those above the tenant’s', async () => {
    const clinic = await createClinic(database);
    const sockets = await fill(clinic, ['a', 'a', 'a', 'b', 'c', 'd']);
    const { outcome } = await put(clinic, { max_connections: 3, max_connections_per_user: 1, enforce: true });
    expect(outcome).toEqual({ connections: 6, above_limit: 3, action: 'close_newest' });
    const reasons = await Promise.all(
      [1, 2, 5].map(async (index) => (await sockets[index]?.closed())?.reason),
    );
    expect(reasons).toEqual([
      'User connection limit reached',
      'User connection limit reached',
      'Tenant connection limit reached',
    ]);
    const left = [sockets[0], sockets[3], sockets[4]].filter((socket) => socket !== undefined);
    expect(left.every(isOpen)).toBe(true);
    await Promise.all(left.map((socket) => socket.close()));
  });

  it('is bounded by the ceiling of the super admin, who may set it above what is open', async () => {
    const clinic = await createClinic(database);
    const sockets = await fill(clinic, ['a', 'b']);
    const superToken = await mintToken({ role: 'super_admin' });
    await must(LimitsOutcome.partial(), inTurn(instances, 0), 'PATCH', `/tenants/${clinic.id}`, {
      token: superToken,
      body: { ceilings: { max_connections: 1 } },
    });
    const token = await clinic.token({ role: 'tenant_admin' });
    const answer = await call(inTurn(instances, 0).url, 'PUT', `/tenants/${clinic.id}/limits`, {
      token,
      body: { max_connections: 2 },
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'limit_above_ceiling' } });
    expect((await put(clinic, { max_connections: 1, enforce: true })).outcome.above_limit).toBe(1);
    expect(await sockets[1]?.closed()).toMatchObject({ code: 4429 });
    await sockets[0]?.close();
  });

  it('counts neither another tenant’s sockets nor those of the dead', async () => {
    const [clinic, other] = [await createClinic(database), await createClinic(database)];
    const sockets = [...(await fill(clinic, ['a'])), ...(await fill(other, ['a', 'b']))];
    const ghost = randomUUID();
    await database.query(
      `INSERT INTO wardbell.instance (id, host, heartbeat_at) VALUES ($1, 'ghost', now() - interval '25 s')`,
      [ghost],
    );
    await database.query(
      `INSERT INTO wardbell.connection (id, instance_id, tenant_id, user_id, role, topics)
       SELECT gen_random_uuid(), $1, $2, 'ghost', 'clinician', '{}' FROM generate_series(1, 5)`,
      [ghost, clinic.id],
    );
    expect((await put(clinic, {})).outcome.connections).toBe(1);
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});
