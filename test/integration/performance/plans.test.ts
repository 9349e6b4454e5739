import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppointmentQuery, PatientIdentity, PatientQuery } from '@wardbell/contract';
import pg from 'pg';
import { z } from 'zod';
import { Cursors } from '../../../server/src/api/paging/cursor.js';
import { Pager } from '../../../server/src/api/paging/page.js';
import { AppointmentsList } from '../../../server/src/clinic/appointments/appointments.list.js';
import { PatientsList } from '../../../server/src/clinic/patients/patients.list.js';
import { OrmTransaction } from '../../../server/src/database/orm.js';
import { Queries } from '../../../server/src/database/queries.js';
import { provisionRoles } from '../../../server/src/database/roles.js';
import { Tx } from '../../../server/src/database/tx.js';
import { loadConfig } from '../../../server/src/platform/config/config.js';
import {
  HEADS,
  MAX_READ_BYTES,
  READ_MANY,
  READ_SINCE,
  SURVEY,
} from '../../../server/src/realtime/outbox/log-reader.js';
import { database, useDatabase } from '../../support/fixture.js';
import { JWT_SECRET, SUPER_ADMIN } from '../../support/server.js';

/**
 * The plans that PostgreSQL has for our queries when a clinic is large. auto_explain tells the plan of each
 * statement, also of those inside functions, to the session that ran it; so it is the services' own code
 * that is looked at, under row-level security.
 */

const PATIENTS = 100_000;
/** Other tenants have rows too: a plan must not read them. */
const OTHERS = 20;
const OTHER_PATIENTS = 500;
/** 10,000,000 in the long form (docs/performance.md); the plan shows at fewer. */
const OUTBOX_ROWS = Number(process.env['WARDBELL_TEST_OUTBOX_ROWS'] ?? 100_000);
/** PostgreSQL considers a generic plan from the sixth execution of a prepared statement on. */
const EXECUTIONS = 7;
const LIMIT = 50;
const FILL_TIMEOUT_MS = 60_000 + OUTBOX_ROWS / 10;

const Node = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number().optional(),
  'Actual Loops': z.number().optional(),
  'Rows Removed by Filter': z.number().optional(),
  get Plans() {
    return z.array(Node).optional();
  },
});
type Node = z.output<typeof Node>;
const Explained = z.looseObject({ 'Query Text': z.string(), Plan: Node });

const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];

const tenantId = '00000000-0000-4000-8000-0000000000aa';
let app: pg.Client;
let relay: pg.Client;
const notices: string[] = [];

const login = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString });
  client.on('notice', ({ message }) => notices.push(message ?? ''));
  await client.connect();
  return client;
};

// Before their database is gone.
afterAll(async () => {
  await app.end();
  await relay.end();
});
useDatabase();

beforeAll(async () => {
  await fill();
  for (const setting of [
    `session_preload_libraries = 'auto_explain'`,
    `auto_explain.log_min_duration = 0`,
    `auto_explain.log_analyze = on`,
    `auto_explain.log_timing = off`,
    `auto_explain.log_nested_statements = on`,
    `auto_explain.log_format = json`,
    `auto_explain.log_level = notice`,
  ]) {
    await database.query(`ALTER DATABASE ${database.name} SET ${setting}`);
  }
  const urls = await provisionRoles(database.ownerUrl, { fallbackSecret: JWT_SECRET });
  app = await login(urls.appUrl);
  relay = await login(urls.relayUrl);
}, FILL_TIMEOUT_MS);

async function fill(): Promise<void> {
  const others = `SELECT gen_random_uuid() AS id, n FROM generate_series(1, ${OTHERS}) AS n`;
  await database.query(
    `INSERT INTO wardbell.tenant (id, name, slug)
     SELECT '${tenantId}', 'Large', 'large' UNION ALL SELECT id, 'Other', 'other-' || n FROM (${others})`,
  );
  // an index of trigrams is built ten times faster than it is filled row by row
  const [trigrams] = await database.query<{ definition: string }>(
    `SELECT pg_get_indexdef('wardbell.patient_search'::regclass) AS definition`,
  );
  await database.query('DROP INDEX wardbell.patient_search');
  await database.query(
    `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name, phone, birth_date)
     SELECT t.id, 'M-' || n, 'First' || md5('f' || n), 'Last' || md5('l' || n), '+49 30 ' || n,
            '1930-01-01'::date + n % 30000
     FROM wardbell.tenant t
     CROSS JOIN LATERAL generate_series(1, CASE WHEN t.id = $1 THEN $2::int ELSE $3::int END) AS n`,
    [tenantId, PATIENTS, OTHER_PATIENTS],
  );
  await database.query(trigrams?.definition ?? '');
  await database.query(
    `INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type)
     SELECT tenant_id, id, '2026-01-01'::timestamptz + (row_number() OVER ()) * interval '5 minutes', 'Check-up'
     FROM wardbell.patient`,
  );
  await database.query(
    `INSERT INTO wardbell.outbox (tenant_id, seq, type, data)
     SELECT t.id, n, 'patient_updated', '{"id": "00000000-0000-4000-8000-000000000003"}'
     FROM wardbell.tenant t
     CROSS JOIN LATERAL generate_series(1, CASE WHEN t.id = $1 THEN $2::int ELSE 100 END) AS n`,
    [tenantId, OUTBOX_ROWS],
  );
  // a table of one page is read whole whatever its indexes; an installation has many tenants
  await database.query(
    "INSERT INTO wardbell.tenant (name, slug) SELECT 'Idle', 'idle-' || n FROM generate_series(1, 5000) AS n",
  );
  await database.query('ANALYZE');
}

/** Runs work until its plans have settled, and answers those of the last time. */
async function plansOf(work: () => Promise<unknown>): Promise<Node[]> {
  for (let execution = 1; execution <= EXECUTIONS; execution++) {
    notices.length = 0;
    await work();
  }
  const plans = notices
    .filter((notice) => notice.includes('plan:'))
    .map((notice) => Explained.parse(JSON.parse(notice.slice(notice.indexOf('{')))).Plan);
  expect(plans.length).toBeGreaterThan(0);
  return plans.flatMap(flat);
}

/** Work as a clinician of the large clinic, the way that `Database` runs it. */
const inTenant = (work: (tx: Tx) => Promise<unknown>) => async (): Promise<void> => {
  const principal = {
    userId: 'someone',
    tenantId,
    role: 'clinician' as const,
    sessionId: null,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    address: null,
  };
  const lease = { client: app, isPrepared: true };
  const tx = new Tx(new Queries(app, true), new OrmTransaction(lease), principal, new Date(), tenantId);
  await app.query('BEGIN');
  await tx.sql
    .query`SELECT wardbell.enter(${tenantId}::uuid, ${tenantId}::uuid, 'someone', 'clinician', NULL)`;
  await work(tx);
  await app.query('COMMIT');
};

const TABLES = /^(patient|appointment|outbox.*)$/;

/** Rows that a node looked at, those that it threw away included. */
const rowsRead = (node: Node): number =>
  ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 1);

/** No table of the clinic's is read from end to end (an empty partition may be), and hardly a row in vain. */
function expectIndexed(plan: readonly Node[], index: RegExp, maxRows: number): void {
  const scans = plan.filter(
    (node) => TABLES.test(node['Relation Name'] ?? '') || /Index/.test(node['Node Type']),
  );
  const sequential = scans.filter((node) => node['Node Type'] === 'Seq Scan' && rowsRead(node) > 0);
  expect(sequential).toEqual([]);
  expect(scans.map((node) => node['Index Name'])).toContainEqual(expect.stringMatching(index));
  expect(Math.max(...scans.map(rowsRead))).toBeLessThanOrEqual(maxRows);
}

describe(`with ${PATIENTS} patients`, () => {
  const config = loadConfig({
    JWT_SECRET,
    SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
    SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
  });
  const pager = new Pager(new Cursors(config));
  const patients = new PatientsList(pager);
  const appointments = new AppointmentsList(pager);

  it('the first page of patients reads a page from the index of names', async () => {
    const plan = await plansOf(inTenant((tx) => patients.page(tx, PatientQuery.parse({ limit: LIMIT }))));
    expectIndexed(plan, /^patient_sort$/, LIMIT + 1);
  });

  it('a page in the middle reads a page too', async () => {
    let after: string | null = null;
    await inTenant(async (tx) => {
      after = (await patients.page(tx, PatientQuery.parse({ limit: 200 }))).next;
    })();
    const plan = await plansOf(
      inTenant((tx) => patients.page(tx, PatientQuery.parse({ limit: LIMIT, after: after ?? '' }))),
    );
    expectIndexed(plan, /^patient_sort$/, LIMIT + 1);
  });

  it.each([
    ['from the oldest', 'asc'],
    ['from the youngest', 'desc'],
  ] as const)('a page by birth date %s reads a page from the index, in the middle too', async (_, order) => {
    const query = { limit: LIMIT, sort: 'birth_date' as const, order };
    let after: string | null = null;
    await inTenant(async (tx) => {
      after = (await patients.page(tx, { ...query, limit: 200 })).next;
    })();
    for (const start of [undefined, after ?? '']) {
      const plan = await plansOf(inTenant((tx) => patients.page(tx, { ...query, after: start })));
      expectIndexed(plan, /^patient_birth_date$/, LIMIT + 1);
    }
  });

  it.each(['asc', 'desc'] as const)(
    'a page by last change (%s) reads a page from the index, in the middle too',
    async (order) => {
      const query = { limit: LIMIT, sort: 'updated' as const, order };
      let after: string | null = null;
      await inTenant(async (tx) => {
        after = (await patients.page(tx, { ...query, limit: 200 })).next;
      })();
      for (const start of [undefined, after ?? '']) {
        const plan = await plansOf(inTenant((tx) => patients.page(tx, { ...query, after: start })));
        expectIndexed(plan, /^patient_updated$/, LIMIT + 1);
      }
    },
  );

  /** A search looks at this many patients of the list before it asks the index of words. */
  const WALK = 1_000;

  it.each([
    ['rare word', 'tabcd', /^patient_search$/],
    ['rare and a frequent word', 'tabcd first', /^patient_search$/],
    ['word with accents that nobody has', 'Äqqöqß', /^patient_search$/],
    ['letter that nothing begins with', 'z', /^patient_search$/],
    ['pair of letters that nothing begins with', 'zx', /^patient_search$/],
    ['word of those who stand at the end of the list', 'lastffff', /^patient_search$/],
    ['telephone number', '+49 30 99999', /^patient_search$/],
    ['frequent word', 'first', /^patient_sort$/],
    ['frequent letter', 'f', /^patient_sort$/],
    ['birth date', '3.4.1961', /^patient_birth_date$/],
    ['birth date and a frequent word', 'first 3/4/1961', /^patient_birth_date$/],
  ])('a search for a %s reads hardly more than it finds', async (_, search, index) => {
    const plan = await plansOf(
      inTenant((tx) => patients.page(tx, PatientQuery.parse({ limit: LIMIT, search }))),
    );
    expectIndexed(plan, index, WALK);
  });

  it.each([
    ['names that nobody has', { first_name: 'Qqqq', last_name: 'Wwww' }, /^patient_search$/],
    [
      'a birth date',
      { first_name: 'Qqqq', last_name: 'Wwww', birth_date: '1961-04-03' },
      /^patient_birth_date$/,
    ],
  ])('possible duplicates for %s are found by an index', async (_, identity, index) => {
    const plan = await plansOf(inTenant((tx) => patients.duplicates(tx, PatientIdentity.parse(identity))));
    expectIndexed(plan, index, LIMIT);
  });

  it('patients of some ids are read by the key', async () => {
    const rows = await database.query<{ id: string }>(
      'SELECT id::text FROM wardbell.patient WHERE tenant_id = $1 LIMIT 20',
      [tenantId],
    );
    const query = PatientQuery.parse({ limit: 200, ids: rows.map(({ id }) => id).join(',') });
    const plan = await plansOf(inTenant((tx) => patients.page(tx, query)));
    expectIndexed(plan, /^patient_pkey$/, 20);
  });

  it('appointments without a time are read from the index of times', async () => {
    const query = AppointmentQuery.parse({ untimed: 'true', status: 'waitlist', limit: LIMIT });
    const plan = await plansOf(inTenant((tx) => appointments.page(tx, query)));
    expectIndexed(plan, /^appointment_sort$/, LIMIT + 1);
  });

  it('the appointments of a day are read from the index of times', async () => {
    const query = AppointmentQuery.parse({ from: '2026-06-01', to: '2026-06-02', limit: LIMIT });
    const plan = await plansOf(inTenant((tx) => appointments.page(tx, query)));
    expectIndexed(plan, /^appointment_sort$/, LIMIT + 1);
  });

  it("a patient's appointments are read from the index of patients", async () => {
    const [row] = await database.query<{ patient_id: string }>(
      'SELECT patient_id::text FROM wardbell.appointment WHERE tenant_id = $1 LIMIT 1',
      [tenantId],
    );
    const query = AppointmentQuery.parse({ patient_id: row?.patient_id, limit: LIMIT });
    const plan = await plansOf(inTenant((tx) => appointments.page(tx, query)));
    expectIndexed(plan, /^appointment_patient$/, LIMIT + 1);
  });
});

describe(`with ${OUTBOX_ROWS} events in the log`, () => {
  const PAGE = 512;

  it.each([
    ['the end', OUTBOX_ROWS - 10],
    ['the middle', Math.floor(OUTBOX_ROWS / 2)],
  ])('reading on from %s reads one page by the key', async (_, since) => {
    const plan = await plansOf(() =>
      relay.query({ ...READ_SINCE, values: [tenantId, since, PAGE, MAX_READ_BYTES] }),
    );
    expectIndexed(plan, /^outbox_.*pkey$/, PAGE);
  });

  it('reading on for many tenants reads no more than their parts by the key', async () => {
    const others = Array.from({ length: 63 }, () => randomUUID());
    const since = [OUTBOX_ROWS - 10, ...others.map(() => 5)];
    const plan = await plansOf(() =>
      relay.query({
        ...READ_MANY,
        values: [[tenantId, ...others], since, since.map(() => 8), MAX_READ_BYTES],
      }),
    );
    expectIndexed(plan, /^outbox_.*pkey$/, 64);
  });

  it.each([
    ['the heads that the sweep compares', SURVEY],
    ['the heads that a position is judged by', HEADS],
  ])('%s are one row for each tenant that is asked for', async (_, statement) => {
    const plan = await plansOf(() => relay.query({ ...statement, values: [[tenantId]] }));
    const rows = plan.map((node) => (node['Actual Rows'] ?? 0) * (node['Actual Loops'] ?? 1));
    expect(Math.max(...rows)).toBe(1);
  });
});
