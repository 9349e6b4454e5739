import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Nginx, startNginx } from '../integration/ws/nginx.js';
import { database, instances, replaceServer, useServer } from '../support/fixture.js';
import { call } from '../support/http.js';
import { describeWith } from '../support/programs.js';
import { liveClient, type Recorded, stopClients } from '../support/sdk.js';
import { eventually } from '../support/wait.js';
import { type Clinic, createClinic } from './support/clinic.js';
import { inTurn, repetitions } from './support/cluster.js';
import { expectNothingLost } from './support/oracle.js';
import { startWriter, stopWriters } from './support/writer.js';

const CLIENTS = repetitions(20, 100);
const WRITES_PER_SECOND = repetitions(40, 80);

useServer({ instances: 2, env: { TRUSTED_PROXIES: '127.0.0.1' } });

describeWith('nginx', 'nginx with our nginx.conf before two instances', () => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(...instances.map(({ port }) => port));
  });
  afterEach(() => {
    stopClients();
    stopWriters();
  });
  afterAll(async () => {
    await nginx.stop();
  });

  const connectClients = async (clinic: Clinic): Promise<Recorded[]> => {
    const token = await clinic.token();
    return Promise.all(
      Array.from({ length: CLIENTS }, () =>
        liveClient({ url: nginx.wsUrl, getToken: () => token, shareTabs: false }),
      ),
    );
  };
  const writerFor = async (clinic: Clinic) =>
    startWriter({ url: nginx.url, token: await clinic.token(), perSecond: WRITES_PER_SECOND });
  const allLive = (clients: readonly Recorded[]) =>
    eventually(() => clients.every(({ client }) => client.state.status === 'live'));

  it('spreads clients over both and needs no stickiness', async () => {
    const clinic = await createClinic(database);
    await connectClients(clinic);
    const rows = await database.query<{ count: string }>(
      'SELECT count(*) FROM wardbell.connection WHERE tenant_id = $1 GROUP BY instance_id',
      [clinic.id],
    );
    expect(rows).toHaveLength(2);
    for (const { count } of rows) expect(Number(count)).toBeGreaterThan(CLIENTS / 4);
  });

  it('loses no event when it reads its configuration again', async () => {
    const clinic = await createClinic(database);
    const clients = await connectClients(clinic);
    const writer = await writerFor(clinic);
    for (let round = 1; round <= 3; round++) {
      await eventually(() => writer.acknowledged.length > round * 20);
      await nginx.reload();
    }
    await writer.finish();
    expect(await expectNothingLost(database, clinic.id, clients)).toBe(writer.acknowledged.length);
    // the old workers keep their sockets: nobody had to come back
    for (const { states } of clients) expect(states.map(({ status }) => status)).not.toContain('waiting');
  });

  it('takes clients of an instance that died to the other one, where they resume', async () => {
    const clinic = await createClinic(database);
    const clients = await connectClients(clinic);
    const writer = await writerFor(clinic);
    await eventually(() => writer.acknowledged.length > 20);
    const doomed = inTurn(instances, 0);
    await doomed.kill('SIGKILL');
    const atKill = writer.acknowledged.length;
    await eventually(() => writer.acknowledged.length > atKill + 20);
    await allLive(clients);
    await writer.finish();
    expect(await expectNothingLost(database, clinic.id, clients)).toBe(writer.acknowledged.length);
    expect(clients.some(({ states }) => states.some(({ status }) => status === 'waiting'))).toBe(true);
    await replaceServer(doomed, { PORT: String(doomed.port) });
  });

  it('bounds requests of one address, and says so with 429', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token();
    const statuses: number[] = [];
    const count = (status: number) => statuses.filter((other) => other === status).length;
    // A slow machine sends fewer than the bound at first; those that wait add up.
    for (let round = 0; round < 10 && count(429) <= 50; round++) {
      const requests = Array.from({ length: 600 }, () => call(nginx.url, 'GET', '/auth/me', { token }));
      statuses.push(...(await Promise.all(requests)).map(({ status }) => status));
    }
    expect(count(200)).toBeGreaterThanOrEqual(200);
    expect(count(429)).toBeGreaterThan(50);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('has written neither tokens nor query strings down in all of this', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token();
    await call(nginx.url, 'GET', '/patients?search=Zyxcanary', { token });
    await eventually(() => nginx.logs().includes('/api/v1/patients?***'));
    expect(nginx.logs()).not.toMatch(/Zyxcanary|eyJ[\w-]+\.[\w-]+\./);
  });
});
