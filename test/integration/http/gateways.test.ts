import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, IntegrationKeyCreated, MAX_GATEWAY_METADATA_LENGTH } from '@wardbell/contract';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic } from './harness.js';

useServer();

describe("A clinic's own gateways", () => {
  let clinic: Clinic;
  let socket: TestSocket;
  beforeAll(async () => {
    clinic = await createClinic();
    socket = await connect(server.wsUrl, { token: clinic.admin, topic: 'gateways' });
  });

  const put = (id: string, body: object, { token = clinic.admin, url = server.url } = {}) =>
    call(url, 'PUT', `/gateways/${id}`, { token, body });
  const lab = { gateway_type: 'lab_feed', status: 'HEALTHY' };
  const changesOf = (id: string, at = socket) =>
    at.events.filter(({ data }) => data?.['gateway_id'] === id).map(({ data }) => data);
  const listed = async (token = clinic.admin) => {
    const { status, body } = await call(server.url, 'GET', '/gateways', { token });
    return status === 200 ? api.gateways.list.answer.parse(body).data : status;
  };
  const keyWith = async (scopes: readonly string[]) => {
    const body = { name: 'engine', scopes };
    const made = await call(server.url, 'POST', '/integration-keys', { token: clinic.admin, body });
    return IntegrationKeyCreated.parse(made.body).key;
  };

  it('are events of the log on each change of status, and only then', async () => {
    const metadata = { version: '2.1', queue: { depth: 3 } };
    const first = await put('engine-1', { ...lab, metadata });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      gateway_id: 'engine-1',
      ...lab,
      metadata,
      expect_every_s: null,
      changed_at: expect.any(String),
      reported_at: expect.any(String),
    });
    expect((await put('engine-1', { ...lab, metadata: { version: '2.2' } })).status).toBe(200);
    expect((await put('engine-1', { ...lab, status: 'DEGRADED' })).status).toBe(200);
    expect((await call(server.url, 'DELETE', '/gateways/engine-1', { token: clinic.admin })).status).toBe(
      204,
    );
    await eventually(() => changesOf('engine-1').length === 3);
    const change = (previous_status: string, current_status: string, metadata = {}) => ({
      gateway_id: 'engine-1',
      gateway_type: 'lab_feed',
      previous_status,
      current_status,
      metadata,
    });
    expect(changesOf('engine-1')).toEqual([
      change('UNKNOWN', 'HEALTHY', metadata),
      change('HEALTHY', 'DEGRADED'),
      change('DEGRADED', 'UNKNOWN'),
    ]);
    expect(socket.events.map(({ seq }) => seq)).toEqual(
      [1, 2, 3].map((at) => (socket.events[0]?.seq ?? 0) + at - 1),
    );
    expect((await call(server.url, 'DELETE', '/gateways/engine-1', { token: clinic.admin })).status).toBe(
      404,
    );
  });

  it('are reported by tenant admins and by keys with gateways:write, and read by tenant admins', async () => {
    const key = await keyWith(['gateways:write']);
    expect((await put('printer', lab, { token: key })).status).toBe(200);
    expect((await put('printer', lab, { token: await keyWith(['events:write']) })).status).toBe(403);
    for (const token of [clinic.clinician, clinic.frontDesk, await mintToken({ role: 'super_admin' })]) {
      expect((await put('printer', lab, { token })).status).toBe(403);
      expect(await listed(token)).toBe(403);
    }
    expect(await listed(key)).toBe(403);
    expect(await listed()).toMatchObject([{ gateway_id: 'printer', status: 'HEALTHY' }]);
    expect((await call(server.url, 'DELETE', '/gateways/printer', { token: key })).status).toBe(204);
  });

  it('are bounded, and refused with 422 where they are not valid', async () => {
    const metadata = { text: 'x'.repeat(MAX_GATEWAY_METADATA_LENGTH) };
    for (const body of [
      {},
      { ...lab, status: 'healthy' },
      { ...lab, gateway_type: '' },
      { ...lab, expect_every_s: 4 },
      { ...lab, expect_every_s: 5.5 },
      { ...lab, metadata },
      { ...lab, metadata: [] },
      { ...lab, metadata: { text: '\u0000' } },
      { ...lab, metadata: { text: '\ud800' } },
      { ...lab, note: 'unknown' },
    ])
      expect((await put('bounded', body)).status).toBe(422);
    expect((await put('-', lab)).status).toBe(422);
    expect(await listed()).toEqual([]);
  });

  it('are shown to no other role, with ids only to super admins, and to no other tenant', async () => {
    const other = await createClinic();
    const [clinician, superAdmin, elsewhere] = await Promise.all([
      connect(server.wsUrl, { token: clinic.clinician }),
      connect(server.wsUrl, { token: await mintToken({ role: 'super_admin' }), topic: 'gateways' }),
      connect(server.wsUrl, { token: other.admin, topic: 'gateways' }),
    ]);
    await put('shown', { ...lab, metadata: { ward: 'CANARY' } });
    await call(server.url, 'POST', '/events', { token: clinic.admin, body: { type: 'after', data: {} } });
    await eventually(() => changesOf('shown', superAdmin).length === 1);
    expect(changesOf('shown', superAdmin)).toEqual([{ gateway_id: 'shown', tenant_id: clinic.id }]);
    await clinician.waitFor('after');
    expect(changesOf('shown', clinician)).toEqual([]);
    // of the same id, and another row
    await put('shown', { ...lab, status: 'DEGRADED' }, { token: other.admin });
    await eventually(() => elsewhere.events.length === 1);
    expect(elsewhere.events[0]?.data).toMatchObject({ previous_status: 'UNKNOWN', metadata: {} });
    const rows = await database.query(
      `SELECT tenant_id::text, status FROM wardbell.gateway WHERE gateway_id = 'shown' ORDER BY status`,
    );
    expect(rows).toEqual([
      { tenant_id: other.id, status: 'DEGRADED' },
      { tenant_id: clinic.id, status: 'HEALTHY' },
    ]);
  });

  it('become UNHEALTHY by silence, once over all instances, also when the one that took the report was killed', async () => {
    const doomed = await startAnother();
    await startAnother();
    const ids = ['silent-1', 'silent-2', 'silent-3'];
    for (const id of ids) await put(id, { ...lab, expect_every_s: 5 }, { url: doomed.url });
    await put('not-awaited', lab, { url: doomed.url });
    await doomed.kill('SIGKILL');
    for (const id of ids) {
      await eventually(() => changesOf(id).length === 2);
      expect(changesOf(id)[1]).toMatchObject({ previous_status: 'HEALTHY', current_status: 'UNHEALTHY' });
    }
    await put('silent-1', { ...lab, expect_every_s: 5 });
    await eventually(() => changesOf('silent-1').length === 4);
    expect(changesOf('silent-1').map((data) => data?.['current_status'])).toEqual([
      'HEALTHY',
      'UNHEALTHY',
      'HEALTHY',
      'UNHEALTHY',
    ]);
    const [late] = await database.query<{ least: number }>(
      `SELECT min(s) AS least FROM (
         SELECT extract(epoch FROM changed_at - reported_at)::float8 - 5 AS s
         FROM wardbell.gateway WHERE gateway_id LIKE 'silent-%') late`,
    );
    expect(late?.least).toBeGreaterThanOrEqual(0);
    // a busy machine may hold one of the two times up
    expect(late?.least).toBeLessThan(5);
    // longer silent than the first one by now
    expect(changesOf('silent-2')).toHaveLength(2);
    expect(changesOf('not-awaited')).toHaveLength(1);
  });
});
