import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AuditVerification } from '@wardbell/contract';
import pg from 'pg';
import { z } from 'zod';
import { migrate } from '../../server/src/database/migrate.js';
import { Passwords } from '../../server/src/identity/passwords.js';
import { createLog } from '../../server/src/platform/log/log.js';
import { NIL_UUID } from '../../server/src/platform/uuid.js';
import { database, startAnother, useDatabase } from '../support/fixture.js';
import { call } from '../support/http.js';
import type { RunningServer } from '../support/server.js';
import { TestSocket } from '../support/socket.js';
import { signIn, signInSuperAdmin } from '../support/tenant.js';
import { BACKDATE } from './audit/support.js';

/** The schema that the last release left behind; later migrations upgrade it. */
const RELEASED = [
  '20261120000000_init',
  '20261120100000_instance_reports',
  '20261120110000_verify_audit_in_parts',
];
const PASSWORD = 'a password of before the upgrade';
/** What must be there afterwards, row by row. Instances and their sockets come and go. */
const KEPT = [
  'tenant',
  'user_account',
  'patient',
  'appointment',
  'outbox',
  'audit',
  'idempotency',
  'tenant_usage',
  'disconnect_order',
  'login_failure',
];

/** Columns that are made of others, anew by each release. */
const DERIVED = '{sort_name,search_text}';
const FILL = `
  INSERT INTO wardbell.tenant (id, name, slug, max_connections, ceiling_connections) VALUES
    ('11111111-1111-4111-8111-111111111111', 'North', 'north', 7, 20),
    ('22222222-2222-4222-8222-222222222222', 'South', 'south', NULL, NULL);
  INSERT INTO wardbell.user_account (tenant_id, email, name, role)
    SELECT id, slug || '-desk@clinic.test', 'Desk', 'front_desk' FROM wardbell.tenant;
  INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name, notes)
    SELECT t.id, 'M' || n, 'First' || n, 'Last' || n, 'note' FROM wardbell.tenant t, generate_series(1, 200) n;
  INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type, reason)
    SELECT p.tenant_id, p.id, now() + interval '1 hour', 'checkup', 'reason' FROM wardbell.patient p;
  DO $$
  DECLARE
    p wardbell.patient;
  BEGIN
    FOR p IN SELECT * FROM wardbell.patient ORDER BY tenant_id, mrn LOOP
      PERFORM wardbell.append(p.tenant_id,
        jsonb_build_array(jsonb_build_object('type', 'patient_created', 'data', to_jsonb(p) - 'sort_name' - 'search_text')),
        jsonb_build_array(jsonb_build_object('action', 'patient.create', 'object_id', p.id, 'patient_id', p.id,
                                             'changed', jsonb_build_array('first_name'))));
    END LOOP;
    PERFORM wardbell.append('00000000-0000-0000-0000-000000000000', '[]', '[{"action": "tenant.create"}]');
    PERFORM wardbell.emit(t.id, 'task_updated', '{"n": 9007199254740993}', '{"roles": ["tenant_admin"]}')
      FROM wardbell.tenant t;
  END
  $$;
  INSERT INTO wardbell.tenant_usage (tenant_id, minute, instance_id, messages_sent)
    SELECT id, date_trunc('minute', now()), gen_random_uuid(), 5 FROM wardbell.tenant;
  INSERT INTO wardbell.disconnect_order (tenant_id, user_id, close) SELECT id, 'gone', 'accessRevoked' FROM wardbell.tenant;
  INSERT INTO wardbell.login_failure (email_hash, address) VALUES ('\\x00', '203.0.113.9');
  INSERT INTO wardbell.instance (id, host, heartbeat_at) VALUES
    ('33333333-3333-4333-8333-333333333333', 'old', now() - interval '1 hour');
  INSERT INTO wardbell.connection (id, instance_id, tenant_id, user_id, role, topics)
    SELECT gen_random_uuid(), '33333333-3333-4333-8333-333333333333', id, 'u', 'clinician', '{patients}'
    FROM wardbell.tenant`;

/** A chain over three years, as an installation of that age has it; numbers and times do not always run in parallel. */
const OLD_CHAIN = `
  SELECT public.backdate('22222222-2222-4222-8222-222222222222', array_agg(at ORDER BY n))
  FROM generate_series(1, 100) AS n,
       LATERAL (SELECT '2023-01-31 23:59:59.999999Z'::timestamptz + make_interval(days => 10 * n - n % 3 * 20) AS at) AS t`;

/** As an instance of the old version writes, on a connection that it keeps. */
const APPEND = `
  SELECT FROM wardbell.append('11111111-1111-4111-8111-111111111111', '[]', '[{"action": "patient.update"}]')`;

const Epoch = z.tuple([z.object({ epoch: z.string() })]);
const NORTH = '11111111-1111-4111-8111-111111111111';
const EVENTS = 201;

let folder: string;
let server: RunningServer;
let epoch: string;
let oldInstance: pg.Client;
// Before its database is gone.
afterAll(async () => {
  await oldInstance.end();
  rmSync(folder, { recursive: true, force: true });
});
useDatabase({ empty: true });
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardbell-released-'));
  for (const name of RELEASED) {
    mkdirSync(join(folder, name));
    cpSync(join('prisma/migrations', name), join(folder, name), { recursive: true });
  }
  await migrate(database.ownerUrl, createLog({ logLevel: 'silent', production: true }), folder);
  await database.query(FILL);
  await database.query(BACKDATE);
  await database.query(OLD_CHAIN);
  oldInstance = new pg.Client({ connectionString: database.superuserUrl });
  await oldInstance.connect();
  await oldInstance.query(APPEND);
  await database.query(
    `INSERT INTO wardbell.user_account (tenant_id, email, name, role, password_hash)
     VALUES ($1, 'admin@north.test', 'Admin', 'tenant_admin', $2)`,
    [NORTH, await new Passwords().hash(PASSWORD)],
  );
  await database.query(
    `INSERT INTO wardbell.idempotency (tenant_id, user_id, route, key, request_hash, status, body)
     VALUES ($1, $2, 'POST /patients', 'key', $3, 201, '{"kept": true}')`,
    [NORTH, randomUUID(), createHash('sha256').update('body').digest()],
  );
  epoch = Epoch.parse(await database.query('SELECT wardbell.check_epoch()::text AS epoch'))[0].epoch;
  await database.query(
    `CREATE TABLE public.before AS ${KEPT.map(
      (table) =>
        `SELECT '${table}' AS name, to_jsonb(t) - '${DERIVED}'::text[] AS row FROM wardbell.${table} t`,
    ).join(' UNION ALL ')}`,
  );
  server = await startAnother();
});

it('keeps every row of the last release when the new server starts on its database', async () => {
  const booked = await database.query('SELECT migration_name FROM wardbell._prisma_migrations');
  const folders = readdirSync('prisma/migrations', { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(booked).toHaveLength(folders.length);
  // a later column is no loss, so each old row must be part of a present one
  const missing = KEPT.map(
    (table) => `SELECT b.name, b.row FROM public.before b WHERE b.name = '${table}'
                  AND NOT EXISTS (SELECT FROM wardbell.${table} t WHERE to_jsonb(t) @> b.row)`,
  ).join(' UNION ALL ');
  expect(await database.query(missing)).toEqual([]);
});

it('goes on in the same history: people sign in, read, write, resume from before, and the audit chain holds', async () => {
  const token = await signIn(server, 'admin@north.test', PASSWORD);
  const list = await call(server.url, 'GET', '/patients?limit=200', { token });
  expect(list.body).toMatchObject({ seq: EVENTS, epoch });
  const found = await call(server.url, 'GET', '/patients?search=first7,%20last7&limit=1', { token });
  expect(found.body).toMatchObject({ data: [{ last_name: 'Last7' }] });
  const created = await call(server.url, 'POST', '/patients', {
    token,
    body: { first_name: 'After', last_name: 'Upgrade' },
  });
  expect(created.status).toBe(201);

  const socket = new TestSocket(server.wsUrl, { token, query: { since: '10', epoch } });
  await socket.waitFor('resumed');
  expect(socket.events.map(({ seq }) => seq)).toEqual(
    Array.from({ length: EVENTS + 1 - 10 }, (_, at) => at + 11),
  );
  expect(socket.frames.some(({ type }) => type === 'resync_required')).toBe(false);
  socket.ws.terminate();

  expect((await call(server.url, 'GET', '/audit/verify', { token })).body).toMatchObject({
    ok: true,
    first_bad: null,
  });
  expect((await call(server.url, 'GET', `/tenants/${NORTH}`, { token })).body).toMatchObject({
    limits: { max_connections: 7 },
    ceilings: { max_connections: 20 },
  });
});

it('moves every audit row to the partition of its month, keeps every chain, and an old instance goes on writing', async () => {
  await oldInstance.query(APPEND);
  const [misplaced] = await database.query(
    `SELECT count(*)::int FROM wardbell.audit a
     WHERE a.tableoid::regclass::text <> 'wardbell.audit_' || to_char(a.at AT TIME ZONE 'UTC', 'YYYYMM')`,
  );
  expect(misplaced).toEqual({ count: 0 });
  const token = await signInSuperAdmin(server);
  const chains = await database.query<{ scope: string; count: number }>(
    'SELECT scope::text, count(*)::int FROM wardbell.audit GROUP BY scope',
  );
  expect(chains).toHaveLength(3);
  for (const { scope, count } of chains) {
    const query = scope === NIL_UUID ? '' : `?tenant_id=${scope}`;
    const answer = await call(server.url, 'GET', `/audit/verify${query}`, { token });
    // and what was recorded since, such as the first of these reads
    expect(answer.body).toMatchObject({ ok: true, first_bad: null });
    expect(AuditVerification.parse(answer.body).checked).toBeGreaterThanOrEqual(count);
  }
});
