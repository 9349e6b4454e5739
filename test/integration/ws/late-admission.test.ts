import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { createClinic } from '../../cluster/support/clinic.js';
import { database, databaseProxy, server, useServer } from '../../support/fixture.js';
import { connect, TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';

useServer({ isDatabaseProxied: true });

const slotsOf = (tenantId: string) =>
  database.query<{ id: string }>('SELECT id FROM wardbell.connection WHERE tenant_id = $1', [tenantId]);

/** Resolves when the instance has written its next heartbeat. */
const untilHeartbeat = async () => {
  const read = async () =>
    (await database.query<{ at: string }>('SELECT max(heartbeat_at)::text AS at FROM wardbell.instance'))[0]
      ?.at;
  const before = await read();
  await eventually(async () => (await read()) !== before, { what: 'a heartbeat' });
};

it('an admission that commits long after its client was refused leaves no slot and nobody online', async () => {
  const clinic = await createClinic(database);
  const open = await connect(server.wsUrl, { token: await clinic.token({ sub: 'open' }) });
  databaseProxy.stall();
  const refused = new TestSocket(server.wsUrl, { token: await clinic.token({ sub: 'refused' }) });
  expect(await refused.closed()).toMatchObject({ code: 1013 });
  databaseProxy.cut();
  databaseProxy.heal();
  // one admission runs after the other: this one comes after the one whose answer was lost
  const next = await eventually(async () => {
    const socket = new TestSocket(server.wsUrl, { token: await clinic.token({ sub: 'next' }) });
    await eventually(() => socket.frames.length > 0 || socket.ws.readyState === socket.ws.CLOSED);
    return socket.frames.length > 0 && socket;
  });
  for (let beats = 0; beats < 3; beats++) await untilHeartbeat();
  // what TCP repeats when the network is back: the row of a client that has gone
  await database.query(
    `INSERT INTO wardbell.connection (id, instance_id, tenant_id, user_id, role, topics)
     SELECT $1, c.instance_id, c.tenant_id, 'refused', c.role, c.topics FROM wardbell.connection c
     WHERE c.tenant_id = $2 AND c.user_id = 'open'`,
    [randomUUID(), clinic.id],
  );
  expect(await slotsOf(clinic.id)).toHaveLength(3);
  await eventually(async () => (await slotsOf(clinic.id)).length < 3);
  expect(await slotsOf(clinic.id)).toHaveLength(2);
  await Promise.all([open.close(), next.close()]);
});
