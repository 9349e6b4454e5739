import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api } from '@wardbell/contract';
import { Random } from '../../faults/support/random.js';
import { startTamperingProxy } from '../../faults/support/tampering-proxy.js';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { database, server, useServer } from '../../support/fixture.js';
import { type LossyServer, startLossyServer } from '../../support/lossy-server.js';
import { describeWith } from '../../support/programs.js';
import { findPython } from '../../support/python.mjs';
import { mintToken } from '../../support/tokens.js';
import { eventually, scaled } from '../../support/wait.js';
import { ask, type Clinic, createClinic, fail, succeed } from '../http/harness.js';
import { type Program, runProgram } from '../ws/program.js';

useServer();

const folder = mkdtempSync(join(tmpdir(), 'wardbell-python-'));
const programs = new Set<Program>();

afterEach(async () => {
  await Promise.all([...programs].map((program) => program.stop()));
  programs.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

const python = (example: string, token: string, ...args: readonly string[]): Program => {
  const program = runProgram('env', [
    `PYTHONPATH=${join('client-python', 'src')}`,
    'PYTHONDONTWRITEBYTECODE=1',
    `TOKEN=${token}`,
    findPython() ?? '',
    join('client-python', 'examples', example),
    ...args,
  ]);
  programs.add(program);
  return program;
};
const isLive = (program: Program) => program.prints(/^state live$/m);
/** Numbers of the events that it printed, in order. */
const seqs = (program: Program) =>
  [...program.output().matchAll(/^(\d+) \w+ \S+$/gm)].map(([, seq]) => Number(seq));
const range = (to: number) => Array.from({ length: to }, (_, at) => at + 1);

describeWith('python3-websockets', 'The Python client', () => {
  let clinic: Clinic;
  let proxy: FaultProxy;
  beforeEach(async () => {
    clinic = await createClinic();
    proxy = await startFaultProxy(server.port);
  });
  afterEach(() => proxy.close());

  const follow = (token: string, ...args: readonly string[]) =>
    python('follow.py', token, proxy.through(server.wsUrl), ...args);
  const publish = async (count: number) => {
    for (let event = 0; event < count; event++)
      await succeed(api.events.publish, { token: clinic.admin, body: { type: 'task_updated', data: {} } });
  };
  const makeKey = (body: object) =>
    succeed(api.integrationKeys.create, { token: clinic.admin, body: { name: 'python', ...body } });

  it('yields each event once and in order over cut connections', async () => {
    const program = follow(clinic.clinician);
    await isLive(program);
    for (let round = 1; round <= 3; round++) {
      await publish(5);
      await eventually(() => seqs(program).length >= 10 * round - 5);
      proxy.cut();
      await publish(5);
      await eventually(() => seqs(program).length >= 10 * round);
    }
    expect(seqs(program)).toEqual(range(30));
  });

  it('continues from the stored position after its process was killed', async () => {
    const file = join(folder, 'position.json');
    const first = follow(clinic.clinician, file);
    await isLive(first);
    await publish(3);
    // It stores the position after it has printed the event.
    await eventually(() => existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).seq === 3);
    await first.stop();
    await publish(3);
    const second = follow(clinic.clinician, file);
    await eventually(() => seqs(second).length === 3);
    expect(seqs(second)).toEqual([4, 5, 6]);
  });

  it('notices frames that were dropped, swapped or repeated on the way, and yields every event once', async () => {
    const middle = await startTamperingProxy(server.wsUrl, new Random(7));
    const program = python('follow.py', clinic.clinician, `ws://127.0.0.1:${middle.port}/ws`);
    await isLive(program);
    middle.tamperedPercent = 40;
    await publish(40);
    await eventually(() => middle.counts.dropped > 3 && middle.counts.repeated > 3);
    middle.tamperedPercent = 0;
    await publish(1);
    await eventually(() => new Set(seqs(program)).size === 41);
    expect(seqs(program).toSorted((a, b) => a - b)).toEqual(range(41));
    await middle.close();
  });

  it('renews a token before it expires, on the same connection', async () => {
    const sub = 'ada';
    const claims = { role: 'clinician', tenantId: clinic.id, sub } as const;
    const expiresInS = Math.ceil(scaled(15_000) / 1_000); // the start of Python included
    const expiresAtMs = Date.now() + expiresInS * 1_000;
    const program = follow(await mintToken({ ...claims, expiresInS }));
    await isLive(program);
    program.type(await mintToken(claims));
    await eventually(() => Date.now() > expiresAtMs + 1_000);
    await publish(1);
    await program.prints(/^1 task_updated /m);
    expect(proxy.made).toBe(1);
  });

  it('ends with the close code when its key is revoked, and does not come back', async () => {
    const { id, key } = await makeKey({ scopes: ['stream:read'], role: 'ids' });
    const program = follow(key);
    await isLive(program);
    expect((await ask(api.integrationKeys.remove, { token: clinic.admin, id })).status).toBe(204);
    await program.prints(/^refused: 4403 Access revoked$/m);
    expect(proxy.made).toBe(1);
  });

  it('ends with 1008 for a token that nobody gave out', async () => {
    await follow('nonsense').prints(/^refused: 1008 Authentication failed$/m);
  });

  it('follows all tenants as a super admin, and resumes each of them', async () => {
    const other = await createClinic();
    const program = follow(await mintToken({ role: 'super_admin' }));
    await isLive(program);
    const of = (tenant: string) =>
      [...program.output().matchAll(new RegExp(`^(\\d+) task_updated ${tenant}$`, 'gm'))].map(
        ([, seq]) => seq,
      );
    await publish(2);
    await eventually(() => of(clinic.id).length === 2);
    proxy.cut();
    await publish(2);
    await succeed(api.events.publish, { token: other.admin, body: { type: 'task_updated', data: {} } });
    await eventually(() => of(clinic.id).length === 4 && of(other.id).length === 1);
    expect(of(clinic.id)).toEqual(['1', '2', '3', '4']);
    expect(program.output()).not.toContain('load again');
  });

  describe('publishing', () => {
    let lossy: LossyServer;
    beforeEach(async () => {
      lossy = await startLossyServer(server.url);
    });
    afterEach(() => lossy.close());

    it('publishes an event once although the answer to its first request is lost', async () => {
      const { key } = await makeKey({ scopes: ['events:write'] });
      const program = python('publish.py', key, lossy.url, 'lab_result_ready', '{"order":7}', '/lab');
      await program.prints(/^1 lab_result_ready$/m);
      expect(lossy.answers).toBe(2);
      const rows = await database.query('SELECT seq FROM wardbell.outbox WHERE tenant_id = $1', [clinic.id]);
      expect(rows).toHaveLength(1);
    });

    it('raises an error with the code of the problem when the event is refused', async () => {
      const { key } = await makeKey({ scopes: ['events:write'] });
      const program = python('publish.py', key, server.url, 'patient_created', '{}', '/lab');
      await program.prints(/^refused: 422 reserved_type/m);
      expect(
        await fail(api.events.publish, { token: clinic.clinician, body: { type: 'x', data: {} } }),
      ).toEqual([403, 'forbidden']);
    });
  });
});
