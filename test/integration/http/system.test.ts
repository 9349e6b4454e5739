import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api, type SystemInstance, SystemState } from '@wardbell/contract';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { database, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { type RunningServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { createClinic, fail, succeed, superAdmin } from './harness.js';

useServer();

describe('How the installation does', () => {
  let proxy: FaultProxy;
  /** Behind the proxy, so that its way to the database can be cut. */
  let neighbour: RunningServer;
  let token: string;
  beforeAll(async () => {
    proxy = await startFaultProxy(Number(new URL(database.ownerUrl).port));
    neighbour = await startAnother({ DATABASE_URL: proxy.through(database.ownerUrl) });
    token = await superAdmin();
  });
  afterAll(() => proxy.close());

  const ask = () => succeed(api.system.get, { token });
  const other = async (): Promise<SystemInstance | undefined> =>
    (await ask()).instances.find(({ answering }) => !answering);

  it('is told of every instance, by whichever is asked', async () => {
    const clinic = await createClinic();
    const socket = await connect(neighbour.wsUrl, { token: clinic.clinician });
    const told = await eventually(async () => {
      const state = await ask();
      return state.instances.length === 2 && state.instances.every(({ report }) => report) && state;
    });
    expect(told.instances.filter(({ answering }) => answering)).toHaveLength(1);
    for (const { alive, report, heartbeat_at } of told.instances) {
      expect(alive).toBe(true);
      expect(Date.parse(told.at) - Date.parse(heartbeat_at)).toBeLessThan(20_000);
      expect(report).toMatchObject({
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        status: 'healthy',
        draining: false,
        bus: 'postgres',
        checks: { database: { status: 'ok' }, pipeline: { status: 'ok' }, bus: { status: 'ok' } },
      });
    }
    expect(told.instances.find(({ answering }) => !answering)?.connections).toBe(1);
    expect(told.database).toMatchObject({ version: expect.stringMatching(/^\d+/) });
    expect(told.database.size_bytes).toBeGreaterThan(1_000_000);
    expect(told.database.connections).toBeGreaterThan(0);
    expect(told.database.max_connections).toBeGreaterThanOrEqual(told.database.connections);
    await socket.close();
  });

  it('says of an instance that lost the database that it is silent, and since when it is well again', async () => {
    const before = await eventually(other);
    proxy.refuse();
    proxy.cut();
    const silent = await eventually(async () => (await other())?.alive === false && (await other()), {
      what: 'the silence noticed',
    });
    expect(silent.heartbeat_at >= before.heartbeat_at).toBe(true);
    // asked itself, it cannot tell who asks: nobody gets in without the database
    expect((await call(neighbour.url, 'GET', '/system', { token })).status).toBe(503);
    proxy.heal();
    const beforeSince = before.report?.checks.database.since ?? '';
    const well = await eventually(
      async () => {
        const now = await other();
        // its heart may beat a moment before it reports: until then its report is the one from before
        const isNew = (now?.report?.since ?? '') > beforeSince;
        return now?.alive === true && isNew && now.report?.status === 'healthy' && now.report;
      },
      { what: 'the instance back, and well since a later moment' },
    );
    expect(well.checks.database.since > beforeSince).toBe(true);
    // the last check to recover ends it
    const latest = Object.values(well.checks)
      .map(({ since }) => since)
      .sort()
      .at(-1);
    expect(well.since).toBe(latest);
  });

  it('takes an instance of another release as one that has not said anything', async () => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO wardbell.instance (id, host, report) VALUES ($1, 'newer', '{"mood": "splendid"}')`,
      [id],
    );
    const state = SystemState.parse(await ask());
    expect(state.instances.find((instance) => instance.id === id)).toMatchObject({
      host: 'newer',
      alive: true,
      report: null,
    });
    await database.query('DELETE FROM wardbell.instance WHERE id = $1', [id]);
  });

  it('is told to super admins only', async () => {
    const clinic = await createClinic();
    for (const insider of [clinic.admin, clinic.clinician, clinic.frontDesk]) {
      expect(await fail(api.system.get, { token: insider })).toEqual([403, 'forbidden']);
    }
  });
});
