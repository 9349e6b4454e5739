import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { RUNTIME_ROLES } from '../../../server/src/database/roles.js';
import { database, useDatabase } from '../../support/fixture.js';
import { runtimeUrls } from '../../support/migrate-step.js';

/**
 * What wardbell_app, wardbell_auth and wardbell_relay may do with each table: S(elect), I(nsert), U(pdate), D(elete); a
 * small letter is a right on some of the columns. A table that is not here fails, and so does one that is gone: whoever adds
 * a table decides which role needs it for what.
 */
const MATRIX: Readonly<Record<string, readonly [app: string, auth: string, relay: string]>> = {
  _prisma_migrations: ['', '', ''],
  absence: ['SIUD', '', ''],
  access_writer: ['', '', 'SD'],
  appointment: ['SIUD', '', ''],
  appointment_linking: ['', '', ''],
  appointment_type: ['SIUD', '', ''],
  approval: ['', 'SIU', ''],
  audit: ['S', '', 'S'],
  audit_anchor: ['', '', ''],
  audit_head: ['S', '', 'SI'],
  audit_key: ['', '', 'SIu'],
  auth_session: ['s', 'SIUD', 's'],
  backup: ['', '', 'S'],
  booking: ['', '', ''],
  break_glass: ['SIU', '', ''],
  clinic_setting: ['S', '', ''],
  connection: ['S', '', 'SIUD'],
  dead_letter: ['SuD', '', 'SIUD'],
  deleted_appointment: ['SIUD', '', ''],
  deleted_patient: ['SIUD', '', ''],
  delivery_connection: ['S', '', 'SIUD'],
  delivery_horizon: ['S', '', 'SU'],
  delivery_span: ['S', '', 'SIUD'],
  delivery_write: ['S', '', 'SIUD'],
  disconnect_order: ['I', 'I', 'SIUD'],
  emission: ['', '', ''],
  emission_flush: ['', '', ''],
  emission_probe: ['', '', ''],
  escalation_policy: ['SIUD', '', 'S'],
  event_type: ['SIUD', '', ''],
  external_user: ['', 'SIUD', ''],
  gateway: ['SIUD', '', 'Su'],
  idempotency: ['SIUD', 'SIU', 'SIUD'],
  installation: ['S', '', 'S'],
  instance: ['', '', 'SIUD'],
  integration_key: ['', 'SIU', ''],
  list_preference: ['', 'SIU', ''],
  login_failure: ['', 'SIUD', ''],
  merged_patient: ['SIu', '', ''],
  notice: ['SU', '', 'SUD'],
  notice_change: ['', '', 'SUD'],
  notice_recipient: ['SU', '', 'SIU'],
  notification_preference: ['SIU', '', 'S'],
  object_presence: ['', '', ''],
  office_hour: ['SID', '', ''],
  oidc_logout: ['', 'SID', ''],
  outbox: ['S', '', 'S'],
  passkey: ['', 'SIUD', ''],
  patient: ['SIUD', '', ''],
  patient_purge: ['', '', ''],
  practitioner: ['SIUD', '', ''],
  presence: ['S', '', 'SIUD'],
  presence_clock: ['', '', 'SU'],
  publication: ['', '', 'SD'],
  push_key: ['', '', 'SI'],
  push_message: ['', '', 'SUD'],
  push_subscription: ['sD', '', 'SD'],
  recovery_code: ['', 'SIUD', ''],
  refresh_token: ['', 'SIUD', ''],
  room: ['SIUD', '', ''],
  screen_pin: ['', 'SIUD', ''],
  sign_in_step: ['', 'SIUD', ''],
  stream_ticket: ['', 'SIUD', ''],
  system_log: ['', '', 'SID'],
  system_minute: ['', '', 'SIUD'],
  tenant: ['Su', 's', 'SIUD'],
  tenant_head: ['S', '', 'S'],
  tenant_security: ['', 'SIU', ''],
  tenant_usage: ['S', '', 'SIUD'],
  totp: ['', 'SIUD', ''],
  user_account: ['s', 'SIU', 's'],
  webhook: ['SIuD', '', 'SU'],
  webhook_attempt: ['S', '', 'SID'],
  webhook_secret: ['sIuD', '', 'S'],
  write_probe: ['SIUD', '', ''],
};

/** Functions that run as the owner, and who may call them: rights that no table shows. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  admit: 'relay',
  append: 'app auth relay',
  applied_migrations: 'app auth relay',
  audit_beginnings: 'app relay',
  begin_purge: 'app relay',
  check_epoch: 'relay',
  claim_audit_months: 'relay',
  count_factors: 'app auth relay',
  count_patients: 'app',
  describe_session: 'app relay',
  drop_audit_months: 'relay',
  due_audit_months: 'relay',
  due_purges: 'relay',
  duplicate_patients: 'app',
  file_notice: 'app auth relay',
  has_screen_pin: 'app relay',
  is_blocked: 'auth',
  label_patient: 'app',
  order_patients: 'app',
  link_appointments: 'relay',
  maintain_audit: 'relay',
  maintain_outbox: 'relay',
  new_epoch: 'relay',
  notice_people: 'relay',
  principal_verdict: 'app auth relay',
  prune_audit_heads: 'relay',
  publish: 'app relay',
  purge_events: 'app relay',
  record_accesses: 'relay',
  retake_slots: 'relay',
  search_patients: 'app',
  set_double_booking: 'app',
  settle_object_presence: 'relay',
  sign_audit_beginning: 'relay',
  subscribe_push: 'app',
  tenant_has_records: 'relay',
  touch_office_hours: 'app',
  verify_audit: 'app relay',
  weigh_limits: 'app relay',
};

/** Rights of the caller, as PostgreSQL decides them: its own, those of roles that it belongs to, and those of PUBLIC. */
const RIGHTS = `
  SELECT c.relname AS name, c.relispartition AS is_partition, concat(
    CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN 'S' WHEN has_any_column_privilege(c.oid, 'SELECT') THEN 's' END,
    CASE WHEN has_table_privilege(c.oid, 'INSERT') THEN 'I' WHEN has_any_column_privilege(c.oid, 'INSERT') THEN 'i' END,
    CASE WHEN has_table_privilege(c.oid, 'UPDATE') THEN 'U' WHEN has_any_column_privilege(c.oid, 'UPDATE') THEN 'u' END,
    CASE WHEN has_table_privilege(c.oid, 'DELETE') THEN 'D' END,
    CASE WHEN has_table_privilege(c.oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN 'X' END) AS rights
  FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'wardbell') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;
const CALLS = `
  SELECT DISTINCT p.proname AS name FROM pg_proc p
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'wardbell')
    AND p.prosecdef AND has_function_privilege(p.oid, 'EXECUTE')`;

useDatabase();

describe('The rights of the run-time roles', () => {
  const tables = new Map<string, string[]>();
  const functions = new Map<string, string[]>();
  const partitions: string[] = [];

  beforeAll(async () => {
    // partitions of the log, of today and later
    await database.query(`SELECT wardbell.maintain_outbox(7, interval '7 days'), wardbell.maintain_audit(3)`);
    const urls = runtimeUrls(database.ownerUrl);
    for (const [role, url] of [
      ['app', urls.appUrl],
      ['auth', urls.authUrl],
      ['relay', urls.relayUrl],
    ] as const) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        const rights = await client.query<{ name: string; is_partition: boolean; rights: string }>(RIGHTS);
        for (const row of rights.rows) {
          if (!row.is_partition) tables.set(row.name, [...(tables.get(row.name) ?? []), row.rights]);
          else partitions.push(`${role} ${row.name}: ${row.rights}`);
        }
        const calls = await client.query<{ name: string }>(CALLS);
        for (const { name } of calls.rows) functions.set(name, [...(functions.get(name) ?? []), role]);
      } finally {
        await client.end();
      }
    }
  });

  it('are those of the matrix, for every table that there is', () => {
    expect(RUNTIME_ROLES).toEqual(['app', 'auth', 'relay']);
    expect(Object.fromEntries([...tables].sort())).toEqual(MATRIX);
  });

  it('are none on a partition, past the policies of its table', () => {
    expect(partitions.length).toBeGreaterThan(3 * 10);
    expect(partitions.filter((line) => !line.endsWith(': '))).toEqual([]);
  });

  it('are those of the list, for every function that runs as the owner', () => {
    expect(Object.fromEntries([...functions].map(([name, roles]) => [name, roles.join(' ')]))).toEqual(
      FUNCTIONS,
    );
  });

  it('stand behind row-level security on every table of theirs that has rows of tenants', async () => {
    const open = await database.query(
      `SELECT c.relname FROM pg_class c
       WHERE c.relnamespace = 'wardbell'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
         AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
         AND EXISTS (SELECT FROM unnest(ARRAY['wardbell_app', 'wardbell_auth', 'wardbell_relay']) AS role
                     WHERE has_any_column_privilege(role::name, c.oid, 'SELECT, INSERT, UPDATE'))`,
    );
    expect(open).toEqual([]);
  });
});
