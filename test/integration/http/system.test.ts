import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api, type SystemInstance, SystemState } from '@wardbell/contract';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { type RunningServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually, scaled } from '../../support/wait.js';
import { createClinic, fail, registerPatient, succeed, superAdmin } from './harness.js';

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
      // a busy machine may be less than healthy for a moment
      const areWell = state.instances.every(({ report }) => report?.status === 'healthy');
      return state.instances.length === 2 && areWell && state;
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

  it('tells its course: sums of the instances, and nothing for a time in which none ran', async () => {
    await database.query(
      `INSERT INTO wardbell.system_minute (minute, instance_id, connections, delivered, behind_ms, lagging)
       SELECT date_trunc('minute', now()) - interval '3 hours', gen_random_uuid(), n, 600, 10 * n, 1
       FROM unnest(ARRAY[3000, 4000]) AS n`,
    );
    const { minutes, data } = await succeed(api.system.history, { token, query: { hours: 24 } });
    expect([minutes, [288, 289].includes(data.length)]).toEqual([5, true]);
    expect(data.filter(({ connections }) => (connections ?? 0) >= 3_000)).toEqual([
      { at: expect.any(String), connections: 7_000, messages_per_s: 20, behind_ms: 40_000, lagging: 2 },
    ]);
    expect(data[0]).toMatchObject({
      connections: null,
      messages_per_s: null,
      behind_ms: null,
      lagging: null,
    });
    const admin = (await createClinic()).admin;
    expect(await fail(api.system.history, { token: admin })).toEqual([403, 'forbidden']);
  });

  it('writes its own course down', async () => {
    await eventually(async () => {
      const [row] = await database.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM wardbell.system_minute m JOIN wardbell.instance i ON i.id = m.instance_id`,
      );
      return (row?.n ?? 0) >= 2;
    });
  });

  it('says when the last backup was made, once whatever makes backups has said so', async () => {
    const known = async () => (await ask()).database;
    expect(await known()).toMatchObject({ backup_at: null, disk_free_bytes: null });
    await database.query('SELECT wardbell.note_backup()');
    const at = (await known()).backup_at ?? '';
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(600_000);
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

  it('shows changes of status on topic system: an instance that starts, drains, ends or is killed', async () => {
    const socket = await connect(server.wsUrl, { token, topic: 'system' });
    const changes = () =>
      socket.frames.flatMap(({ type, data }) => (type === 'gateway_status_change' && data ? [data] : []));
    /** Statuses of the instance that started last. */
    const started = async (others: readonly unknown[]): Promise<unknown> =>
      eventually(
        () =>
          changes().find(
            (change) => change['current_status'] === 'HEALTHY' && !others.includes(change['gateway_id']),
          )?.['gateway_id'],
        { what: 'an instance that started' },
      );
    const changesOf = (id: unknown) => changes().filter((change) => change['gateway_id'] === id);
    /** Before and after each change; a busy machine may be less than healthy for a moment. */
    const courseOf = (id: unknown): unknown[] => {
      const own = changesOf(id);
      for (const change of own) expect(change['gateway_type']).toBe('instance');
      const statuses = [own[0]?.['previous_status'], ...own.map((change) => change['current_status'])];
      expect(own.map((change) => change['previous_status'])).toEqual(statuses.slice(0, -1));
      return statuses;
    };
    const hasEnded = (id: unknown): boolean => changesOf(id).at(-1)?.['current_status'] === 'UNKNOWN';

    const known = (await ask()).instances.map(({ id }) => id);
    const doomed = await startAnother();
    const doomedId = await started(known);
    const killedMs = performance.now();
    await doomed.kill('SIGKILL');
    const died = eventually(() => hasEnded(doomedId), {
      what: 'the death of an instance',
    }).then(() => performance.now());
    const polite = await startAnother();
    const politeId = await started([...known, doomedId]);
    expect(await polite.stop()).toBe(0);
    await eventually(() => hasEnded(politeId), {
      what: 'the end of an instance',
    });
    expect(courseOf(politeId)[0]).toBe('UNKNOWN');
    expect(courseOf(politeId)).toContain('HEALTHY');
    expect(courseOf(politeId).slice(-2)).toEqual(['DEGRADED', 'UNKNOWN']);
    expect((await died) - killedMs).toBeLessThan(scaled(30_000));
    expect(courseOf(doomedId).filter((status) => status === 'UNKNOWN')).toHaveLength(2);
    await socket.close();
  });

  it('shows on topic system that an instance lost the database and has it again', async () => {
    const socket = await connect(neighbour.wsUrl, { token, topic: 'system' });
    const changes = () =>
      socket.frames.flatMap(({ type, data }) =>
        type === 'gateway_status_change' && data?.['gateway_type'] === 'database' ? [data] : [],
      );
    proxy.refuse();
    proxy.cut();
    await eventually(() => changes().length === 1, { what: 'the loss of the database' });
    proxy.heal();
    await eventually(() => changes().length > 1, { what: 'the return of the database' });
    const change = (previous_status: string, current_status: string) =>
      expect.objectContaining({ gateway_id: 'database', previous_status, current_status });
    expect(changes().slice(0, 2)).toEqual([change('HEALTHY', 'UNHEALTHY'), change('UNHEALTHY', 'HEALTHY')]);
    await socket.close();
  });

  it('has a live log, each socket from the level that it chose, without other changes to what it gets', async () => {
    const clinic = await createClinic();
    const [plain, curious] = await Promise.all([
      connect(server.wsUrl, { token, topic: 'system' }),
      connect(server.wsUrl, { token }),
    ]);
    curious.send({ type: 'subscribe', log_level: 'info' });
    await eventually(
      async () => {
        const visitor = await connect(server.wsUrl, { token: clinic.clinician });
        await visitor.close();
        return curious.frames.some(
          ({ type, data }) =>
            type === 'system_log' &&
            data?.['level'] === 'info' &&
            /^client connected /.test(String(data['message'])),
        );
      },
      { what: 'a line of the log' },
    );
    await registerPatient(clinic);
    await curious.waitFor('patient_created');
    const lines = curious.frames.filter(({ type }) => type === 'system_log');
    for (const { data } of lines) {
      expect(Object.keys(data ?? {}).sort()).toEqual(['level', 'message', 'source']);
    }
    const plainLevels = plain.frames
      .filter(({ type }) => type === 'system_log')
      .map(({ data }) => data?.['level']);
    expect(plainLevels).not.toContain('info');
    plain.send({ type: 'subscribe', log_level: 'debug' });
    expect((await plain.waitFor('error')).data).toMatchObject({ code: 'invalid_message' });
    await Promise.all([plain.close(), curious.close()]);
  });

  it('keeps the last log lines of all instances, to read by level and since', async () => {
    const read = (query: Record<string, string | number> = {}) => succeed(api.system.log, { token, query });
    const sources = async (): Promise<Set<string>> =>
      new Set((await read({ level: 'warn', limit: 200 })).data.map(({ source }) => source));
    // the neighbour has lost the database in the tests above, the other one has seen its silence
    const { instances } = await ask();
    const ids = instances.filter(({ answering }) => !answering).map(({ id }) => id);
    await eventually(async () => {
      const told = await sources();
      return ids.some((id) => told.has(id));
    });
    const severe = (await read({ level: 'warn', limit: 200 })).data.map(({ level }) => level);
    expect(severe).not.toContain('info');
    const [newest, older] = (await read({ limit: 2 })).data;
    if (!newest || !older) throw new Error('fewer than two lines');
    expect(newest.id).toBeGreaterThan(older.id);
    const since = (await read({ since: older.id, limit: 200 })).data.map(({ id }) => id);
    expect(since).toContain(newest.id);
    expect(Math.min(...since)).toBeGreaterThan(older.id);
    const from = (await read({ since: newest.at, limit: 200 })).data;
    expect(from.map(({ id }) => id)).toContain(newest.id);
    for (const line of from) expect(line.at >= newest.at).toBe(true);
    const pages = [await read({ limit: 1 })];
    pages.push(await read({ limit: 1, after: pages[0]?.next ?? '' }));
    expect(pages[1]?.data[0]?.id).toBeLessThan(pages[0]?.data[0]?.id ?? 0);
    expect(await fail(api.system.log, { token, query: { level: 'debug' } })).toEqual([
      422,
      'validation_failed',
    ]);
    expect(await fail(api.system.log, { token, query: { since: 'yesterday' } })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('is told to super admins only', async () => {
    const clinic = await createClinic();
    for (const insider of [clinic.admin, clinic.clinician, clinic.frontDesk]) {
      expect(await fail(api.system.get, { token: insider })).toEqual([403, 'forbidden']);
      expect(await fail(api.system.log, { token: insider })).toEqual([403, 'forbidden']);
    }
  });
});
