import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { provisionRoles } from '../../../server/src/database/roles.js';
import { database, useServer } from '../../support/fixture.js';
import { type AttackClinic, createAttackClinic, SERVER_ENV } from './support/clinics.js';
import { rowsOf, settledRowsOf, type TenantTable, tenantTables } from './support/rows.js';

useServer({ env: SERVER_ENV });

/** Tables of the whole installation that the application role may use, and why that shows nothing of a tenant. */
const SHARED: Readonly<Record<string, string>> = {
  delivery_horizon: 'since when instances have recorded what they wrote to sockets',
  installation: 'the epoch and the fingerprint of the database',
  write_probe: 'ids of instances and times, to see whether the database takes writes',
};

/**
 * Functions that run with the rights of the owner, past row-level security, and that the application role may call: what
 * a call from one clinic about another one (`$1`: its id, `$2`: an object of it) must come to. `refused`: an error;
 * otherwise the rows that it answers. Nothing of the other clinic may change.
 */
const FUNCTIONS: Readonly<Record<string, readonly [call: string, outcome: 'refused' | readonly object[]]>> = {
  append: [`append($1, '[{"type": "patient_deleted", "data": {}}]', '[]')`, 'refused'],
  applied_migrations: ['applied_migrations() LIMIT 0', []], // names and checksums of files
  audit_beginnings: ['audit_beginnings(ARRAY[$1])', []],
  begin_purge: ['begin_purge($1, $2)', 'refused'],
  count_factors: ['count_factors($2)', []],
  count_patients: [
    `count_patients(ARRAY['nobody of ours'], NULL, NULL, '', false)`,
    [{ count_patients: '0' }],
  ],
  describe_session: ['describe_session($2)', []],
  duplicate_patients: [`duplicate_patients('a', 'a', NULL, 100, NULL)`, []],
  file_notice: [
    `file_notice($1, '{"id": "00000000-0000-4000-8000-000000000000", "message": "x", "level": "info"}', '1 s')`,
    'refused',
  ],
  has_screen_pin: ['has_screen_pin($2)', [{ has_screen_pin: false }]],
  // the next two are asked before a tenant is set: they answer one word about an id and a name that the caller must know
  is_blocked: [`is_blocked($1, 'nobody')`, [{ is_blocked: false }]],
  principal_verdict: [`principal_verdict($1, 'nobody', 'clinician', NULL)`, [{ principal_verdict: 'ok' }]],
  order_patients: [
    `order_patients('birth_date', false, ARRAY['nobody of ours'], NULL, NULL, NULL, 100, NULL, '', false)`,
    [],
  ],
  label_patient: ['label_patient($2)', 'refused'],
  publish: [
    `publish($1, 'x', '[{"id": "00000000-0000-4000-8000-000000000000", "type": "t", "data": {}}]')`,
    'refused',
  ],
  purge_events: ['purge_events($1, $2, 100)', 'refused'],
  search_patients: [`search_patients(ARRAY['a'], NULL, NULL, NULL, 100, NULL, '')`, []],
  // only of the clinic of the transaction
  set_double_booking: [`set_double_booking('allow')`, []],
  subscribe_push: [
    `subscribe_push($1, 'u', 'clinician', NULL, 'https://push.test/', 'k', 'a', 'p', NULL, 20)`,
    'refused',
  ],
  touch_office_hours: ['touch_office_hours()', [{ touch_office_hours: 3 }]],
  verify_audit: [`verify_audit($1, 0, '', 100)`, 'refused'],
  weigh_limits: [`weigh_limits($1, interval '1 day', 1, true)`, 'refused'],
};

const INSUFFICIENT_PRIVILEGE = '42501';

interface Table {
  readonly name: string;
  /** Column of the tenant; undefined where there is none. */
  readonly tenant: string | undefined;
  readonly verbs: readonly string[];
}

/** What the application role may do with each table, on all or some of its columns. */
async function tablesOfApplication(): Promise<readonly Table[]> {
  const rows = await database.query<{ name: string; verbs: string[] }>(
    `SELECT c.relname AS name,
            array_remove(ARRAY[
              CASE WHEN has_any_column_privilege('wardbell_app', c.oid, 'SELECT') THEN 'SELECT' END,
              CASE WHEN has_any_column_privilege('wardbell_app', c.oid, 'INSERT') THEN 'INSERT' END,
              CASE WHEN has_any_column_privilege('wardbell_app', c.oid, 'UPDATE') THEN 'UPDATE' END,
              CASE WHEN has_table_privilege('wardbell_app', c.oid, 'DELETE') THEN 'DELETE' END], NULL) AS verbs
     FROM pg_class c
     WHERE c.relnamespace = 'wardbell'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     ORDER BY 1`,
  );
  const tenants = new Map((await tenantTables()).map(({ name, tenant }) => [name, tenant]));
  return rows.map(({ name, verbs }) => ({ name, verbs, tenant: tenants.get(name) }));
}

describe('The application role in a transaction of one clinic', () => {
  let own: AttackClinic;
  let other: AttackClinic;
  let client: pg.Client;
  let tables: readonly Table[];
  let reached: readonly (Table & TenantTable)[];
  let before: Awaited<ReturnType<typeof rowsOf>>;

  beforeAll(async () => {
    own = await createAttackClinic();
    other = await createAttackClinic();
    tables = await tablesOfApplication();
    reached = tables.flatMap((table) =>
      table.verbs.length > 0 && table.tenant !== undefined ? [{ ...table, tenant: table.tenant }] : [],
    );
    const { appUrl } = await provisionRoles(database.ownerUrl, { fallbackSecret: 'the URL has a password' });
    client = new pg.Client({ connectionString: appUrl });
    await client.connect();
    before = await settledRowsOf(other.id);
  });
  afterAll(async () => {
    await client?.end();
  });

  /**
   * Runs a statement as the application does, in a transaction of a tenant, and takes it back.
   * @returns what it came to: rows, or the code of the error
   */
  async function attempt(
    sql: string,
    values: readonly unknown[] = [],
    tenantId: string | undefined = own.id,
  ): Promise<{ readonly code: string; readonly count: number; readonly rows: readonly object[] }> {
    await client.query('BEGIN');
    try {
      if (tenantId !== undefined)
        await client.query(`SELECT set_config('wardbell.tenant_id', $1, true)`, [tenantId]);
      const { rows, rowCount } = await client.query(sql, [...values]);
      return { code: 'ok', count: rowCount ?? 0, rows };
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      return { code: error.code ?? '', count: 0, rows: [] };
    } finally {
      await client.query('ROLLBACK');
    }
  }
  const refused = { code: INSUFFICIENT_PRIVILEGE, count: 0, rows: [] };
  const nothing = { code: 'ok', count: 0, rows: [] };
  const may = ({ verbs }: Table, verb: string): boolean => verbs.includes(verb);

  it('meets in every table that it may use rows of both clinics, or the suite says why not', async () => {
    const empty: string[] = [];
    for (const { name, tenant } of reached)
      for (const { id } of [own, other]) {
        const rows = await database.query(`SELECT FROM wardbell.${name} WHERE ${tenant} = $1 LIMIT 1`, [id]);
        if (rows.length === 0) empty.push(name);
      }
    // a table without a row shows nothing: add one in fillTables or ROWS of test/integration/attack/support/clinics.ts
    expect(empty).toEqual([]);
    const unknown = tables.filter(({ verbs, tenant }) => verbs.length > 0 && tenant === undefined);
    // a table without tenant_id that the application may use: add it to SHARED above, with the reason
    expect(unknown.filter(({ name }) => !(name in SHARED))).toEqual([]);
    expect(reached.length).toBeGreaterThan(20);
  });

  it('can do nothing with a table that has not been granted to it', async () => {
    const closed = tables.filter(({ verbs }) => verbs.length === 0);
    expect(closed.length).toBeGreaterThan(10);
    for (const { name } of closed) {
      for (const sql of [
        `SELECT * FROM wardbell.${name}`,
        `INSERT INTO wardbell.${name} DEFAULT VALUES`,
        `DELETE FROM wardbell.${name}`,
        `TRUNCATE wardbell.${name}`,
      ])
        expect([sql, await attempt(sql)]).toEqual([sql, refused]);
    }
  });

  it('reads no row of the other clinic, whatever it asks for, and all of its own', async () => {
    for (const table of reached.filter((each) => may(each, 'SELECT'))) {
      const { name, tenant } = table;
      const asked = `SELECT ${tenant} FROM wardbell.${name}`;
      expect([name, await attempt(`${asked} WHERE ${tenant} = $1`, [other.id])]).toEqual([name, nothing]);
      expect([name, await attempt(`${asked} WHERE ${tenant} IS DISTINCT FROM $1`, [own.id])]).toEqual([
        name,
        nothing,
      ]);
      const all = await attempt(`${asked} WHERE ${tenant} = $1`, [own.id]);
      const [{ count } = { count: -1 }] = await database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM wardbell.${name} WHERE ${tenant} = $1`,
        [own.id],
      );
      expect([name, all.count]).toEqual([name, count]);
    }
  });

  it('reads nothing without a tenant, with an empty one, or with one that does not exist', async () => {
    for (const { name, tenant } of reached.filter((each) => may(each, 'SELECT')))
      for (const setting of ['', '00000000-0000-0000-0000-000000000000']) {
        expect([name, await attempt(`SELECT ${tenant} FROM wardbell.${name}`, [], setting)]).toEqual([
          name,
          nothing,
        ]);
      }
    await client.query('BEGIN');
    const { rows } = await client.query('SELECT id FROM wardbell.patient');
    await client.query('ROLLBACK');
    expect(rows).toEqual([]);
  });

  it('changes no row of the other clinic, and gives none of its own away', async () => {
    for (const table of reached) {
      const { name, tenant } = table;
      const columns = await updatable(name);
      expect([name, columns.length > 0]).toEqual([name, may(table, 'UPDATE')]);
      for (const column of columns) {
        const theirs = `UPDATE wardbell.${name} SET ${column} = ${column} WHERE ${tenant} = $1`;
        const { count } = await attempt(theirs, [other.id]);
        expect([theirs, count]).toEqual([theirs, 0]);
      }
      if (!may(table, 'UPDATE'))
        expect(await attempt(`UPDATE wardbell.${name} SET ${tenant} = $1`, [other.id])).toEqual(refused);
      else if (columns.includes(tenant)) {
        const given = await attempt(`UPDATE wardbell.${name} SET ${tenant} = $1`, [other.id]);
        expect([name, given]).toEqual([name, refused]);
      }
    }
  });

  it('deletes no row of the other clinic', async () => {
    for (const table of reached) {
      const { name, tenant } = table;
      const theirs = await attempt(`DELETE FROM wardbell.${name} WHERE ${tenant} = $1`, [other.id]);
      expect([name, theirs]).toEqual([name, may(table, 'DELETE') ? nothing : refused]);
      expect([name, await attempt(`TRUNCATE wardbell.${name} CASCADE`)]).toEqual([name, refused]);
    }
  });

  it('inserts no row for the other clinic: neither a copy of one of theirs nor one of its own', async () => {
    for (const { name, tenant } of reached) {
      for (const owner of [own.id, other.id]) {
        const columns = await insertable(name);
        const list = columns.join(', ');
        const [row] = await database.query<{ row: object }>(
          `SELECT to_jsonb(t) AS row FROM wardbell.${name} t WHERE ${tenant} = $1 LIMIT 1`,
          [owner],
        );
        if (row === undefined) continue;
        const copy = JSON.stringify({ ...row.row, [tenant]: other.id });
        const insert = `INSERT INTO wardbell.${name} (${list}) SELECT ${list}
          FROM jsonb_populate_record(NULL::wardbell.${name}, $1)`;
        expect([name, await attempt(insert, [copy])]).toEqual([name, refused]);
        expect([name, await attempt(`${insert} ON CONFLICT DO NOTHING`, [copy])]).toEqual([name, refused]);
      }
    }
  });

  it('cannot leave its tenant behind: no other role, no row security off, no trigger, no policy', async () => {
    const others = await database.query<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolname <> 'wardbell_app' AND (rolname ~ '^wardbell' OR rolsuper)`,
    );
    expect(others.length).toBeGreaterThan(2);
    for (const sql of [
      ...others.flatMap(({ name }) => [`SET ROLE "${name}"`, `SET SESSION AUTHORIZATION "${name}"`]),
      'ALTER TABLE wardbell.patient DISABLE ROW LEVEL SECURITY',
      'CREATE POLICY open ON wardbell.patient USING (true)',
      'SET session_replication_role = replica',
      'CREATE FUNCTION wardbell.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      `COPY wardbell.patient TO PROGRAM 'cat'`,
      `SELECT pg_read_file('/etc/passwd')`,
      'SELECT * FROM pg_authid',
      'SELECT stavalues1 FROM pg_statistic',
    ]) {
      expect([sql, (await attempt(sql)).code]).toEqual([sql, INSUFFICIENT_PRIVILEGE]);
    }
    expect((await attempt('SET LOCAL row_security = off; SELECT id FROM wardbell.patient')).code).toBe(
      INSUFFICIENT_PRIVILEGE,
    );
    // the statistics that a role may see hold no value of a table with row-level security
    expect(
      await attempt(
        `SELECT FROM pg_stats WHERE schemaname = 'wardbell' AND tablename IN ('patient', 'appointment', 'outbox')`,
      ),
    ).toEqual(nothing);
  });

  it('cannot use a function of the owner on the other clinic, and the suite knows each', async () => {
    const functions = await database.query<{ name: string }>(
      `SELECT DISTINCT p.proname AS name FROM pg_proc p
       WHERE p.pronamespace = 'wardbell'::regnamespace AND p.prosecdef
         AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('wardbell_app', p.oid, 'EXECUTE') ORDER BY 1`,
    );
    // a new function: add it to FUNCTIONS above, with what a call about another clinic comes to
    expect(functions.filter(({ name }) => !(name in FUNCTIONS))).toEqual([]);
    expect(functions.length).toBeGreaterThan(5);
    const objects = [other.ids.get('/patients/:id'), other.clinician.id, other.ids.get('/auth/sessions/:id')];
    for (const { name } of functions) {
      const [call, outcome] = FUNCTIONS[name] ?? ['', []];
      for (const object of objects) {
        const values = [other.id, object].slice(0, /\$2/.test(call) ? 2 : /\$1/.test(call) ? 1 : 0);
        const sql = /\$2/.test(call) && !/\$1/.test(call) ? call.replace('$2', '$1') : call;
        const result = await attempt(
          `SELECT * FROM wardbell.${sql.replaceAll('$1', '$1::uuid').replaceAll('$2', '$2::uuid')}`,
          sql === call ? values : [object],
        );
        if (outcome === 'refused') expect([name, result.code]).not.toEqual([name, 'ok']);
        else if (name === 'search_patients' || name === 'duplicate_patients') {
          const theirs = [...other.ids.values()];
          expect(theirs.filter((id) => JSON.stringify(result.rows).includes(id))).toEqual([]);
        } else expect([name, result.rows]).toEqual([name, outcome]);
      }
    }
  });

  it('refers to no object of the other clinic: every foreign key between tables of tenants has the tenant', async () => {
    const keys = await database.query<{ name: string; columns: string[]; writable: boolean }>(
      `SELECT k.conname AS name, array_agg(a.attname::text) AS columns,
              bool_or(has_column_privilege('wardbell_app', k.conrelid, a.attnum, 'INSERT, UPDATE')) AS writable
       FROM pg_constraint k
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
       WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'wardbell'::regnamespace
         AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = k.confrelid AND t.attname = 'tenant_id')
       GROUP BY k.oid, k.conname ORDER BY 1`,
    );
    expect(keys.length).toBeGreaterThan(3);
    const open = keys.filter(({ columns, writable }) => writable && !columns.includes('tenant_id'));
    expect(open).toEqual([]);
  });

  it('has left every row of the other clinic as it was', async () => {
    expect(await rowsOf(other.id)).toEqual(before);
  });

  const grantedColumns = async (name: string, verb: string): Promise<string[]> =>
    (
      await database.query<{ column: string }>(
        `SELECT a.attname AS column FROM pg_attribute a
         WHERE a.attrelid = ('wardbell.' || $1)::regclass AND a.attnum > 0 AND NOT a.attisdropped
           AND a.attgenerated = '' AND ($2 = 'INSERT' OR has_column_privilege('wardbell_app', a.attrelid, a.attnum, $2))
         ORDER BY a.attnum`,
        [name, verb],
      )
    ).map(({ column }) => column);
  const updatable = (name: string) => grantedColumns(name, 'UPDATE');
  const insertable = (name: string) => grantedColumns(name, 'INSERT');
});
