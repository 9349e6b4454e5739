import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { errorCode } from '../../../server/src/platform/errors/error-code.js';
import { database, useDatabase } from '../../support/fixture.js';
import { eventually, scaled } from '../../support/wait.js';
import { AuditBench } from './support.js';

useDatabase({ isForEachTest: true });

describe('The partitions of the audit log', () => {
  let bench: AuditBench;
  let clients: pg.Client[];
  beforeEach(async () => {
    bench = await AuditBench.open(database);
    clients = [];
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await bench.close();
  });

  const connect = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    clients.push(client);
    return client;
  };
  const partitions = async (): Promise<string[]> => {
    const rows = await database.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'wardbell.audit'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  /** As a unit of work of that tenant writes them. */
  const append = async (client: pg.Client, scope: string, count = 1): Promise<void> => {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('wardbell.tenant_id', $1, true)`, [scope]);
    const rows = JSON.stringify(Array.from({ length: count }, () => ({ action: 'patient.update' })));
    await client.query(`SELECT wardbell.append($1, '[]', $2)`, [scope, rows]);
    await client.query('COMMIT');
  };
  const refusal = (client: pg.Client, sql: string, values: unknown[] = []): Promise<string> =>
    client.query(sql, values).then(() => 'accepted', errorCode);
  const thisMonth = async (): Promise<string> => {
    const [row] = await database.query<{ name: string }>(
      `SELECT 'audit_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM') AS name`,
    );
    return row?.name ?? '';
  };

  it('are there for this month and three months ahead', async () => {
    const [row] = await database.query<{ names: string[] }>(
      `SELECT array_agg('audit_' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n),
                                            'YYYYMM') ORDER BY n) AS names FROM generate_series(0, 3) AS n`,
    );
    expect(await partitions()).toEqual([...(row?.names ?? []), 'audit_default']);
  });

  it('take a row of any month: without a partition it is written all the same, and moved to one later', async () => {
    const scope = await bench.chain();
    const app = await connect(bench.appUrl);
    await database.query(`DROP TABLE wardbell.${await thisMonth()}`);
    await append(app, scope, 3);
    await database.query('SELECT public.backdate($1, $2)', [scope, ['1970-01-01Z', '2099-12-31 23:59:59Z']]);
    const rows = () => database.query('SELECT to_jsonb(a) AS row FROM wardbell.audit a ORDER BY scope, seq');
    const before = await rows();
    expect(await database.query('SELECT count(*)::int FROM wardbell.audit_default')).toEqual([{ count: 5 }]);
    await bench.maintain();
    expect(await database.query('SELECT count(*)::int FROM wardbell.audit_default')).toEqual([{ count: 0 }]);
    expect(await partitions()).toEqual(
      expect.arrayContaining(['audit_197001', await thisMonth(), 'audit_209912']),
    );
    expect(await rows()).toEqual(before);
    expect(await bench.verify(scope)).toEqual({ firstBad: null, rows: 5 });
  });

  it('take a row that is written while the missing partition of its month is made', async () => {
    const scope = await bench.chain();
    await database.query(`DROP TABLE wardbell.${await thisMonth()}`);
    const maintenance = await connect(database.ownerUrl);
    await maintenance.query('BEGIN');
    await maintenance.query('SELECT wardbell.maintain_audit(3)');
    const written = append(await connect(bench.appUrl), scope);
    await eventually(async () => {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*)::int FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE NOT l.granted AND d.datname = current_database()`,
      );
      return row?.count === 1;
    });
    await maintenance.query('COMMIT');
    await written;
    expect(
      await database.query('SELECT tableoid::regclass::text AS name FROM wardbell.audit WHERE scope = $1', [
        scope,
      ]),
    ).toEqual([{ name: `wardbell.${await thisMonth()}` }]);
  });

  it('have a number of a chain once: by a key in each, and by the lock of the head between them', async () => {
    const scope = await bench.chain('2015-03-01Z');
    const writers = await Promise.all([1, 2, 3, 4].map(() => connect(bench.appUrl)));
    await Promise.all(
      writers.map(async (writer) => {
        for (let n = 0; n < 25; n += 1) await append(writer, scope, 2);
      }),
    );
    expect(await bench.seqs(scope)).toEqual(Array.from({ length: 201 }, (_, at) => at + 1));
    const superuser = await connect(database.superuserUrl);
    for (const name of await partitions()) {
      const twice = `INSERT INTO wardbell.${name}
        SELECT (jsonb_populate_record(a, jsonb_build_object('seq', 9999,
          'at', coalesce((SELECT to_timestamp(substr(c.relname, 7) || '15', 'YYYYMMDD') FROM pg_class c
                          WHERE c.relname = '${name}' AND c.relname ~ '[0-9]$'), '1999-01-01')))).*
        FROM wardbell.audit a, generate_series(1, 2) WHERE a.scope = $1 AND a.seq = 1`;
      expect([name, await refusal(superuser, twice, [scope])]).toEqual([name, '23505']);
    }
  });

  it('cannot be changed, emptied, dropped or read directly by the roles that serve', async () => {
    const scope = await bench.chain('2015-03-01Z');
    for (const url of [bench.appUrl, bench.relayUrl]) {
      const client = await connect(url);
      await client.query(`SELECT set_config('wardbell.tenant_id', $1, false)`, [scope]);
      const tables = ['audit', ...(await partitions()), 'audit_anchor'];
      for (const table of tables) {
        const statements = [
          `UPDATE wardbell.${table} SET hash = '' WHERE scope = '${scope}'`,
          `DELETE FROM wardbell.${table} WHERE scope = '${scope}'`,
          `INSERT INTO wardbell.${table} SELECT * FROM wardbell.${table}`,
          `TRUNCATE wardbell.${table}`,
          `DROP TABLE wardbell.${table}`,
          ...(table === 'audit'
            ? ['ALTER TABLE wardbell.audit DETACH PARTITION wardbell.audit_201503']
            : [`SELECT FROM wardbell.${table}`]),
        ];
        for (const sql of statements) expect([sql, await refusal(client, sql)]).toEqual([sql, '42501']);
      }
      expect((await client.query('SELECT FROM wardbell.audit')).rowCount).toBe(1);
    }
    const app = await connect(bench.appUrl);
    for (const call of [
      'maintain_audit(3)',
      `due_audit_months('0')`,
      `claim_audit_months('0')`,
      `drop_audit_months('{audit_201503}', 1, '0')`,
      'make_audit_month(now()::date)',
      `audit_tails('{audit_201503}')`,
      `check_audit('${scope}', 0, '', 10)`,
    ]) {
      expect([call, await refusal(app, `SELECT wardbell.${call}`)]).toEqual([call, '42501']);
    }
    expect(await bench.seqs(scope)).toEqual([1]);
  });

  it('show a tenant its own rows only, and nothing directly even with a grant by mistake', async () => {
    const own = await bench.chain('2015-03-01Z', '2026-01-01Z');
    await bench.chain('2015-03-01Z', '2026-01-01Z');
    await database.query('GRANT SELECT ON wardbell.audit_201503, wardbell.audit_default TO wardbell_app');
    const app = await connect(bench.appUrl);
    await app.query(`SELECT set_config('wardbell.tenant_id', $1, false)`, [own]);
    expect((await app.query('SELECT DISTINCT scope::text FROM wardbell.audit')).rows).toEqual([
      { scope: own },
    ]);
    expect((await app.query('SELECT FROM wardbell.audit_201503')).rowCount).toBe(0);
    await database.query('REVOKE SELECT ON wardbell.audit_201503, wardbell.audit_default FROM wardbell_app');
  });

  it('are not dropped before their time by the role that may drop them, whatever it asks for', async () => {
    const scope = await bench.chain('2015-03-01Z', '2015-04-01Z');
    const relay = await connect(bench.relayUrl);
    await append(relay, scope);
    const drop = async (names: string): Promise<unknown> =>
      (await relay.query(`SELECT wardbell.drop_audit_months('${names}', NULL, '0') AS dropped`)).rows;
    for (const names of [
      `{${await thisMonth()}}`,
      `{audit_201503,audit_201504,${await thisMonth()}}`,
      '{audit_201504}',
      '{audit_default}',
      '{patient}',
      '{}',
    ]) {
      expect([names, await drop(names)]).toEqual([names, [{ dropped: false }]]);
    }
    expect(await bench.seqs(scope)).toEqual([1, 2, 3]);
  });

  it('are made and dropped without stopping writers', async () => {
    const scope = await bench.chain();
    const app = await connect(bench.appUrl);
    let isOver = false;
    const slowest = (async () => {
      let slowestMs = 0;
      while (!isOver) {
        const startMs = performance.now();
        await append(app, scope);
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
      }
      return slowestMs;
    })();
    const { retention } = await bench.retention('none');
    for (let year = 2001; year <= 2008; year += 1) {
      await bench.chain(`${year}-01-01Z`, `${year}-06-01Z`);
      await retention.run();
    }
    isOver = true;
    expect(await slowest).toBeLessThan(scaled(10_000));
    await retention.run();
    expect(await bench.oldMonths()).toEqual([]);
    expect((await bench.verify(scope)).firstBad).toBeNull();
  });
});
