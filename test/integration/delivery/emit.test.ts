import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { RESERVED_TYPES } from '@wardbell/contract';
import pg from 'pg';
import { database, useDatabase } from '../../support/fixture.js';
import { Clinic, numbers } from './support/clinic.js';

const INVALID_PARAMETER_VALUE = '22023';
const FOREIGN_KEY_VIOLATION = '23503';
const INSUFFICIENT_PRIVILEGE = '42501';
const FEATURE_NOT_SUPPORTED = '0A000';
const SERIALIZATION_FAILURE = '40001';

useDatabase();

describe('wardbell.emit', () => {
  const clients: pg.Client[] = [];
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
  });

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    clients.push(client);
    return client;
  };
  const EMIT = 'SELECT wardbell.emit($1, $2, $3, $4) AS id';
  const code = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'no error',
      (error: unknown) => (error instanceof pg.DatabaseError ? error.code : error),
    );

  describe('refuses in the database, with an SQLSTATE that a service can act on,', () => {
    const valid = { type: 'task_updated', data: '{"a": 1}', audience: null };
    it.each<[string, { type?: string | null; data?: string | null; audience?: string | null }]>([
      ['a type that is no name', { type: '1st' }],
      ['a type with a blank', { type: 'task updated' }],
      ['an empty type', { type: '' }],
      ['no type', { type: null }],
      ['a type over 128 characters', { type: 'a'.repeat(129) }],
      ['no data', { data: null }],
      ['data that is an array', { data: '[1]' }],
      ['data that is a number', { data: '1' }],
      ['data that is JSON null', { data: 'null' }],
      ['data over 64 KiB', { data: JSON.stringify({ text: 'x'.repeat(65_536) }) }],
      ['an audience that is a list', { audience: '[]' }],
      ['an audience of nobody', { audience: '{}' }],
      ['an audience of an empty list', { audience: '{"user_ids": []}' }],
      ['an audience of users and roles', { audience: '{"user_ids": ["1"], "roles": ["clinician"]}' }],
      ['an audience of something else', { audience: '{"everyone": ["1"]}' }],
      ['a user that is a number', { audience: '{"user_ids": [42]}' }],
      ['a user without a name', { audience: '{"user_ids": [""]}' }],
      ['a user over 200 characters', { audience: `{"user_ids": ["${'x'.repeat(201)}"]}` }],
      ['over 1,000 users', { audience: JSON.stringify({ user_ids: numbers(1, 1_001).map(String) }) }],
      ['a role that does not exist', { audience: '{"roles": ["janitor"]}' }],
    ])('%s', async (_, wrong) => {
      const clinic = await Clinic.create(database);
      const { type, data, audience } = { ...valid, ...wrong };
      expect(await code(database.query(EMIT, [clinic.id, type, data, audience]))).toBe(
        INVALID_PARAMETER_VALUE,
      );
      expect(await clinic.position()).toMatchObject({ seq: 0 });
    });

    it.each([...RESERVED_TYPES])('the reserved type %s', async (type) => {
      const clinic = await Clinic.create(database);
      expect(await code(database.query(EMIT, [clinic.id, type, '{}', null]))).toBe(INVALID_PARAMETER_VALUE);
    });

    it('a tenant that does not exist, and none', async () => {
      for (const tenantId of [randomUUID(), null])
        expect(await code(database.query(EMIT, [tenantId, 'task_updated', '{}', null]))).toBe(
          FOREIGN_KEY_VIOLATION,
        );
    });

    it('a role that was not granted it', async () => {
      const clinic = await Clinic.create(database);
      const client = await connect();
      await client.query('BEGIN; SET LOCAL ROLE wardbell_app');
      expect(await code(client.query(EMIT, [clinic.id, 'task_updated', '{}', null]))).toBe(
        INSUFFICIENT_PRIVILEGE,
      );
      await client.query('ROLLBACK');
    });
  });

  it('takes what the limits allow', async () => {
    const clinic = await Clinic.create(database);
    const text = 'x'.repeat(65_536 - '{"text": ""}'.length);
    await database.query(EMIT, [clinic.id, 'a'.repeat(128), JSON.stringify({ text }), 'null']);
    await database.query(EMIT, [
      clinic.id,
      'A.b:c-d_9',
      '{}',
      JSON.stringify({ user_ids: numbers(1, 1_000).map(String) }),
    ]);
    await database.query(EMIT, [clinic.id, 'x', '{}', '{"roles": ["front_desk", "super_admin"]}']);
    expect(await clinic.seqs()).toEqual([1, 2, 3]);
  });

  it('answers the id that the event has in the log', async () => {
    const clinic = await Clinic.create(database);
    const [answer] = await database.query<{ id: string }>(EMIT, [clinic.id, 'task_updated', '{}', null]);
    const [row] = await database.query<{ id: string }>(
      'SELECT id FROM wardbell.outbox WHERE tenant_id = $1',
      [clinic.id],
    );
    expect(answer?.id).toBe(row?.id);
  });

  it('is part of the transaction that calls it: all of it or nothing, without a hole in the numbers', async () => {
    const clinic = await Clinic.create(database);
    const client = await connect();
    const emit = (type: string) => client.query(EMIT, [clinic.id, type, '{}', null]);
    await client.query('BEGIN');
    await emit('undone');
    expect(await clinic.position()).toMatchObject({ seq: 0 });
    await client.query('ROLLBACK');

    await client.query('BEGIN');
    await emit('kept_1');
    await client.query('SAVEPOINT before');
    await emit('undone');
    await client.query('ROLLBACK TO SAVEPOINT before');
    await emit('kept_2');
    await client.query('SAVEPOINT nested');
    await emit('kept_3');
    await client.query('RELEASE SAVEPOINT nested');
    expect(await clinic.seqs()).toEqual([]);
    await client.query('COMMIT');

    const rows = await database.query<{ seq: string; type: string }>(
      'SELECT seq, type FROM wardbell.outbox WHERE tenant_id = $1 ORDER BY seq',
      [clinic.id],
    );
    expect(rows.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 kept_1', '2 kept_2', '3 kept_3']);
  });

  it('loses nothing when the first emission is undone, or constraints are made immediate and deferred again', async () => {
    const clinic = await Clinic.create(database);
    const client = await connect();
    const emit = (type: string) => client.query(EMIT, [clinic.id, type, '{}', null]);
    await client.query('BEGIN; SAVEPOINT start');
    await emit('undone');
    await client.query('ROLLBACK TO SAVEPOINT start');
    await emit('one');
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    await client.query('SET CONSTRAINTS ALL DEFERRED');
    await emit('two');
    await client.query('COMMIT');
    expect(await clinic.seqs()).toEqual([1, 2]);
    expect(await database.query('SELECT 1 FROM wardbell.emission')).toEqual([]);
    expect(await database.query('SELECT 1 FROM wardbell.emission_flush')).toEqual([]);
  });

  it('numbers 10,000 events of one transaction in the order in which they were emitted', async () => {
    const clinic = await Clinic.create(database);
    await clinic.emit(10_000);
    const [row] = await database.query<{ count: string; ordered: boolean }>(
      `SELECT count(*), bool_and(seq = (data->>'n')::bigint) AS ordered
       FROM wardbell.outbox WHERE tenant_id = $1`,
      [clinic.id],
    );
    expect(row).toEqual({ count: '10000', ordered: true });
  });

  describe('in transactions that are not plain READ COMMITTED ones', () => {
    it.each(['REPEATABLE READ', 'SERIALIZABLE'])(
      'refuses %s at the call, because its commit would fail as soon as the clinic is busy',
      async (level) => {
        const clinic = await Clinic.create(database);
        const client = await connect();
        await client.query(`BEGIN ISOLATION LEVEL ${level}`);
        expect(await code(client.query(EMIT, [clinic.id, 'task_updated', '{}', null]))).toBe(
          FEATURE_NOT_SUPPORTED,
        );
        await client.query('ROLLBACK');
        expect(await clinic.seqs()).toEqual([]);
      },
    );

    const IMMEDIATE = ['SET CONSTRAINTS ALL IMMEDIATE', 'SET CONSTRAINTS wardbell.flush IMMEDIATE'];
    it.each(IMMEDIATE)(
      'holds no clinic and deadlocks with nobody after %s, before and after emit',
      async (set) => {
        const clinics = [await Clinic.create(database), await Clinic.create(database)];
        const pairs = await Promise.all([connect(), connect()]);
        for (const [index, client] of pairs.entries()) {
          await client.query(`BEGIN; SET LOCAL lock_timeout = '3s'; ${set}`);
          await client.query(EMIT, [clinics[index]?.id, 'late', '{}', null]);
          await client.query(`${set}; SAVEPOINT one`);
          await client.query(EMIT, [clinics[index]?.id, 'undone', '{}', null]);
          await client.query(`ROLLBACK TO SAVEPOINT one; ${set}`);
        }
        for (const clinic of clinics) await clinic.emit(2);
        for (const [index, client] of pairs.entries())
          await client.query(EMIT, [clinics[1 - index]?.id, 'crossed', '{}', null]);
        for (const client of pairs) await client.query(`${set}`);
        for (const client of pairs) await client.query('COMMIT');
        for (const clinic of clinics) expect(await clinic.seqs()).toEqual(numbers(1, 4));
        for (const table of ['emission', 'emission_flush', 'emission_probe'])
          expect(await database.query(`SELECT 1 FROM wardbell.${table}`)).toEqual([]);
      },
    );

    it.each([
      "PREPARE TRANSACTION 'gid'",
      "/* by a transaction manager */ prepare\n transaction 'gid'",
      "SELECT 1; PREPARE TRANSACTION 'gid';",
      "PREPARE /* one */ TRANSACTION 'gid'",
      "PREPARE/* one /* within */ another */TRANSACTION-- and a third\n 'gid'",
      "SELECT 1; PREPARE TRANSACTION 'gid'; SELECT 2",
      "PREPARE TRANSACTION E'gid'",
      'PREPARE TRANSACTION $$gid$$',
    ])('refuses to be prepared by %j', async (statement) => {
      const clinic = await Clinic.create(database);
      const client = await connect();
      await client.query('BEGIN');
      await client.query(EMIT, [clinic.id, 'task_updated', '{}', null]);
      expect(await code(client.query(statement))).toBe(FEATURE_NOT_SUPPORTED);
      await client.query('ROLLBACK');
      expect(await clinic.seqs()).toEqual([]);
    });

    it('takes data that only speaks of PREPARE TRANSACTION', async () => {
      const clinic = await Clinic.create(database);
      await database.query(
        `SELECT wardbell.emit('${clinic.id}', 'x', '{"a": "; prepare transaction ''gid''"}')`,
      );
      await database.query(
        `SELECT wardbell.emit('${clinic.id}', 'x', '{"a": "; prepare /* */ transaction ''gid'';"}') -- prepare transaction`,
      );
      expect(await clinic.seqs()).toEqual([1, 2]);
    });

    it('is durable once committed, although the session had switched synchronous_commit off', async () => {
      const clinic = await Clinic.create(database);
      const client = await connect();
      await client.query('CREATE TABLE durable (n int); SET synchronous_commit = off');
      for (const n of numbers(1, 20)) {
        await client.query('BEGIN');
        await client.query('INSERT INTO durable VALUES ($1)', [n]);
        await client.query(EMIT, [clinic.id, 'task_updated', '{}', null]);
        const [written] = (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn'))
          .rows;
        await client.query('COMMIT');
        const { rows } = await client.query('SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable', [
          written?.lsn,
        ]);
        expect(rows).toEqual([{ durable: true }]);
      }
    });
  });

  it.each([
    ['emit', "SELECT wardbell.emit($1, 'task_updated', '{}')"],
    ['append', `SELECT * FROM wardbell.append($1, '[{"type": "task_updated", "data": {}}]', '[]')`],
  ])(
    'fails %s with an error that says "try again" when a head is not where it was locked',
    async (_, statement) => {
      const [clinic, other] = [await Clinic.create(database), await Clinic.create(database)];
      const client = await connect();
      await client.query(`BEGIN; CREATE OR REPLACE FUNCTION wardbell.lock_head(
        p_tenant uuid, OUT place tid, OUT seq bigint, OUT audit_seq bigint, OUT audit_hash bytea)
      LANGUAGE sql AS $$ SELECT h.ctid, h.seq, h.audit_seq, h.audit_hash FROM wardbell.tenant_head h
                         WHERE h.tenant_id = '${other.id}' $$`);
      const write = client.query(statement, [clinic.id]).then(() => client.query('COMMIT'));
      expect(await code(write)).toBe(SERIALIZATION_FAILURE);
      await client.query('ROLLBACK');
      for (const { id } of [clinic, other])
        expect(
          await database.query('SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1', [id]),
        ).toEqual([{ seq: '0' }]);
    },
  );

  it('keeps what has been emitted from the run-time roles even if they are given a grant', async () => {
    const rows = await database.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'wardbell'::regnamespace
         AND relname LIKE 'emission%' AND relkind = 'r' AND NOT relrowsecurity`,
    );
    expect(rows).toEqual([]);
    const client = await connect();
    await client.query('BEGIN; GRANT SELECT ON wardbell.emission TO wardbell_app');
    const clinic = await Clinic.create(database);
    await client.query(EMIT, [clinic.id, 'task_updated', '{}', null]);
    await client.query('SET LOCAL ROLE wardbell_app');
    expect((await client.query('SELECT * FROM wardbell.emission')).rows).toEqual([]);
    await client.query('ROLLBACK');
  });

  it('never deadlocks over tenants, whatever the order in which transactions name them', async () => {
    const clinics = await Promise.all(numbers(1, 4).map(() => Clinic.create(database)));
    const rounds = 40;
    await Promise.all(
      numbers(1, 4).map(async (shift) => {
        const client = await connect();
        for (let round = 0; round < rounds; round++) {
          await client.query('BEGIN');
          for (let at = 0; at < clinics.length; at++) {
            const clinic = clinics[(at * shift + round) % clinics.length];
            await client.query(EMIT, [clinic?.id, 'task_updated', '{}', null]);
          }
          await client.query('COMMIT');
        }
      }),
    );
    const logs = await Promise.all(clinics.map((clinic) => clinic.seqs()));
    expect(logs.flat()).toHaveLength(4 * rounds * clinics.length);
    for (const log of logs) expect(log).toEqual(numbers(1, log.length));
  });

  it('does not stop a clinic while a service that has emitted keeps its transaction open', async () => {
    const clinic = await Clinic.create(database);
    const client = await connect();
    await client.query('BEGIN');
    await client.query(EMIT, [clinic.id, 'late', '{}', null]);
    for (const _ of numbers(1, 20)) await clinic.emit();
    expect(await clinic.seqs()).toEqual(numbers(1, 20));
    await client.query('COMMIT');
    expect(await clinic.seqs()).toEqual(numbers(1, 21));
  });
});
