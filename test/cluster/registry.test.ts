import { describe, expect, it } from '@jest/globals';
import { ConnectionRow, TenantUsage, UsageHistory } from '@wardbell/contract';
import { z } from 'zod';
import { database, instances, replaceServer, useServer } from '../support/fixture.js';
import { call } from '../support/http.js';
import { connect, TestSocket } from '../support/socket.js';
import { must } from '../support/tenant.js';
import { mintToken } from '../support/tokens.js';
import { eventually } from '../support/wait.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn } from './support/cluster.js';
import { openFrozenSocket } from './support/raw-socket.js';

const ConnectionPage = z.object({ data: z.array(ConnectionRow), next: z.string().nullable() });
/** More than the buffers of the kernel hold, so that bytes wait in the server. */
const BULKY_EVENTS = 250;

useServer({ instances: 2 });

describe('what administrators see of all instances', () => {
  const adminToken = (clinic: Clinic): Promise<string> => clinic.token({ role: 'tenant_admin' });
  const list = async (clinic: Clinic, instance = 0): Promise<z.output<typeof ConnectionRow>[]> => {
    const token = await adminToken(clinic);
    return (await must(ConnectionPage, inTurn(instances, instance), 'GET', '/connections', { token })).data;
  };

  it('lists the sockets of every instance on each of them, with their place in the stream', async () => {
    const [clinic, other] = [await createClinic(database), await createClinic(database)];
    const sockets = [
      await connect(inTurn(instances, 0).wsUrl, {
        token: await clinic.token({ sub: 'ada' }),
        headers: { 'user-agent': 'a tablet' },
      }),
      await connect(inTurn(instances, 1).wsUrl, {
        token: await clinic.token({ sub: 'bea', role: 'front_desk' }),
        topic: 'patients',
      }),
      await connect(inTurn(instances, 1).wsUrl, { token: await other.token() }),
    ];
    await clinic.emit(7);
    await eventually(() => sockets.slice(0, 1).every(({ events }) => events.length === 7));
    const ids = sockets.map(({ frames }) => frames[0]?.data?.['connection_id']);
    for (const instance of [0, 1]) {
      // a busy instance may have said for a second that a socket is behind
      const rows = await eventually(async () => {
        const rows = await list(clinic, instance);
        expect(rows).toEqual([
          expect.objectContaining({
            id: ids[0],
            tenant_id: clinic.id,
            user_id: 'ada',
            role: 'clinician',
            address: '127.0.0.1',
            client: 'a tablet',
            topics: ['patients', 'appointments', 'notifications', 'presence', 'events'],
            position: 7,
            lag: 0,
            pending_bytes: 0,
          }),
          expect.objectContaining({ id: ids[1], user_id: 'bea', role: 'front_desk', topics: ['patients'] }),
        ]);
        return rows;
      });
      expect(new Set(rows.map((row) => row.instance_id)).size).toBe(2);
    }
    const superToken = await mintToken({ role: 'super_admin' });
    const all = await must(ConnectionPage, inTurn(instances, 0), 'GET', '/connections?limit=200', {
      token: superToken,
    });
    expect(all.data.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    await Promise.all(sockets.map((socket) => socket.close()));
    await eventually(async () => (await list(clinic)).length === 0);
  });

  it('shows how far a socket that does not read is behind, and that it is well when it reads again', async () => {
    const clinic = await createClinic(database);
    const frozen = await openFrozenSocket(inTurn(instances, 1).port, await clinic.token());
    await database.query(
      `SELECT wardbell.emit($1, 'scan_stored', jsonb_build_object('text', repeat('x', 60000)))
       FROM generate_series(1, $2::int)`,
      [clinic.id, BULKY_EVENTS],
    );
    await eventually(async () => (await list(clinic)).find(({ pending_bytes }) => pending_bytes > 0));
    await clinic.emit(10);
    const all = BULKY_EVENTS + 10;
    const stalled = await eventually(async () =>
      (await list(clinic)).find(({ position, lag }) => lag !== null && lag >= 10 && position === all - lag),
    );
    expect(stalled.pending_bytes).toBeGreaterThan(0);
    frozen.resume();
    const well = await eventually(async () =>
      (await list(clinic)).find(({ lag, pending_bytes }) => lag === 0 && pending_bytes === 0),
    );
    expect(well.position).toBe(all);
    frozen.destroy();
  });

  it('keeps the usage of each minute of all instances, also after they were restarted', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token();
    const sockets = [
      await connect(inTurn(instances, 0).wsUrl, { token }),
      await connect(inTurn(instances, 1).wsUrl, { token }),
      await connect(inTurn(instances, 1).wsUrl, { token }),
    ];
    await clinic.setLimits({ connections: 3 });
    const refused = await call(inTurn(instances, 0).url, 'GET', '/connections', { token });
    expect(refused.status).toBe(403);
    const isRefused = async (instance: number) => {
      const { wsUrl } = inTurn(instances, instance);
      expect(await new TestSocket(wsUrl, { token }).closed()).toMatchObject({ code: 4429 });
    };
    await isRefused(0);
    await isRefused(1);
    await clinic.emit(5);
    await eventually(() => sockets.every(({ events }) => events.length === 5));

    const usagePath = `/tenants/${clinic.id}/usage`;
    const read = async () => {
      const options = { token: await adminToken(clinic) };
      const { data } = await must(
        UsageHistory,
        inTurn(instances, 0),
        'GET',
        `${usagePath}/history?minutes=10`,
        options,
      );
      return {
        usage: await must(TenantUsage, inTurn(instances, 1), 'GET', usagePath, options),
        minutes: data,
        sent: data.reduce((sum, { messages_sent }) => sum + messages_sent, 0),
        peak: Math.max(...data.map(({ peak_connections }) => peak_connections)),
        refused: data.reduce((sum, { rejected_by }) => sum + (rejected_by['tenant_limit'] ?? 0), 0),
      };
    };
    const before = await eventually(async () => {
      const seen = await read();
      return seen.sent === 15 && seen.peak === 3 && seen.refused === 2 ? seen : undefined;
    });
    expect(before.minutes).toHaveLength(10);
    expect(before.minutes.some(({ delivery_ms }) => delivery_ms.p99 !== null)).toBe(true);
    expect(before.usage).toMatchObject({ connections: 3, max_connections: 3, messages_sent: 15 });
    expect(before.usage).toMatchObject({ rejected: 2, rejected_by: { tenant_limit: 2 } });

    await isRefused(1);
    await Promise.all(instances.map((instance) => instance.stop()));
    await Promise.all(instances.map((instance) => replaceServer(instance)));
    const after = await read();
    expect(after.sent).toBe(15);
    expect(after.peak).toBe(3);
    expect(after.usage).toMatchObject({ connections: 0, messages_sent: 15 });
    expect(after.usage).toMatchObject({ rejected: 3, rejected_by: { tenant_limit: 3 } });
  });

  it('shows a tenant’s usage to its own administrator and to super admins only', async () => {
    const [clinic, other] = [await createClinic(database), await createClinic(database)];
    const path = `/tenants/${clinic.id}/usage/history?minutes=1440`;
    const statusFor = async (token: string) =>
      (await call(inTurn(instances, 0).url, 'GET', path, { token })).status;
    expect(await statusFor(await adminToken(clinic))).toBe(200);
    expect(await statusFor(await mintToken({ role: 'super_admin' }))).toBe(200);
    expect(await statusFor(await adminToken(other))).toBe(404);
    expect(await statusFor(await clinic.token())).toBe(403);
  });
});
