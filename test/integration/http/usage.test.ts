import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, fail, succeed, superAdmin } from './harness.js';

useServer({ env: { MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '7' } });
const route = api.tenants.usageOverview;

/** A minute of a clinic's usage as an instance writes it. */
const write = (
  clinic: Clinic,
  minutesAgo: number,
  counts: { peak: number; rejected: number; sent: number },
) =>
  database.query(
    `INSERT INTO wardbell.tenant_usage
       (tenant_id, minute, instance_id, peak_connections, rejected, messages_sent)
     VALUES ($1, date_trunc('minute', now()) - make_interval(mins => $2), $3, $4, $5, $6)`,
    [clinic.id, minutesAgo, randomUUID(), counts.peak, counts.rejected, counts.sent],
  );

describe('What all tenants use', () => {
  let token: string;
  let busy: Clinic;
  let idle: Clinic;
  beforeAll(async () => {
    token = await superAdmin();
    [busy, idle] = await Promise.all([createClinic(), createClinic()]);
    await database.query(
      `UPDATE wardbell.tenant SET name = CASE id WHEN $1 THEN 'Busy' ELSE 'Äußerst ruhig' END,
         max_connections = CASE id WHEN $1 THEN 5 END, ceiling_connections = CASE id WHEN $1 THEN 3 END`,
      [busy.id],
    );
  });

  it('is counted over instances and minutes, tenant by tenant', async () => {
    await write(busy, 1, { peak: 2, rejected: 1, sent: 10 });
    await write(busy, 1, { peak: 3, rejected: 0, sent: 20 });
    await write(busy, 4, { peak: 1, rejected: 4, sent: 7 });
    await write(busy, 6, { peak: 99, rejected: 99, sent: 99 }); // before what is asked for
    const { data, next } = await succeed(route, { token, query: { minutes: 5 } });
    expect(next).toBeNull();
    const rowOf = (clinic: Clinic) => data.find(({ tenant_id }) => tenant_id === clinic.id);
    const quiet = { connections: 0, peak_connections: 0, rejected: 0, messages_sent: 0 };
    expect(rowOf(idle)).toMatchObject({
      ...quiet,
      name: 'Äußerst ruhig',
      status: 'active',
      max_connections: 7,
      messages_per_minute: [0, 0, 0, 0, 0],
    });
    const row = rowOf(busy);
    expect(row).toMatchObject({ max_connections: 3, peak_connections: 5, rejected: 5, messages_sent: 37 });
    // the minute may have turned since it was written
    expect([
      [7, 0, 0, 30, 0],
      [0, 0, 30, 0, 0],
    ]).toContainEqual(row?.messages_per_minute);
  });

  it('counts the sockets of living instances only', async () => {
    const socket = await connect(server.wsUrl, { token: busy.clinician });
    const dead = randomUUID();
    await database.query(
      `INSERT INTO wardbell.instance (id, host, heartbeat_at) VALUES ($1, 'gone', now() - interval '30 s')`,
      [dead],
    );
    await database.query(
      `INSERT INTO wardbell.connection (id, instance_id, tenant_id, user_id, role, topics)
       VALUES (gen_random_uuid(), $1, $2, 'x', 'clinician', '{}')`,
      [dead, busy.id],
    );
    const connections = async () => {
      const { data } = await succeed(route, { token });
      return data.find(({ tenant_id }) => tenant_id === busy.id)?.connections;
    };
    expect(await connections()).toBe(1);
    await socket.close();
    await eventually(async () => (await connections()) === 0);
  });

  it('comes in pages by name', async () => {
    const first = await succeed(route, { token, query: { limit: 1 } });
    const second = await succeed(route, { token, query: { limit: 1, after: first.next ?? '' } });
    const both = await succeed(route, { token });
    expect([...first.data, ...second.data].map((row) => row.name)).toEqual(both.data.map((row) => row.name));
    expect(both.data).toHaveLength(2);
    expect(second.next).toBeNull();
  });

  it('is for super admins, and looks back an hour at most', async () => {
    expect(await fail(route, { token: busy.admin })).toEqual([403, 'forbidden']);
    expect(await fail(route, { token: busy.clinician })).toEqual([403, 'forbidden']);
    expect(await fail(route, { token, query: { minutes: 61 } })).toEqual([422, 'validation_failed']);
  });
});
