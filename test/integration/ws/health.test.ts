import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { database, databaseProxy as proxy, server, startAnother, useServer } from '../../support/fixture.js';
import type { RunningServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { createClinic } from './clinic.js';

const Report = z.looseObject({ status: z.string(), connections: z.number().optional() });

useServer({ isDatabaseProxied: true });

describe('Health', () => {
  let neighbour: RunningServer;
  beforeAll(async () => {
    neighbour = await startAnother({ DATABASE_URL: database.ownerUrl });
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
    // a busy machine may be less than healthy for a moment
    for (const [instance, count] of [
      [server, 2],
      [neighbour, 1],
    ] as const) {
      const { status, body } = await eventually(async () => {
        const answer = await ask('/health', instance);
        return answer.body.status === 'healthy' ? answer : undefined;
      });
      expect([status, body.connections]).toEqual([200, count]);
    }
    await Promise.all(sockets.map((socket) => socket.close()));
    await eventually(async () => (await ask('/health')).body.connections === 0);
  });

  it('is alive and ready', async () => {
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'alive' } });
    await eventually(async () => {
      const { status, body } = await ask('/health/ready');
      return status === 200 && body.status === 'ready';
    });
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
