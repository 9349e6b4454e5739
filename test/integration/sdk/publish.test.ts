import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createPublisher } from '@wardbell/client/publish';
import { RestProblem } from '@wardbell/client/rest';
import { api } from '@wardbell/contract';
import { server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { type LossyServer, startLossyServer } from '../../support/lossy-server.js';
import { type Clinic, createClinic, succeed } from '../http/harness.js';

useServer();
const exec = promisify(execFile);

let clinic: Clinic;
beforeEach(async () => {
  clinic = await createClinic();
});

describe('createPublisher', () => {
  let lossy: LossyServer;
  beforeEach(async () => {
    lossy = await startLossyServer(server.url);
  });
  afterEach(() => lossy.close());

  const makeKey = async () => {
    const body = { name: 'lab', scopes: ['events:write' as const] };
    return (await succeed(api.integrationKeys.create, { token: clinic.admin, body })).key;
  };

  it('publishes an event once although the answer to its first request is lost', async () => {
    const key = await makeKey();
    const publish = createPublisher<{ lab_result: { order: number } }>({
      url: lossy.url,
      getToken: () => key,
      source: '/lab',
    });
    const published = await publish({
      type: 'lab_result',
      data: { order: 7 },
      audience: { roles: ['clinician'] },
    });
    expect(published).toMatchObject({ seq: 1, type: 'lab_result' });
    expect(lossy.answers).toBe(2);
    const { data: log } = await succeed(api.events.list, { token: clinic.admin });
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ id: published.id, data: { order: 7 } });
  });

  it('throws a RestProblem with the code of a refusal, at once', async () => {
    const key = await makeKey();
    const publish = createPublisher({ url: server.url, getToken: () => key, source: '/lab' });
    const refused = publish({ type: 'patient_created', data: {} });
    await expect(refused).rejects.toBeInstanceOf(RestProblem);
    await expect(refused).rejects.toMatchObject({ status: 422, code: 'reserved_type' });
  });

  it('ends when its signal is aborted', async () => {
    const key = await makeKey();
    const publish = createPublisher({ url: 'http://127.0.0.1:9', getToken: () => key, source: '/lab' });
    await expect(
      publish({ type: 'late', data: {} }, { signal: AbortSignal.timeout(50) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('wardbell-client types', () => {
  const folder = mkdtempSync(resolve('.cache', 'types-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const command = resolve('client/bin/wardbell-client.mjs');
  const describeType = async (type: string, body: object) => {
    const { status } = await call(server.url, 'PUT', `/event-types/${type}`, { token: clinic.admin, body });
    expect([200, 201]).toContain(status);
  };
  /** What the compiler complains about in a program that uses the types. */
  const complaints = async (program: string): Promise<string[]> => {
    const file = join(folder, 'program.ts');
    writeFileSync(file, `import type { ApplicationEvents } from './events.js';\n${program}`);
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', types: [], target: 'es2023' };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    try {
      await exec(process.execPath, [tsc, '-p', folder]);
      return [];
    } catch (error) {
      const { stdout }: { stdout?: unknown } = Object(error);
      return String(stdout).match(/error TS\d+/g) ?? [];
    }
  };

  it('writes types with which right programs compile, and wrong ones do not', async () => {
    await describeType('lab_result', {
      description: 'A result has come in',
      schema: {
        type: 'object',
        required: ['order', 'flag'],
        additionalProperties: false,
        properties: {
          order: { type: 'integer', minimum: 1 },
          flag: { enum: ['normal', 'high', null] },
          'unit of measure': { type: ['string', 'null'] },
          values: { type: 'array', items: { $ref: '#/$defs/value' } },
          range: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
        },
        $defs: {
          value: {
            anyOf: [
              { type: 'number' },
              { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
            ],
          },
        },
      },
    });
    await describeType('task:closed', {
      schema: { type: 'object', additionalProperties: { type: 'boolean' } },
    });
    await describeType('anything', {});
    const env = { ...process.env, WARDBELL_TOKEN: clinic.admin };
    await exec(
      process.execPath,
      [command, 'types', '--url', server.url, '--out', join(folder, 'events.ts')],
      { env },
    );

    const right = `
      const result: ApplicationEvents['lab_result'] = {
        order: 1, flag: null, 'unit of measure': 'mmol/l', values: [1, { text: 'trace' }], range: [1, 2],
      };
      const closed: ApplicationEvents['task:closed'] = { today: true };
      const any: ApplicationEvents['anything'] = { x: [1] };
      const flags: 'normal' | 'high' | null = result.flag;
      export { result, closed, any, flags };`;
    expect(await complaints(right)).toEqual([]);
    const wrong = [
      `export const a: ApplicationEvents['lab_result'] = { order: 1 };`,
      `export const b: ApplicationEvents['lab_result'] = { order: '1', flag: null };`,
      `export const c: ApplicationEvents['lab_result'] = { order: 1, flag: 'low' };`,
      `export const d: ApplicationEvents['lab_result'] = { order: 1, flag: null, other: 1 };`,
      `export const e: ApplicationEvents['lab_result'] = { order: 1, flag: null, values: ['x'] };`,
      `export const f: ApplicationEvents['lab_result'] = { order: 1, flag: null, range: [1, 2, 3] };`,
      `export const g: ApplicationEvents['task:closed'] = { today: 1 };`,
      `export const h: ApplicationEvents['misspelt'] = {};`,
    ].join('\n');
    expect(await complaints(wrong)).toHaveLength(8);
  });

  it('ends with status 2 and says why when it is called wrongly or refused', async () => {
    const failure = async (args: readonly string[], token: string) => {
      try {
        await exec(process.execPath, [command, ...args], { env: { ...process.env, WARDBELL_TOKEN: token } });
        return 'no failure';
      } catch (error) {
        const { code, stderr }: { code?: unknown; stderr?: unknown } = Object(error);
        return `${code} ${stderr}`;
      }
    };
    expect(await failure(['types'], 'x')).toMatch(/^2 Usage/);
    expect(await failure(['types', '--url', server.url], '')).toMatch(/^2 WARDBELL_TOKEN is not set/);
    expect(await failure(['types', '--url', 'clinic'], 'x')).toMatch(/^2 --url: clinic is not a URL/);
    expect(await failure(['types', '--url', server.url], clinic.clinician)).toMatch(
      /^2 The server answered 403/,
    );
    expect(await failure(['types', '--url', 'http://127.0.0.1:9'], 'x')).toMatch(
      /^2 The server cannot be reached/,
    );
  });
});
