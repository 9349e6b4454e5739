import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { database, instances, useServer } from '../support/fixture.js';
import { type Closed, TestSocket } from '../support/socket.js';
import { eventually, expectWithin } from '../support/wait.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn, repetitions, startInstances } from './support/cluster.js';
import { openFrozenSocket } from './support/raw-socket.js';

useServer({ instances: 2 });

describe('limits over two instances', () => {
  const isIn = (socket: TestSocket): boolean => socket.frames.some(({ type }) => type === 'connected');
  const countRows = async (clinic: Clinic): Promise<number> =>
    (await database.query('SELECT FROM wardbell.connection WHERE tenant_id = $1', [clinic.id])).length;

  /** Connects all at once, to both instances in turn, and waits until each is in or was refused. */
  const storm = async (tokens: readonly string[]): Promise<{ admitted: TestSocket[]; refused: Closed[] }> => {
    const sockets = tokens.map((token, index) => new TestSocket(inTurn(instances, index).wsUrl, { token }));
    const outcomes = await Promise.all(
      sockets.map(async (socket) => {
        let closed: Closed | undefined;
        void socket.closed(60_000).then(
          (is) => {
            closed = is;
          },
          () => undefined,
        );
        await eventually(() => isIn(socket) || closed !== undefined);
        return { socket, closed };
      }),
    );
    return {
      admitted: outcomes.filter(({ closed }) => closed === undefined).map(({ socket }) => socket),
      refused: outcomes.flatMap(({ closed }) => closed ?? []),
    };
  };
  const leave = (sockets: readonly TestSocket[]) => Promise.all(sockets.map((socket) => socket.close()));

  it(`admits exactly 10 of 30 that connect at once, ${repetitions(20, 100)} times in a row`, async () => {
    const clinic = await createClinic(database);
    await clinic.setLimits({ connections: 10 });
    const tokens = await Promise.all(Array.from({ length: 30 }, () => clinic.token()));
    for (let round = 0; round < repetitions(20, 100); round++) {
      const { admitted, refused } = await storm(tokens);
      expect(admitted).toHaveLength(10);
      expect(refused).toEqual(
        Array.from({ length: 20 }, () => ({ code: 4429, reason: 'Tenant connection limit reached' })),
      );
      expect(await countRows(clinic)).toBe(10);
      await leave(admitted);
      await eventually(async () => (await countRows(clinic)) === 0);
    }
  });

  it('admits exactly 3 sockets of each user of several tenants in one storm', async () => {
    const clinics = await Promise.all(Array.from({ length: 3 }, () => createClinic(database)));
    const people = clinics.flatMap((clinic) => ['ada', 'bea', 'cleo'].map((sub) => ({ clinic, sub })));
    await Promise.all(clinics.map((clinic) => clinic.setLimits({ connections: 20, perUser: 3 })));
    const tokens = await Promise.all(
      Array.from({ length: 7 }, () => people).flatMap((all) =>
        all.map(({ clinic, sub }) => clinic.token({ sub })),
      ),
    );
    const { admitted, refused } = await storm(tokens);
    for (const { id } of clinics) {
      const rows = await database.query<{ user_id: string; count: string }>(
        'SELECT user_id, count(*) FROM wardbell.connection WHERE tenant_id = $1 GROUP BY 1',
        [id],
      );
      expect(rows.map(({ user_id, count }) => [user_id, Number(count)]).sort()).toEqual([
        ['ada', 3],
        ['bea', 3],
        ['cleo', 3],
      ]);
    }
    expect(admitted).toHaveLength(27);
    expect(refused).toEqual(
      Array.from({ length: 63 - 27 }, () => ({ code: 4429, reason: 'User connection limit reached' })),
    );
    await leave(admitted);
  });

  it('takes a new limit for the very next connection, on both instances', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token();
    for (const connections of [0, 2, 1]) {
      await clinic.setLimits({ connections });
      const { admitted } = await storm(Array.from({ length: 6 }, () => token));
      expect(admitted).toHaveLength(connections);
      await leave(admitted);
      await eventually(async () => (await countRows(clinic)) === 0);
    }
  });

  it('frees the slot of a socket that answers no ping within two heartbeats of the first', async () => {
    const [instance] = await startInstances(1, { database, env: { WEBSOCKET_HEARTBEAT_INTERVAL: '1' } });
    if (!instance) throw new Error('no instance');
    try {
      await expectWithin(2_500, async () => {
        const clinic = await createClinic(database);
        await clinic.setLimits({ connections: 1 });
        const token = await clinic.token();
        const dead = new WebSocket(`${instance.wsUrl}?token=${token}`, { autoPong: false });
        let firstPingMs = 0;
        dead.on('ping', () => {
          firstPingMs ||= performance.now();
        });
        dead.on('error', () => undefined);
        await eventually(() => firstPingMs > 0);
        const wasTaken = (await countRows(clinic)) === 1;
        await eventually(async () => (await countRows(clinic)) === 0);
        const tookMs = performance.now() - firstPingMs;
        dead.terminate();
        return wasTaken ? tookMs : Number.POSITIVE_INFINITY;
      });
    } finally {
      await instance.stop();
    }
  });

  it('frees the slot of a socket that an administrator closed although its peer answers nothing', async () => {
    const clinic = await createClinic(database);
    await clinic.setLimits({ connections: 1 });
    const token = await clinic.token();
    const frozen = await openFrozenSocket(inTurn(instances, 0).port, token);
    await eventually(async () => (await countRows(clinic)) === 1);
    await database.query(
      `INSERT INTO wardbell.disconnect_order (connection_id, close)
       SELECT id, 'closedByAdministrator' FROM wardbell.connection WHERE tenant_id = $1`,
      [clinic.id],
    );
    await eventually(async () => (await countRows(clinic)) === 0);
    expect(frozen.destroyed).toBe(false);
    frozen.destroy();
  });

  it('counts the sockets of an instance again that the others had given up', async () => {
    const clinic = await createClinic(database);
    await clinic.setLimits({ connections: 4 });
    const token = await clinic.token();
    const { admitted } = await storm([token, token, token]);
    await database.query('DELETE FROM wardbell.instance');
    expect(await countRows(clinic)).toBe(0);
    await eventually(async () => (await countRows(clinic)) === 3);
    const again = await storm([token, token, token]);
    expect(again.admitted).toHaveLength(1);
    await leave([...admitted, ...again.admitted]);
  });

  it('lets in at once whoever comes to an instance that the others had given up', async () => {
    const clinic = await createClinic(database);
    await database.query('DELETE FROM wardbell.instance');
    const { admitted } = await storm([await clinic.token(), await clinic.token()]);
    expect(admitted).toHaveLength(2);
    await leave(admitted);
  });
});
