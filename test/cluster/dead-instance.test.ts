import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { database, useDatabase } from '../support/fixture.js';
import { connect, TestSocket } from '../support/socket.js';
import { eventually, scaled } from '../support/wait.js';
import { createClinic } from './support/clinic.js';
import { startInstances, stopAll } from './support/cluster.js';

useDatabase();

describe('an instance that died', () => {
  it('gives its slots back within 30 s', async () => {
    const [doomed, other] = await startInstances(2, { database });
    if (!doomed || !other) throw new Error('no instances');
    const clinic = await createClinic(database);
    await clinic.setLimits({ connections: 3 });
    const token = await clinic.token();
    for (let index = 0; index < 3; index++) await connect(doomed.wsUrl, { token });
    await doomed.kill('SIGKILL');
    const killedMs = performance.now();

    const tryOne = async () => {
      const socket = new TestSocket(other.wsUrl, { token });
      await eventually(() => socket.frames.length > 0 || socket.ws.readyState === socket.ws.CLOSED);
      return socket;
    };
    expect(await (await tryOne()).closed()).toMatchObject({ code: 4429 });
    await eventually(async () => (await tryOne()).frames.length > 0);
    expect(performance.now() - killedMs).toBeLessThan(scaled(30_000));
    // exactly three again, not one more
    const verdicts = await Promise.all(Array.from({ length: 6 }, tryOne));
    expect(verdicts.filter(({ frames }) => frames.length > 0)).toHaveLength(2);
    await stopAll([other]);
  });

  /** Rows as an instance leaves them; its age and silence in seconds. */
  const instanceRow = async (silentS: number, resumedS?: number): Promise<string> => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO wardbell.instance (id, host, started_at, heartbeat_at, resumed_at)
       VALUES ($1, 'test', now() - interval '1 hour', now() - make_interval(secs => $2),
               now() - make_interval(secs => $3))`,
      [id, silentS, resumedS ?? null],
    );
    return id;
  };
  const admitOne = async (judge: string, tenant: string): Promise<string | undefined> => {
    const request = { id: randomUUID(), tenant_id: tenant, user_id: 'u', role: 'clinician', topics: [] };
    const [row] = await database.query<{ verdict: string }>(
      `SELECT verdict FROM wardbell.admit($1, interval '2 s', 100, $2)`,
      [judge, JSON.stringify([request])],
    );
    return row?.verdict;
  };

  it('is not given up by one that was itself cut off until a moment ago', async () => {
    await eventually(async () => {
      const [row] = await database.query<{ old: boolean }>(
        `SELECT pg_postmaster_start_time() < now() - interval '2 s' AS old`,
      );
      return row?.old;
    });
    const clinic = await createClinic(database);
    await clinic.setLimits({ connections: 1 });
    const silent = await instanceRow(60);
    await database.query(
      `INSERT INTO wardbell.connection (id, instance_id, tenant_id, user_id, role, topics)
       VALUES (gen_random_uuid(), $1, $2, 'u', 'clinician', '{}')`,
      [silent, clinic.id],
    );
    const cutOff = await instanceRow(60);
    const justBack = await instanceRow(0, 1);
    const steady = await instanceRow(0);
    const longBack = await instanceRow(0, 10);
    expect(await admitOne(cutOff, clinic.id)).toBe('tenant_limit');
    expect(await admitOne(justBack, clinic.id)).toBe('tenant_limit');
    expect(await admitOne(steady, clinic.id)).toBe('ok');
    expect(await admitOne(longBack, clinic.id)).toBe('tenant_limit'); // now there is one that counts
  });
});
