import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { signInSuperAdmin } from '../../support/tenant.js';
import { eventually, scaled } from '../../support/wait.js';
import { AuditBench } from './support.js';

const DROPPED = 'old audit month dropped';
const NOT_EXPORTED = 'an audit month could not be exported and was not dropped';

useDatabase({ isForEachTest: true });

describe('Retention of the audit log', () => {
  let bench: AuditBench;
  beforeEach(async () => {
    bench = await AuditBench.open(database);
  });
  afterEach(async () => {
    await bench.close();
  });

  const connect = async (url = database.superuserUrl): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };

  it('exports and drops the months that are wholly older and leaves a month that is partly older', async () => {
    const [edge] = await database.query<{ month: string; at: string }>(
      `SELECT to_char(m, 'YYYY-MM') AS month, m::text AS at
       FROM (SELECT date_trunc('month', now() - interval '2190 days', 'UTC') AS m) AS x`,
    );
    const one = await bench.chain(
      '2015-03-01 00:00Z',
      '2015-03-31 23:59:59.999999Z',
      '2015-04-01Z',
      edge?.at ?? '',
      '2026-01-01Z',
    );
    const other = await bench.chain('2015-03-15 12:30:00.1Z', '2015-04-02Z');
    const [march, april] = [await bench.expectedRows('2015-03'), await bench.expectedRows('2015-04')];
    expect([march.length, april.length]).toEqual([3, 2]);

    const { retention, lines } = await bench.retention(bench.folder);
    await retention.run();

    expect(bench.files()).toEqual(['audit-2015-03.ndjson.gz', 'audit-2015-04.ndjson.gz']);
    expect(bench.archivedRows('audit-2015-03.ndjson.gz')).toEqual(march);
    expect(bench.archivedRows('audit-2015-04.ndjson.gz')).toEqual(april);
    expect(await bench.oldMonths()).toEqual([`audit_${edge?.month.replace('-', '')}`, 'audit_202601']);
    expect([await bench.seqs(one), await bench.seqs(other)]).toEqual([[4, 5], []]);
    expect(lines.filter(({ event }) => event === DROPPED).map(({ fields }) => fields['partition'])).toEqual([
      'audit_201503',
      'audit_201504',
    ]);
    expect([await bench.verify(one), await bench.verify(other)]).toEqual([
      { firstBad: null, rows: 2 },
      { firstBad: null, rows: 0 },
    ]);
  });

  it('drops nothing while AUDIT_ARCHIVE_DIR is not set, and says so once', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    const { retention, lines } = await bench.retention();
    await retention.run();
    await retention.run();
    expect(await bench.seqs(scope)).toEqual([1, 2]);
    expect(lines.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { variable: 'AUDIT_ARCHIVE_DIR', count: 1 }],
    ]);
  });

  it('drops without an export when AUDIT_ARCHIVE_DIR is none', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    await (await bench.retention('none')).retention.run();
    expect([await bench.seqs(scope), bench.files()]).toEqual([[2], []]);
  });

  it('drops nothing while the folder is missing, says so, and goes on when it is there', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    rmSync(bench.folder, { recursive: true });
    const { retention, lines } = await bench.retention(bench.folder);
    await retention.run();
    expect(await bench.seqs(scope)).toEqual([1, 2]);
    expect(lines).toMatchObject([{ level: 'error', event: NOT_EXPORTED, fields: { error_code: 'ENOENT' } }]);
    bench.makeFolder();
    await retention.run();
    expect([await bench.seqs(scope), bench.files()]).toEqual([[2], ['audit-2015-03.ndjson.gz']]);
  });

  it('drops nothing and leaves no file behind when the file cannot be written to its end', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    await database.query(`SELECT public.backdate($1, array_fill('2015-04-01'::timestamptz, ARRAY[2000]))`, [
      await bench.chain('2015-04-01Z'),
    ]);
    await bench.maintain();
    // a file of this process may have 16 kB; March fits, April does not
    const { lines, code } = await bench.program(bench.folder, 16_384).outcome;
    expect(code).toBe(0);
    expect(lines.filter(({ msg }) => msg === NOT_EXPORTED)).toMatchObject([
      { partition: 'audit_201504', error_code: 'EFBIG' },
    ]);
    expect([bench.files(), await bench.oldMonths()]).toEqual([
      ['audit-2015-03.ndjson.gz'],
      ['audit_201504', 'audit_202601'],
    ]);
    expect((await bench.verify(scope)).firstBad).toBeNull();
  });

  it('is done by a server by itself, and GET /audit/verify goes on from the anchor', async () => {
    const scope = await bench.chain('2015-03-01Z', '2015-04-01Z', '2026-01-01Z', '2026-02-01Z');
    const server = await startAnother({ AUDIT_ARCHIVE_DIR: bench.folder });
    await eventually(() => server.logs().filter(({ msg }) => msg === DROPPED).length === 2);
    const token = await signInSuperAdmin(server);
    const verify = () => call(server.url, 'GET', `/audit/verify?tenant_id=${scope}`, { token });
    expect((await verify()).body).toMatchObject({ ok: true, checked: 2, first_bad: null });
    const list = await call(server.url, 'GET', `/audit?tenant_id=${scope}`, { token });
    expect(list.body).toMatchObject({ data: [{ seq: 4 }, { seq: 3 }], next: null });
    await database.query('UPDATE wardbell.audit SET address = NULL WHERE scope = $1 AND seq = 3', [scope]);
    expect((await verify()).body).toMatchObject({ ok: false, first_bad: 3 });
  });

  it('leaves files that can be verified without a database, up to the anchor, and tampering with them shows', async () => {
    const one = await bench.chain(
      '1969-12-31 23:59:59.5Z',
      '2015-03-30Z',
      '2015-04-01Z',
      '2015-03-31 12:00:00.1Z',
      '2015-04-02Z',
      '2026-01-01Z',
    );
    await bench.chain('2015-04-05Z');
    await (await bench.retention(bench.folder)).retention.run();
    const files = bench.files().map((name) => join(bench.folder, name));
    expect(files).toHaveLength(3);
    const [anchor] = await database.query<{ hash: Buffer }>(
      'SELECT hash FROM wardbell.audit_anchor WHERE scope = $1',
      [one],
    );
    const verify = (...names: string[]) =>
      spawnSync(process.execPath, ['scripts/verify-audit-archive.mjs', ...names], { encoding: 'utf8' });
    const whole = verify(...files.toReversed());
    expect([whole.status, whole.stderr]).toEqual([0, '']);
    expect(whole.stdout).toContain(`${one} 1 to 5, last hash ${anchor?.hash.toString('base64url')}`);

    const [, march = '', april = ''] = files;
    expect(verify(files[0] ?? '', april).status).toBe(1);
    const text = gunzipSync(readFileSync(march)).toString();
    writeFileSync(march, gzipSync(text.replace('203.0.113.9', '203.0.113.8')));
    const changed = verify(...files);
    expect([changed.status, changed.stderr]).toEqual([1, `${one} 2: its hash does not fit\n`]);
    writeFileSync(march, gzipSync(text).subarray(0, -10));
    expect(verify(...files).stderr).toContain('cannot be read to its end');
  });

  it('never replaces a file of the same name that has other rows', async () => {
    await bench.chain('2015-03-01Z', '2026-01-01Z');
    const taken = join(bench.folder, 'audit-2015-03.ndjson.gz');
    writeFileSync(taken, gzipSync('{"of":"an earlier export"}\n'));
    const before = readFileSync(taken);
    await (await bench.retention(bench.folder)).retention.run();
    expect(bench.files()).toEqual(['audit-2015-03-2.ndjson.gz', 'audit-2015-03.ndjson.gz']);
    expect(readFileSync(taken)).toEqual(before);
    expect(bench.archivedRows('audit-2015-03-2.ndjson.gz')).toHaveLength(1);
  });

  it('drops once and loses nothing when several instances are at it at once', async () => {
    const scope = await bench.chain('2015-03-01Z', '2015-04-01Z', '2015-05-01Z', '2026-01-01Z');
    const expected = await Promise.all(['2015-03', '2015-04', '2015-05'].map((m) => bench.expectedRows(m)));
    const instances = await Promise.all([1, 2, 3, 4].map(() => bench.retention(bench.folder)));
    await Promise.all(instances.map(({ retention }) => retention.run()));
    const drops = instances.flatMap(({ lines }) => lines.filter(({ event }) => event === DROPPED));
    expect(drops.map(({ fields }) => fields['partition']).sort()).toEqual([
      'audit_201503',
      'audit_201504',
      'audit_201505',
    ]);
    expect(bench.files().map((name) => bench.archivedRows(name))).toEqual(expected);
    expect(await bench.verify(scope)).toEqual({ firstBad: null, rows: 1 });
  });

  it('has both, the file and the rows, after a kill between export and drop, and goes on from there', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    const expected = await bench.expectedRows('2015-03');
    // holds the drop in its middle, after the anchors were written
    await database.query(
      `CREATE FUNCTION public.hold() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); END'`,
    );
    await database.query(
      `CREATE EVENT TRIGGER hold ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION public.hold()`,
    );
    const killed = bench.program(bench.folder);
    const backend = await eventually(
      async () => {
        const [row] = await database.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE application_name = 'wardbell-audit' AND wait_event = 'PgSleep'
             AND datname = current_database()`,
        );
        return row?.pid;
      },
      { what: 'the drop that has begun' },
    );
    killed.kill();
    await killed.outcome;
    await database.query('SELECT pg_terminate_backend($1)', [backend]);
    await database.query('DROP EVENT TRIGGER hold');
    expect(bench.archivedRows('audit-2015-03.ndjson.gz')).toEqual(expected);
    expect([await bench.seqs(scope), await bench.verify(scope)]).toEqual([
      [1, 2],
      { firstBad: null, rows: 2 },
    ]);

    await eventually(async () => {
      await (await bench.retention(bench.folder)).retention.run();
      return (await bench.seqs(scope)).length === 1;
    });
    expect(bench.files()).toEqual(['audit-2015-03.ndjson.gz']);
    expect(bench.archivedRows('audit-2015-03.ndjson.gz')).toEqual(expected);
    expect(await bench.verify(scope)).toEqual({ firstBad: null, rows: 1 });
  });

  it('drops nothing when a row has come into the month after it was exported', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    const drop = `SELECT wardbell.drop_audit_months('{audit_201503}', $1, '2190 days') AS dropped`;
    expect(await database.query(drop, [0])).toEqual([{ dropped: false }]);
    expect(await bench.seqs(scope)).toEqual([1, 2]);
    expect(await database.query(drop, [1])).toEqual([{ dropped: true }]);
    expect(await database.query(drop, [1])).toEqual([{ dropped: false }]);
  });

  it('waits for a reader only for a moment, exports nothing while a month is held, and drops it later', async () => {
    const scope = await bench.chain('2015-03-01Z', '2026-01-01Z');
    const reader = await connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM wardbell.audit_201503'); // as a backup does, for as long as it takes
    const { retention } = await bench.retention(bench.folder);
    await retention.run();
    expect([await bench.seqs(scope), bench.files()]).toEqual([[1, 2], []]);
    await reader.query('COMMIT');
    // a lock on the parent alone does not keep the export from being made
    await reader.query('BEGIN; LOCK TABLE ONLY wardbell.audit IN ACCESS SHARE MODE');
    const startMs = performance.now();
    await retention.run();
    expect(performance.now() - startMs).toBeLessThan(scaled(30_000));
    expect([await bench.seqs(scope), bench.files()]).toEqual([[1, 2], ['audit-2015-03.ndjson.gz']]);
    await reader.query('COMMIT');
    await reader.end();
    await retention.run();
    expect([await bench.seqs(scope), bench.files()]).toEqual([[2], ['audit-2015-03.ndjson.gz']]);
  });
});
