import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { database, useDatabase } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { AuditBench } from './support.js';

useDatabase({ isForEachTest: true });

describe('A chain of the audit log whose beginning is dropped', () => {
  let bench: AuditBench;
  beforeEach(async () => {
    bench = await AuditBench.open(database);
  });
  afterEach(async () => {
    await bench.close();
  });

  it('still shows tampering: with what is left, with its anchor, or by moving that', async () => {
    const statements: [what: string, sql: string, firstBad: string][] = [
      ['first row', `UPDATE wardbell.audit SET actor_id = 'x' WHERE scope = $1 AND seq = 3`, '3'],
      ['hash of the anchor', `UPDATE wardbell.audit_anchor SET hash = sha256('x') WHERE scope = $1`, '3'],
      ['anchor back', 'UPDATE wardbell.audit_anchor SET seq = 1 WHERE scope = $1', '2'],
      [
        'anchor forward, over rows that are there',
        `UPDATE wardbell.audit_anchor n SET seq = 3, hash = a.hash FROM wardbell.audit a
         WHERE (a.scope, a.seq) = ($1, 3) AND n.scope = a.scope`,
        '3',
      ],
      ['no anchor', 'DELETE FROM wardbell.audit_anchor WHERE scope = $1', '1'],
      ['no first row', 'DELETE FROM wardbell.audit WHERE scope = $1 AND seq = 3', '3'],
      ['no last row', 'DELETE FROM wardbell.audit WHERE scope = $1 AND seq = 5', '5'],
    ];
    const times = ['2015-03-01Z', '2015-03-02Z', '2026-01-01Z', '2026-01-02Z', '2026-02-01Z'];
    const chains = await Promise.all(statements.map(() => bench.chain(...times)));
    await bench.maintain();
    await (await bench.retention('none')).retention.run();
    for (const [at, scope] of chains.entries()) {
      const [what, sql = '', firstBad] = statements[at] ?? [];
      expect([what, await bench.verify(scope)]).toEqual([what, { firstBad: null, rows: 3 }]);
      await database.query(sql, [scope]);
      expect([what, (await bench.verify(scope)).firstBad]).toEqual([what, firstBad]);
    }
  });

  it('loses months together that a clock set back has interleaved', async () => {
    const scope = await bench.chain(
      '2015-03-30Z',
      '2015-04-01Z',
      '2015-03-31Z',
      '2015-04-02Z',
      '2026-01-01Z',
    );
    const { retention } = await bench.retention(bench.folder);
    const claim = `SELECT verdict, names FROM wardbell.claim_audit_months('2190 days')`;
    expect(await database.query(claim)).toEqual([
      { verdict: 'ready', names: ['audit_201503', 'audit_201504'] },
    ]);
    await retention.run();
    expect(bench.files()).toEqual(['audit-2015-03.ndjson.gz', 'audit-2015-04.ndjson.gz']);
    expect([await bench.seqs(scope), await bench.verify(scope)]).toEqual([[5], { firstBad: null, rows: 1 }]);
  });

  it.each([
    ['an earlier row of it stays in a later month', ['2015-03-01Z', '2026-01-01Z', '2015-03-02Z'], ''],
    [
      'it has a hole',
      ['2015-03-01Z', '2015-03-02Z', '2015-03-03Z', '2026-01-01Z'],
      'DELETE FROM wardbell.audit WHERE seq = 2',
    ],
  ])('loses nothing, and the log says so, when %s', async (_, times, sql) => {
    const scope = await bench.chain(...times);
    await database.query(sql || 'SELECT 1');
    const before = await bench.seqs(scope);
    const { retention, lines } = await bench.retention(bench.folder);
    await retention.run();
    await retention.run();
    expect([await bench.seqs(scope), bench.files()]).toEqual([before, []]);
    expect(lines.map(({ level, fields }) => [level, fields['count']])).toEqual([['warn', 1]]);
  });

  it('verifies when it is dropped meanwhile: before a part, and while a part waits for the drop', async () => {
    const scope = await bench.chain('2015-03-01Z', '2015-03-02Z', '2015-03-03Z', '2026-01-01Z');
    const [second] = await database.query<{ hash: Buffer }>(
      'SELECT hash FROM wardbell.audit WHERE scope = $1 AND seq = 2',
      [scope],
    );
    const dropper = new pg.Client({ connectionString: database.superuserUrl });
    await dropper.connect();
    await dropper.query('BEGIN');
    await dropper.query(`SELECT wardbell.drop_audit_months('{audit_201503}', 3, '2190 days')`);
    const waiting = bench.verify(scope);
    await eventually(async () => {
      const [row] = await database.query<{ count: string }>(
        `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'wardbell.audit'::regclass`,
      );
      return row?.count === '1';
    });
    await dropper.query('COMMIT');
    await dropper.end();
    expect(await waiting).toEqual({ firstBad: null, rows: 1 });
    expect(
      await database.query(
        'SELECT first_bad, checked::int, is_end FROM wardbell.verify_audit($1, 2, $2, 100)',
        [scope, second?.hash],
      ),
    ).toEqual([{ first_bad: null, checked: 4, is_end: true }]);
  });
});
