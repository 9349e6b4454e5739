import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { createClinic } from './clinic.js';

const Report = z.looseObject({ status: z.string(), connections: z.number().optional() });

describe('Health', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let server: RunningServer;
  let neighbour: RunningServer;
  beforeAll(async () => {
    database = await createDatabase();
    proxy = await startFaultProxy(Number(new URL(database.ownerUrl).port));
    server = await startServer({ database: { ownerUrl: proxy.through(database.ownerUrl) } });
    neighbour = await startServer({ database });
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), neighbour?.stop()]);
    await proxy?.close();
    await database?.drop();
  });

  const ask = async (path: string, of = server) => {
    const response = await fetch(`${of.url}${path}`);
    return { status: response.status, body: Report.parse(await response.json()) };
  };

  it('is healthy, without a token, and counts the open sockets of this instance', async () => {
    const clinic = await createClinic(database);
    const sockets = [
      await connect(server.wsUrl, { token: await clinic.token('clinician') }),
      await connect(server.wsUrl, { token: await clinic.token('front_desk') }),
      await connect(neighbour.wsUrl, { token: await clinic.token('front_desk') }),
    ];
    expect(await ask('/health')).toMatchObject({ status: 200, body: { status: 'healthy', connections: 2 } });
    expect(await ask('/health', neighbour)).toMatchObject({ body: { status: 'healthy', connections: 1 } });
    await Promise.all(sockets.map((socket) => socket.close()));
    await eventually(async () => (await ask('/health')).body.connections === 0);
  });

  it('is alive and ready', async () => {
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('is unhealthy, not ready and still alive while the database is away, and healthy after', async () => {
    proxy.refuse();
    proxy.cut();
    await eventually(async () => (await ask('/health')).status === 503, { what: 'the outage noticed' });
    expect(await ask('/health')).toMatchObject({
      body: { status: 'unhealthy', checks: { database: { status: 'failed', reason: expect.any(String) } } },
    });
    expect(await ask('/health/ready')).toMatchObject({ status: 503, body: { status: 'not_ready' } });
    expect(await ask('/health/live')).toMatchObject({ status: 200 });
    expect(await ask('/health', neighbour)).toMatchObject({ status: 200 });
    proxy.heal();
    await eventually(async () => (await ask('/health')).body.status === 'healthy', {
      what: 'healthy again',
    });
    expect(await ask('/health/ready')).toMatchObject({ status: 200 });
  });
});
