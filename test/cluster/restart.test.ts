import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { database, instances, replaceServer, useServer } from '../support/fixture.js';
import { liveClient, type Recorded, stopClients } from '../support/sdk.js';
import type { RunningServer } from '../support/server.js';
import { eventually } from '../support/wait.js';
import { type Balancer, startBalancer } from './support/balancer.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn, repetitions } from './support/cluster.js';
import { comebacks, printHistogram } from './support/comebacks.js';
import { expectNothingLost } from './support/oracle.js';
import { startWriter, stopWriters } from './support/writer.js';

const CLIENTS = repetitions(30, 200);
const WRITES_PER_SECOND = repetitions(50, 200);
const CONNECT_TOGETHER = 25;

useServer({ instances: repetitions(2, 3) });

describe('instances that come and go under load', () => {
  let balancer: Balancer;
  beforeAll(async () => {
    balancer = await startBalancer(instances.map(({ port }) => port));
  });
  afterEach(() => {
    stopClients();
    stopWriters();
  });
  afterAll(() => balancer.close());

  const connectClients = async (clinic: Clinic, count: number): Promise<Recorded[]> => {
    const token = await clinic.token();
    const clients: Recorded[] = [];
    for (let left = count; left > 0; left -= CONNECT_TOGETHER) {
      const group = Array.from({ length: Math.min(left, CONNECT_TOGETHER) }, () =>
        liveClient({ url: balancer.wsUrl, getToken: () => token, shareTabs: false }),
      );
      clients.push(...(await Promise.all(group)));
    }
    return clients;
  };
  /** A new instance in the place of one that is gone. */
  const replace = async (gone: RunningServer): Promise<void> => {
    const fresh = await replaceServer(gone);
    balancer.add(fresh.port);
  };
  const openOn = async (clinic: Clinic): Promise<number> =>
    (await database.query('SELECT FROM wardbell.connection WHERE tenant_id = $1', [clinic.id])).length;

  it('lose nothing when one is killed: its clients go on where they were on another one', async () => {
    const clinic = await createClinic(database);
    // slots of the dead count for 20 s
    await clinic.setLimits({ connections: 2 * CLIENTS });
    const clients = await connectClients(clinic, CLIENTS);
    const writer = startWriter({
      url: balancer.url,
      token: await clinic.token(),
      perSecond: WRITES_PER_SECOND,
    });
    await eventually(() => writer.acknowledged.length > WRITES_PER_SECOND);
    const doomed = inTurn(instances, 0);
    await doomed.kill('SIGKILL');
    balancer.remove(doomed.port);
    const atKill = writer.acknowledged.length;
    await eventually(() => clients.every(({ client }) => client.state.status === 'live'));
    await eventually(() => writer.acknowledged.length > atKill + WRITES_PER_SECOND);
    await writer.finish();
    const events = await expectNothingLost(database, clinic.id, clients);
    expect(events).toBe(writer.acknowledged.length);
    expect(clients.some(({ states }) => states.some(({ status }) => status === 'waiting'))).toBe(true);
    await replace(doomed);
  });

  it('lose nothing in a rolling restart of all, and no write fails for good', async () => {
    const clinic = await createClinic(database);
    await clinic.setLimits({ connections: CLIENTS });
    const clients = await connectClients(clinic, CLIENTS);
    const writer = startWriter({
      url: balancer.url,
      token: await clinic.token(),
      perSecond: WRITES_PER_SECOND,
    });
    await eventually(() => writer.acknowledged.length > WRITES_PER_SECOND);
    let mostOpen = 0;
    for (const leaving of [...instances]) {
      // as Kubernetes and Compose do: the new one takes part before the old one is told to go
      await replace(leaving);
      balancer.remove(leaving.port);
      expect(await leaving.stop()).toBe(0);
      await eventually(() => clients.every(({ client }) => client.state.status === 'live'));
      mostOpen = Math.max(mostOpen, await openOn(clinic));
    }
    const { perSecond } = await writer.finish();
    const events = await expectNothingLost(database, clinic.id, clients);
    expect(events).toBe(writer.acknowledged.length);
    expect(mostOpen).toBe(CLIENTS);
    const times = comebacks(clients);
    expect(times.length).toBeGreaterThanOrEqual(CLIENTS);
    printHistogram(
      `rolling restart: ${events} events at ${perSecond} writes/s to ${CLIENTS} clients, none lost, ` +
        `${writer.retries} writes tried again; time until a client was live again`,
      times,
    );
  });
});
