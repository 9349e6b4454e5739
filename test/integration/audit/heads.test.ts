import { createPublicKey, generateKeyPairSync, verify as verifySignature } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { thumbprint } from '../../../server/src/operations/audit/key-file.js';
import { SignedHead, signHead } from '../../../server/src/operations/audit/signed-head.js';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { startServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, registerPatient, succeed, superAdmin } from '../http/harness.js';
import { REWRITE, verifyAudit } from './verify-command.js';

const folder = mkdtempSync(join(tmpdir(), 'wardbell-heads-'));
const dataDir = join(folder, 'data');
const anchorFile = join(folder, 'anchors.ndjson');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

useServer({ env: { DATA_DIR: dataDir, AUDIT_ANCHOR_FILE: anchorFile } });

const readAnchors = (scope: string): SignedHead[] =>
  readFileSync(anchorFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes(scope))
    .map((line) => SignedHead.parse(JSON.parse(line)));

/** A clinic with rows whose head is signed; answers the number of the last signed row. */
const signedClinic = async (rows = 4): Promise<{ clinic: Clinic; seq: number }> => {
  const clinic = await createClinic();
  await append(clinic, rows);
  const head = await eventually(() => readAnchors(clinic.id).at(-1), { what: 'the signed head' });
  // the anchors come first
  await eventually(
    async () =>
      (
        await database.query('SELECT FROM wardbell.audit_head WHERE scope = $1 AND seq = $2', [
          clinic.id,
          head.seq,
        ])
      ).length > 0,
    { what: 'the head in the database' },
  );
  return { clinic, seq: head.seq };
};

const append = (clinic: Clinic, rows: number) =>
  database.query(
    `SELECT count(*) FROM (SELECT set_config('wardbell.tenant_id', $1, true)) AS tenant,
       LATERAL wardbell.append($1::uuid, '[]', (
         SELECT jsonb_agg(jsonb_build_object('action', 'patient.update', 'actor_id', 'n' || n, 't', tenant))
         FROM generate_series(1, $2::int) n)) AS appended`,
    [clinic.id, rows],
  );

const verify = (clinic: Clinic) => succeed(api.audit.verify, { token: clinic.admin });
const command = (...args: string[]) =>
  verifyAudit({ DATABASE_URL: database.ownerUrl, DATA_DIR: dataDir }, ...args);

describe('The head of an audit chain', () => {
  beforeAll(async () => {
    await database.query(REWRITE);
  });

  it('is signed with a key outside of the database: in audit_head, in the anchor file, for a key of GET /audit/keys', async () => {
    const { clinic, seq } = await signedClinic();
    const [line] = readAnchors(clinic.id);
    const [row] = await database.query<{ hash: Buffer; signature: Buffer; key_id: string; at: Date }>(
      'SELECT hash, signature, key_id, at FROM wardbell.audit_head WHERE scope = $1 AND seq = $2',
      [clinic.id, seq],
    );
    expect(line).toEqual({
      scope: clinic.id,
      seq,
      hash: row?.hash.toString('base64url'),
      at: row?.at.toISOString(),
      key_id: row?.key_id,
      signature: row?.signature.toString('base64url'),
    });
    for (const token of [clinic.admin, await superAdmin()]) {
      const { keys } = await succeed(api.audit.keys, { token });
      const key = keys.find(({ kid }) => kid === line?.key_id);
      expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
      const publicKey = createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: key?.x ?? '' },
        format: 'jwk',
      });
      const text = [line?.scope, line?.seq, line?.hash, line?.at].join('.');
      expect(
        verifySignature(null, Buffer.from(text), publicKey, Buffer.from(line?.signature ?? '', 'base64url')),
      ).toBe(true);
    }
    const secret = join(dataDir, 'audit-signing-key.pem');
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    const [, body = ''] = readFileSync(secret, 'utf8').split('\n');
    const dump = await database.query<{ text: string }>('SELECT k::text AS text FROM wardbell.audit_key k');
    expect(dump.filter(({ text }) => text.includes(body))).toEqual([]);
  });

  it('is signed again within seconds when 1,000 rows came, and an honest chain verifies with both heads', async () => {
    const { clinic, seq } = await signedClinic();
    await append(clinic, 1_000);
    await eventually(() => readAnchors(clinic.id).at(-1)?.seq === seq + 1_000);
    const answer = await verify(clinic);
    expect(answer).toMatchObject({
      ok: true,
      first_bad: null,
      problem: null,
      heads: 4, // two in the database and the same two in the file
      signed_since: readAnchors(clinic.id)[0]?.at,
      signed_seq: seq + 1_000,
      anchor_file: { heads: 2, unreadable: 0, complete: true },
    });
    const { code, output } = await command('--anchor', anchorFile);
    expect([code, output]).toEqual([0, expect.stringContaining(`${clinic.id}: ok`)]);
  });

  it('tells that its owner rewrote the chain with correct hashes, and from which row', async () => {
    const { clinic, seq } = await signedClinic();
    await append(clinic, 1_000);
    await eventually(() => readAnchors(clinic.id).length === 2);
    await database.query(
      `UPDATE wardbell.audit SET actor_id = 'somebody else' WHERE scope = $1 AND seq = $2`,
      [clinic.id, seq + 1],
    );
    await database.query('SELECT public.rewrite($1)', [clinic.id]);
    const [chain] = await database.query(
      `SELECT first_bad FROM wardbell.verify_audit($1, 0, '\\x', 100000)`,
      [clinic.id],
    );
    expect(chain).toEqual({ first_bad: null }); // its hashes fit each other
    const expected = { ok: false, first_bad: seq + 1, bad_head: seq + 1_000, problem: 'row_changed' };
    expect(await verify(clinic)).toMatchObject(expected);
    // and also when the heads in the database are gone
    await database.query('DELETE FROM wardbell.audit_head WHERE scope = $1', [clinic.id]);
    expect(await verify(clinic)).toMatchObject(expected);
    const { code, output } = await command('--anchor', anchorFile, '--tenant', clinic.id);
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(`BAD from row ${seq + 1} (the signed row is ${seq + 1_000})`),
    ]);
  });

  it('tells that rows were cut off the end, also when the chain says that it ends there', async () => {
    const { clinic, seq } = await signedClinic();
    await database.query('DELETE FROM wardbell.audit WHERE scope = $1 AND seq > $2', [clinic.id, seq - 2]);
    await database.query('SELECT public.rewrite($1)', [clinic.id]);
    expect(await command('--tenant', clinic.id)).toMatchObject({
      code: 1,
      output: expect.stringContaining(`BAD from row ${seq - 1}`),
    });
    expect(await verify(clinic)).toMatchObject({ ok: false, first_bad: seq - 1, problem: 'row_missing' });
  });

  it('tells that heads were signed anew with another key, even one that the database lists', async () => {
    const { clinic, seq } = await signedClinic();
    await database.query(`UPDATE wardbell.audit SET actor_id = 'x' WHERE scope = $1 AND seq = 1`, [
      clinic.id,
    ]);
    await database.query('SELECT public.rewrite($1)', [clinic.id]);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const x = String(publicKey.export({ format: 'jwk' }).x);
    const [head] = await database.query<{ hash: Buffer }>(
      'SELECT audit_hash AS hash FROM wardbell.tenant_head WHERE tenant_id = $1',
      [clinic.id],
    );
    const at = new Date().toISOString();
    const forged = signHead(
      { scope: clinic.id, seq, hash: head?.hash.toString('base64url') ?? '', at },
      { id: thumbprint(x), privateKey, publicKey },
    );
    await database.query('DELETE FROM wardbell.audit_head WHERE scope = $1', [clinic.id]);
    await database.query('INSERT INTO wardbell.audit_head VALUES ($1, $2, $3, $4, $5, $6)', [
      clinic.id,
      seq,
      head?.hash,
      at,
      forged.key_id,
      Buffer.from(forged.signature, 'base64url'),
    ]);
    await database.query(
      `INSERT INTO wardbell.audit_key (key_id, public_key, certificate)
       SELECT $1, $2, certificate FROM wardbell.audit_key LIMIT 1`,
      [forged.key_id, x],
    );
    const { keys } = await succeed(api.audit.keys, { token: clinic.admin });
    expect(keys.map(({ kid }) => kid)).not.toContain(forged.key_id);
    // what the server that has the anchor file says, one without it, and the command without it
    expect(await verify(clinic)).toMatchObject({ ok: false, first_bad: 1, problem: 'row_changed' });
    const other = await startAnother({ DATA_DIR: dataDir, AUDIT_ANCHOR_FILE: '' });
    expect(await succeed(api.audit.verify, { at: other, token: clinic.admin })).toMatchObject({
      ok: false,
      first_bad: 1,
      problem: 'unknown_key',
    });
    await other.stop(); // it would sign for the tests that follow, without the file
    expect(await command('--tenant', clinic.id)).toMatchObject({
      code: 1,
      output: expect.stringContaining('a key that is not known here'),
    });
  });

  it('tells a head whose signature was changed', async () => {
    const { clinic, seq } = await signedClinic();
    await database.query(
      `UPDATE wardbell.audit_head SET at = at + interval '1 hour' WHERE scope = $1 AND seq = $2`,
      [clinic.id, seq],
    );
    expect(await verify(clinic)).toMatchObject({ ok: false, problem: 'invalid_signature', bad_head: seq });
  });

  it('is verified by the command with the server stopped, which has signed the last rows before', async () => {
    const { clinic } = await signedClinic();
    await registerPatient(clinic);
    await server.stop();
    const [last] = await database.query<{ seq: number }>(
      'SELECT max(seq)::int AS seq FROM wardbell.audit_head WHERE scope = $1',
      [clinic.id],
    );
    const { code, output } = await command('--anchor', anchorFile, '--tenant', clinic.id);
    expect([code, output]).toEqual([0, expect.stringContaining(`the last of row ${last?.seq}`)]);
    expect(last?.seq).toBe(5);
    // without the folder of the key and without the secret of the servers the file itself says which key is right
    const env = { DATABASE_URL: database.ownerUrl, DATA_DIR: join(folder, 'empty'), JWT_SECRET: '' };
    expect((await verifyAudit(env, '--anchor', anchorFile, '--tenant', clinic.id)).code).toBe(0);
    expect((await verifyAudit(env, '--tenant', clinic.id)).output).toContain('not known here');
    expect(await verifyAudit(env, '--anchor', join(folder, 'nowhere'))).toMatchObject({ code: 2 });
  });
});

describe('A server', () => {
  it.each([
    [
      'its key file is missing',
      { AUDIT_SIGNING_KEY_FILE: join(folder, 'nowhere.pem') },
      /AUDIT_SIGNING_KEY_FILE/,
    ],
    [
      'its key file is no key',
      { AUDIT_SIGNING_KEY_FILE: 'package.json' },
      /AUDIT_SIGNING_KEY_FILE must begin/,
    ],
    ['it cannot write the anchor file', { AUDIT_ANCHOR_FILE: folder }, /AUDIT_ANCHOR_FILE.*EISDIR/],
    ['the anchors’ URL is not permitted', { AUDIT_ANCHOR_URL: 'http://10.0.0.1/' }, /AUDIT_ANCHOR_URL/],
  ])('does not start when %s, and says so in one line', async (_, env, line) => {
    await expect(startServer({ database, env })).rejects.toThrow(line);
  });

  it('does not start with a damaged key in DATA_DIR, and goes on without one when that cannot be written', async () => {
    const damaged = join(folder, 'damaged');
    mkdirSync(join(damaged, 'audit-signing-key.pem'), { recursive: true });
    await expect(startServer({ database, env: { DATA_DIR: damaged } })).rejects.toThrow(
      /audit-signing-key\.pem/,
    );
    const keyless = await startAnother({ DATA_DIR: join(anchorFile, 'not-a-folder') });
    expect(
      keyless.logs().find(({ level, msg }) => level === 'error' && /not signed/.test(msg)),
    ).toMatchObject({
      variable: 'AUDIT_SIGNING_KEY_FILE',
    });
    const metrics = await fetch(`${keyless.url}/metrics`);
    expect(await metrics.text()).toMatch(/audit_head_failures_total\{reason="sign"\} [1-9]/);
  });
});
