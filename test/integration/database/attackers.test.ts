import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import pg from 'pg';
import { RUNTIME_ROLES, type RuntimeRole } from '../../../server/src/database/roles.js';
import { sqlState } from '../../../server/src/platform/errors/sqlstate.js';
import { database, useServer } from '../../support/fixture.js';
import { runtimeUrls } from '../../support/migrate-step.js';
import { eventually } from '../../support/wait.js';
import { REWRITE } from '../audit/verify-command.js';
import { type Clinic, createClinic, registerPatient, succeed } from '../http/harness.js';

/*
 * What somebody can do with the password of a login of the database and nothing of our code in between. The table of
 * docs/security.md has a line for each of these tests.
 */

const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-attackers-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
// Before their database is gone.
afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.end()));
});
useServer({ env: { DATA_DIR: dataDir, AUDIT_ANCHOR_FILE: join(dataDir, 'anchors.ndjson') } });

const NOTE = 'a note about a patient';
const INSUFFICIENT_PRIVILEGE = '42501';

const clients = new Map<string, pg.Client>();
let clinic: Clinic;
let other: Clinic;

const login = async (name: string, connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  clients.set(name, client);
};

beforeAll(async () => {
  const { appUrl, authUrl, relayUrl } = runtimeUrls(database.ownerUrl);
  await login('app', appUrl);
  await login('auth', authUrl);
  await login('relay', relayUrl);
  await login('owner', database.ownerUrl);
  [clinic, other] = [await createClinic(), await createClinic()];
  for (const each of [clinic, other]) {
    await registerPatient(each, { notes: NOTE });
    await database.query(
      `INSERT INTO wardbell.user_account (tenant_id, email, name, role, password_hash)
       VALUES ($1::uuid, $1::text || '@clinic.test', 'Desk', 'front_desk', 'a hash')`,
      [each.id],
    );
  }
});

/** Runs statements in one transaction, which is rolled back; answers the rows of the last. */
async function run(role: RuntimeRole | 'owner', ...statements: readonly string[]): Promise<unknown[]> {
  const client = clients.get(role);
  if (!client) throw new Error(`there is no login ${role}`);
  await client.query('BEGIN');
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Whether every one of these is refused for want of a right, each in a transaction of its own. */
async function expectRefused(role: RuntimeRole, statements: readonly string[], before = ''): Promise<void> {
  const outcomes: unknown[] = [];
  for (const statement of statements) {
    const outcome = await run(role, ...(before === '' ? [] : [before]), statement).then(
      () => 'accepted',
      (error: unknown) => sqlState(error),
    );
    outcomes.push({ statement, outcome });
  }
  expect(outcomes).toEqual(statements.map((statement) => ({ statement, outcome: INSUFFICIENT_PRIVILEGE })));
}

const enter = (id: string): string => `SELECT set_config('wardbell.tenant_id', '${id}', true)`;
const count = (table: string): string => `SELECT count(*)::int AS count FROM wardbell.${table}`;

/** What people sign in with, and what decides who may. */
const SECRETS = [
  'SELECT password_hash FROM wardbell.user_account',
  'SELECT * FROM wardbell.user_account',
  'SELECT secret FROM wardbell.totp',
  'SELECT hash FROM wardbell.recovery_code',
  'SELECT hash FROM wardbell.screen_pin',
  'SELECT public_key FROM wardbell.passkey',
  'SELECT hash FROM wardbell.refresh_token',
  'SELECT hash FROM wardbell.sign_in_step',
  'SELECT hash FROM wardbell.stream_ticket',
  'SELECT hash FROM wardbell.integration_key',
];
const TAKE_OVER = [
  `UPDATE wardbell.user_account SET password_hash = 'mine'`,
  `UPDATE wardbell.user_account SET role = 'tenant_admin'`,
  `INSERT INTO wardbell.user_account (email, name, role) VALUES ('me@here.test', 'Me', 'super_admin')`,
  `INSERT INTO wardbell.auth_session (user_id, expires_at) SELECT id, 'infinity' FROM wardbell.user_account`,
  'UPDATE wardbell.auth_session SET fresh_at = now()',
  `INSERT INTO wardbell.refresh_token (hash, session_id) SELECT '\\x00', id FROM wardbell.auth_session`,
  `INSERT INTO wardbell.integration_key (tenant_id, name, hash, prefix, scopes, created_by)
   SELECT id, 'mine', '\\x00', 'wbk', '{}', 'me' FROM wardbell.tenant`,
  `UPDATE wardbell.external_user SET blocked_at = NULL`,
  `UPDATE wardbell.tenant_security SET floor = '{}'`,
];
const RECORDS = [
  'patient',
  'appointment',
  'deleted_patient',
  'deleted_appointment',
  'merged_patient',
  'break_glass',
];
const LOG = ['outbox', 'audit', 'tenant_head'];
const REWRITE_LOG = [
  `UPDATE wardbell.outbox SET data = '{}'`,
  'DELETE FROM wardbell.outbox',
  `INSERT INTO wardbell.outbox (tenant_id, seq, type, data) SELECT id, 1, 'x', '{}' FROM wardbell.tenant`,
  `UPDATE wardbell.audit SET actor_id = 'somebody else'`,
  'DELETE FROM wardbell.audit',
  'TRUNCATE wardbell.audit',
  'UPDATE wardbell.tenant_head SET audit_seq = 0',
];
const ESCALATE = [
  'ALTER TABLE wardbell.patient DISABLE ROW LEVEL SECURITY',
  'DROP POLICY tenant ON wardbell.patient',
  'CREATE ROLE mine LOGIN',
  'CREATE TABLE wardbell.mine (id int)',
  'SET ROLE wardbell',
  ...RUNTIME_ROLES.map((role) => `GRANT wardbell_${role} TO CURRENT_USER`),
  'SELECT * FROM wardbell._prisma_migrations',
  `COPY (SELECT 1) TO PROGRAM 'true'`,
];

describe('Somebody with the password of wardbell_app', () => {
  it('can read and change the records of a clinic, one clinic in each transaction', async () => {
    expect(await run('app', enter(clinic.id), 'SELECT notes FROM wardbell.patient')).toEqual([
      { notes: NOTE },
    ]);
    expect(
      await run('app', enter(other.id), `UPDATE wardbell.patient SET notes = '' RETURNING tenant_id::text`),
    ).toEqual([{ tenant_id: other.id }]);
  });

  it('cannot read two clinics in one statement, and nothing before it has named one', async () => {
    for (const table of [
      'patient',
      'appointment',
      'user_account',
      'outbox',
      'audit',
      'tenant',
      'auth_session',
    ]) {
      expect({ table, rows: await run('app', count(table)) }).toEqual({ table, rows: [{ count: 0 }] });
      const query = `SELECT DISTINCT ${table === 'audit' ? 'scope' : table === 'tenant' ? 'id' : 'tenant_id'}::text AS id
                     FROM wardbell.${table}`;
      const rows = await run('app', enter(clinic.id), query);
      expect([[], [{ id: clinic.id }]]).toContainEqual(rows);
    }
  });

  it('cannot write into another clinic than the one that it has named', async () => {
    await expectRefused(
      'app',
      [
        `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name) VALUES ('${other.id}', 'x', 'a', 'b')`,
        `UPDATE wardbell.patient SET tenant_id = '${other.id}'`,
        `SELECT wardbell.append('${other.id}', '[]', '[]')`,
      ],
      enter(clinic.id),
    );
  });

  it('cannot read a hash, factor, key or token, and cannot make or change an account or a session', async () => {
    await expectRefused('app', [...SECRETS, ...TAKE_OVER], enter(clinic.id));
  });

  it('can append events and audit rows of a clinic, but cannot change or delete what is in the log', async () => {
    const appended = `SELECT seq FROM wardbell.append('${clinic.id}', '[{"type": "task_updated", "data": {}}]', '[]')`;
    expect(await run('app', enter(clinic.id), appended)).toHaveLength(1);
    await expectRefused('app', REWRITE_LOG, enter(clinic.id));
  });

  it('cannot turn row-level security off or become another role', async () => {
    await expectRefused('app', ESCALATE);
  });
});

describe('Somebody with the password of wardbell_auth', () => {
  it('can read hashes and take over accounts: whoever signs people in is trusted with that', async () => {
    expect(await run('auth', 'SELECT password_hash FROM wardbell.user_account')).not.toEqual([]);
    expect(
      await run('auth', `UPDATE wardbell.user_account SET password_hash = 'mine' RETURNING id`),
    ).not.toEqual([]);
  });

  it('cannot read a patient, an appointment, an event or the audit log', async () => {
    for (const before of ['', enter(clinic.id)])
      await expectRefused(
        'auth',
        [...RECORDS, ...LOG, 'webhook_secret', 'dead_letter', 'connection'].map(
          (table) => `SELECT FROM wardbell.${table}`,
        ),
        before,
      );
  });

  it('cannot write an event, nor change the log; it adds audit rows, which cannot be taken back', async () => {
    const events = '[{"type": "patient_deleted", "data": {}}]';
    await expectRefused('auth', [
      ...REWRITE_LOG,
      `SELECT wardbell.append('${clinic.id}', '${events}', '[]')`,
      `SELECT wardbell.read_log('${clinic.id}', 0, 10, 1000)`,
      `SELECT wardbell.verify_audit('${clinic.id}', 0, '', 10)`,
      `SELECT wardbell.begin_purge('${clinic.id}', gen_random_uuid())`,
    ]);
    const added = `SELECT FROM wardbell.append('${clinic.id}', '[]', '[{"action": "auth.login"}]')`;
    expect(await run('auth', added)).toEqual([]);
  });

  it('cannot read stored answers but those about users, and sees of tenants what sign-in needs', async () => {
    await database.query(
      `INSERT INTO wardbell.idempotency (tenant_id, user_id, route, key, request_hash, status, body)
       VALUES ($1, 'u', 'POST /patients', 'k', '\\x00', 201, '{"notes": "${NOTE}"}')`,
      [clinic.id],
    );
    for (const before of ['SELECT 1', enter(clinic.id)])
      expect(await run('auth', before, count('idempotency'))).toEqual([{ count: 0 }]);
    await expectRefused('auth', [
      'SELECT max_connections FROM wardbell.tenant',
      `UPDATE wardbell.tenant SET name = ''`,
    ]);
  });

  it('is confined to the accounts of a clinic once it has named one', async () => {
    const rows = await run(
      'auth',
      enter(clinic.id),
      'SELECT DISTINCT tenant_id::text FROM wardbell.user_account',
    );
    expect(rows).toEqual([{ tenant_id: clinic.id }]);
  });

  it('cannot become another role', async () => {
    await expectRefused('auth', ESCALATE);
  });
});

describe('Somebody with the password of wardbell_relay', () => {
  it('can read the log of every clinic, with the notes in it', async () => {
    const rows = await run('relay', 'SELECT DISTINCT tenant_id::text AS id FROM wardbell.outbox ORDER BY 1');
    expect(rows).toEqual(expect.arrayContaining([{ id: clinic.id }, { id: other.id }]));
  });

  it('cannot read a hash, factor, key or token, and cannot make or change an account or a session', async () => {
    for (const before of ['', enter(clinic.id)])
      await expectRefused('relay', [...SECRETS, ...TAKE_OVER], before);
  });

  it('cannot read or change the records of patients', async () => {
    await expectRefused('relay', [
      ...RECORDS.map((table) => `SELECT FROM wardbell.${table}`),
      `UPDATE wardbell.patient SET notes = ''`,
      'DELETE FROM wardbell.patient',
    ]);
  });

  it('can append to the log of every clinic, but cannot change or delete what is in it', async () => {
    const appended = `SELECT FROM wardbell.append('${clinic.id}', '[]', '[{"action": "tenant.update"}]')`;
    expect(await run('relay', appended)).toEqual([]);
    await expectRefused('relay', REWRITE_LOG);
  });

  it('cannot become another role', async () => {
    await expectRefused('relay', ESCALATE);
  });
});

describe('Somebody with the password of the owner', () => {
  it('can rewrite everything, also the audit log with right hashes, but is told by the signed heads', async () => {
    const { admin, id } = clinic;
    for (const name of ['One', 'Two', 'Three']) await registerPatient(clinic, { last_name: name });
    const signed = () =>
      database.query('SELECT seq FROM wardbell.audit_head WHERE scope = $1 AND seq >= 4', [id]);
    await eventually(async () => ((await signed()).length > 0 ? true : undefined), {
      what: 'the signed head',
    });
    expect(await succeed(api.audit.verify, { token: admin })).toMatchObject({ ok: true });
    const owner = clients.get('owner');
    await owner?.query(REWRITE);
    await owner?.query(`UPDATE wardbell.audit SET actor_id = 'somebody else' WHERE scope = $1 AND seq = 2`, [
      id,
    ]);
    await owner?.query('SELECT public.rewrite($1)', [id]);
    // the row, or the first one since the last head that is right
    const verified = await succeed(api.audit.verify, { token: admin });
    expect(verified.ok).toBe(false);
    expect([1, 2]).toContain(verified.first_bad);
  });

  it('has a password that no password of a run-time role leads to', () => {
    const urls = Object.values(runtimeUrls(database.ownerUrl)).map((url) => new URL(url).password);
    expect(new Set([...urls, new URL(database.ownerUrl).password]).size).toBe(4);
    // one way: another owner's password gives others
    const changed = new URL(database.ownerUrl);
    changed.password = randomBytes(16).toString('hex');
    expect(Object.values(runtimeUrls(changed.href)).map((url) => new URL(url).password)).not.toEqual(urls);
  });
});
