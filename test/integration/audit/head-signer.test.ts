import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SignedHead } from '../../../server/src/operations/audit/signed-head.js';
import { database, useDatabase } from '../../support/fixture.js';
import { AuditBench } from './support.js';
import { REWRITE, verifyAudit } from './verify-command.js';

useDatabase({ isForEachTest: true });

describe('Signing the heads of audit chains', () => {
  let bench: AuditBench;
  let file: string;
  beforeEach(async () => {
    bench = await AuditBench.open(database);
    await database.query(REWRITE);
    file = join(bench.folder, 'anchors.ndjson');
  });
  afterEach(async () => {
    await bench.close();
  });

  const anchored = (path = file): SignedHead[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => SignedHead.parse(JSON.parse(line)));
  const verify = (...args: string[]) =>
    verifyAudit({ DATABASE_URL: database.ownerUrl, DATA_DIR: bench.dataDir }, ...args);

  it('is done once, however many instances do it at once, and not again while a chain does not change', async () => {
    const scopes = await Promise.all(Array.from({ length: 20 }, () => bench.chain('2026-01-01Z')));
    const instances = await Promise.all(Array.from({ length: 3 }, () => bench.signer({ file })));
    const round = () => Promise.all(instances.map(({ signer }) => signer.signNow()));
    await round();
    await round();
    const signed = anchored().map(({ scope, seq }) => `${scope} ${seq}`);
    expect(signed.filter((head) => scopes.some((scope) => head === `${scope} 1`))).toHaveLength(20);
    expect(new Set(signed).size).toBe(signed.length);
    const [changed = ''] = scopes;
    await bench.append(changed, '2026-01-02Z');
    await round();
    expect(
      anchored()
        .slice(signed.length)
        .map(({ scope, seq }) => [scope, seq]),
    ).toEqual([[changed, 2]]);
    const [stored] = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM wardbell.audit_head',
    );
    expect(stored?.count).toBe(signed.length + 1);
  });

  it('counts and logs an anchor that takes nothing, and hands it the newest head of each chain later', async () => {
    const bodies: string[] = [];
    let status = 503;
    const endpoint = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        if (status === 200) bodies.push(body);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    const address = endpoint.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/heads`;
    const scope = await bench.chain('2026-01-01Z');
    const { signer, lines, metrics } = await bench.signer({ file, url });
    rmSync(file);
    mkdirSync(file); // an unwritable file, also for root
    await signer.signNow();
    await bench.append(scope, '2026-01-02Z');
    await signer.signNow();
    const text = await metrics.registry.metrics();
    expect(text).toContain('audit_head_failures_total{reason="file"} 2');
    expect(text).toContain('audit_head_failures_total{reason="endpoint"} 2');
    const failures = lines.filter(({ level }) => level === 'error').map(({ fields }) => fields);
    expect(failures).toHaveLength(2);
    expect(failures).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ anchor: 'file', error_code: 'EISDIR' }),
        expect.objectContaining({ anchor: 'endpoint', status: 503 }),
      ]),
    );
    rmSync(file, { recursive: true });
    writeFileSync(file, '{"scope":"half a li');
    status = 200;
    await signer.signNow();
    expect(anchored().slice(-1)).toEqual([expect.objectContaining({ scope, seq: 2 })]);
    const posted = bodies
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => SignedHead.parse(JSON.parse(line)));
    expect(posted).toEqual(anchored());
    expect(await verify('--anchor', file)).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 lines cannot be read'),
    });
    endpoint.close();
  });

  it('logs the heads where no other anchor is, and such a log serves as a file of anchors', async () => {
    const scope = await bench.chain('2026-01-01Z');
    const { signer, lines } = await bench.signer({ log: true });
    await signer.signNow();
    const logged = lines.filter(({ event }) => event === 'audit head signed');
    writeFileSync(
      file,
      lines
        .map(({ event, fields }) => `${JSON.stringify({ level: 'info', msg: event, ...fields })}\n`)
        .join(''),
    );
    expect(anchored()).toHaveLength(logged.length);
    expect(await verify('--anchor', file)).toMatchObject({ code: 0 });
    await database.query(`UPDATE wardbell.audit SET actor_id = 'x' WHERE scope = $1`, [scope]);
    await database.query('SELECT public.rewrite($1)', [scope]);
    await database.query('DELETE FROM wardbell.audit_head');
    expect(await verify('--anchor', file)).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${scope}: BAD from row 1`),
    });
  });

  it('logs and counts a chain that ends before its signed head, once', async () => {
    const scope = await bench.chain('2026-01-01Z', '2026-01-02Z');
    const { signer, lines, metrics } = await bench.signer({});
    await signer.signNow();
    await database.query('DELETE FROM wardbell.audit WHERE scope = $1 AND seq = 2', [scope]);
    await database.query('SELECT public.rewrite($1)', [scope]);
    await signer.signNow();
    await signer.signNow();
    expect(lines.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
      { scope, seq: 2 },
    ]);
    expect(await metrics.registry.metrics()).toContain('audit_head_failures_total{reason="contradiction"} 1');
  });

  it('gives no false alarm when old months are dropped, and tells when somebody else removes the first rows', async () => {
    const scope = await bench.chain('2015-03-01Z', '2015-03-02Z');
    await bench.sign(file);
    await bench.append(scope, '2015-04-01Z', '2026-01-01Z');
    await bench.sign(file);
    await bench.append(scope, '2026-01-02Z', '2026-01-03Z');
    await bench.sign(file);
    await (await bench.retention('none')).retention.run();
    expect(await bench.seqs(scope)).toEqual([4, 5, 6]);
    await bench.sign(file);
    expect(await verify('--anchor', file)).toMatchObject({ code: 0 });
    const heads = await database.query<{ seq: number }>(
      'SELECT seq::int FROM wardbell.audit_head WHERE scope = $1 ORDER BY seq',
      [scope],
    );
    expect(heads.map(({ seq }) => seq)).toEqual([4, 6]); // that of row 2 went with its month
    // the owner moves the beginning over row 4, with everything else in order
    await database.query(
      `UPDATE wardbell.audit_anchor n SET seq = 5, hash = a.hash FROM wardbell.audit a
       WHERE (a.scope, a.seq) = ($1, 5) AND n.scope = a.scope`,
      [scope],
    );
    await database.query('DELETE FROM wardbell.audit WHERE scope = $1 AND seq <= 5', [scope]);
    expect(await bench.verify(scope)).toEqual({ firstBad: null, rows: 1 });
    expect(await verify('--anchor', file)).toMatchObject({
      code: 1,
      output: expect.stringContaining('it was not the retention that dropped them'),
    });
  });
});
