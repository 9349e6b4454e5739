import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { describeWith } from '../../support/programs.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Clinic, numbers } from './support/clinic.js';
import { DebianPostgres } from './support/debian-postgres.js';

/** A table that a session has locked to remove it, while it waits for another. */
const LOCKED_BY_REMOVAL = `
  SELECT relation::regclass::text AS name FROM pg_locks JOIN pg_class ON pg_class.oid = relation
  WHERE mode = 'AccessExclusiveLock' AND granted AND relkind = 'r'
    AND pid IN (SELECT pid FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted)`;

const epochOf = (socket: TestSocket): unknown => socket.frames[0]?.data?.['epoch'];

useServer();

describe('a history that was put back by hand', () => {
  it('is noticed by a server that runs, because a number that it has delivered no longer exists', async () => {
    const clinic = await Clinic.create(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token() });
    await clinic.emit(20);
    await socket.waitFor(({ seq }) => seq === 20);
    await database.query(`
      DELETE FROM wardbell.outbox WHERE tenant_id = '${clinic.id}' AND seq > 12;
      UPDATE wardbell.tenant_head SET seq = 12 WHERE tenant_id = '${clinic.id}'`);
    const { data } = await socket.waitFor('resync_required');
    expect(data).toMatchObject({ reason: 'epoch', seq: 12 });
    expect(data?.['epoch']).not.toBe(epochOf(socket));
    await clinic.emit(2);
    await eventually(() => socket.events.length === 22, { what: 'two events of the new history' });
    expect(socket.events.slice(20).map(({ seq }) => seq)).toEqual([13, 14]);
  });

  it('is another history after wardbell.new_epoch(), and positions of the old one are not served', async () => {
    const clinic = await Clinic.create(database);
    await clinic.emit(5);
    const { epoch } = await clinic.position();
    await database.query('SELECT wardbell.new_epoch()');
    const now = await clinic.position();
    expect(now.epoch).not.toBe(epoch);
    const socket = await connect(server.wsUrl, {
      token: await clinic.token(),
      query: { since: '3', epoch },
    });
    expect((await socket.waitFor('resync_required')).data).toMatchObject({ reason: 'epoch', seq: 5 });
  });
});

describeWith('postgresql', 'a backup', () => {
  let postgres: DebianPostgres;
  let server: RunningServer;
  const tenantId = randomUUID();
  const tokenOf = () => mintToken({ role: 'clinician', tenantId });
  const emit = (count: number) =>
    postgres.query(
      `SELECT wardbell.emit('${tenantId}', 'task_updated', '{}') FROM generate_series(1, ${count})`,
    );
  const head = async (): Promise<number> => {
    const rows = await postgres.query(`SELECT seq FROM wardbell.tenant_head WHERE tenant_id = '${tenantId}'`);
    return z.array(z.object({ seq: z.coerce.number() })).parse(rows)[0]?.seq ?? 0;
  };
  /** As docs/operations.md says it. */
  const dropSchema = () => postgres.query("SET deadlock_timeout = '1min'; DROP SCHEMA wardbell CASCADE");
  beforeAll(async () => {
    postgres = await DebianPostgres.create();
    server = await startServer({ database: postgres });
    await postgres.query(
      `INSERT INTO wardbell.tenant (id, name, slug) VALUES ('${tenantId}', 'clinic', 'clinic')`,
    );
  });
  afterAll(async () => {
    await server.stop();
    await postgres.remove();
  });

  it('that is restored into a new database starts another history: clients load again', async () => {
    const token = await tokenOf();
    const before = await connect(server.wsUrl, { token });
    await emit(20);
    const dump = postgres.path('wardbell.dump');
    await postgres.tool('pg_dump', '--format=custom', `--file=${dump}`, postgres.ownerUrl);
    await emit(10);
    await before.waitFor(({ seq }) => seq === 30);
    await server.stop();

    await postgres.query('ALTER DATABASE wardbell RENAME TO lost', 'postgres');
    await postgres.query('CREATE DATABASE wardbell OWNER wardbell', 'postgres');
    await postgres.tool('pg_restore', '--exit-on-error', `--dbname=${postgres.superuserUrl}`, dump);
    server = await startServer({ database: postgres });
    expect(await head()).toBe(20);
    // past the number that the client had: without another epoch it would miss 21 to 30 silently
    await emit(15);
    const after = await connect(server.wsUrl, {
      token,
      query: { since: '30', epoch: String(epochOf(before)) },
    });
    const { data } = await after.waitFor('resync_required');
    expect(data).toMatchObject({ reason: 'epoch' });
    expect(epochOf(after)).not.toBe(epochOf(before));
    const from = Number(data?.['seq']);
    await emit(2);
    await after.waitFor(({ seq }) => seq === 37);
    expect(after.events.map(({ seq }) => seq)).toEqual(numbers(from + 1, 37));
  });

  it('that is restored under a server that runs is noticed within seconds, and it goes on', async () => {
    const dump = postgres.path('again.dump');
    await postgres.tool('pg_dump', '--format=custom', `--file=${dump}`, postgres.ownerUrl);
    const saved = await head();
    const socket = await connect(server.wsUrl, { token: await tokenOf() });
    await emit(5);
    await socket.waitFor(({ seq }) => seq === saved + 5);
    await dropSchema();
    await postgres.tool('pg_restore', '--exit-on-error', `--dbname=${postgres.superuserUrl}`, dump);
    const { data } = await socket.waitFor('resync_required');
    expect(data).toMatchObject({ reason: 'epoch', seq: saved });
    const before = socket.events.length;
    await emit(1);
    await eventually(() => socket.events.length === before + 1, { what: 'an event of the new history' });
    expect(socket.events.at(-1)?.seq).toBe(saved + 1);
  });

  it('is restored over a schema whose removal wins against a transaction that is in its way', async () => {
    const transaction = new pg.Client({ connectionString: postgres.ownerUrl });
    await transaction.connect();
    try {
      await transaction.query('BEGIN; SELECT FROM wardbell.outbox LIMIT 1');
      const dropped = dropSchema();
      const locked = await eventually(
        async () => {
          const rows = await postgres.query(LOCKED_BY_REMOVAL);
          return z.array(z.object({ name: z.string() })).parse(rows)[0];
        },
        { what: 'the removal having locked a table and waiting for another' },
      );
      const deadlock = expect(transaction.query(`SELECT FROM ${locked.name} LIMIT 1`)).rejects;
      await deadlock.toMatchObject({ code: '40P01' });
      await dropped;
    } finally {
      await transaction.end();
    }
  });
});
