import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endpoints } from '@wardbell/contract';
import { z } from 'zod';
import { database, useDatabase } from '../../support/fixture.js';
import { withRuntimeLogins } from '../../support/migrate-step.js';

/** Anybody may call these, on purpose. */
const PUBLIC_ROUTES = ['/health', '/health/live', '/health/ready', '/metrics'];

const Routes = z.array(
  z.object({ path: z.string(), endpoint: z.string().nullable(), isPublic: z.boolean() }),
);

useDatabase();

describe('Every route of the running application', () => {
  let dataDir: string;
  let routes: z.output<typeof Routes>;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'wardbell-declared-'));
    const program = resolve('test/integration/http/routes-program.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      env: await withRuntimeLogins({
        PATH: process.env['PATH'],
        DATABASE_URL: database.ownerUrl,
        DATA_DIR: dataDir,
        LOG_LEVEL: 'error',
      }),
    });
    routes = Routes.parse(JSON.parse(stdout.split('\n').find((line) => line.startsWith('[')) ?? ''));
  });
  afterAll(async () => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('has an endpoint of the contract, or says that it is public', () => {
    expect(routes.length).toBeGreaterThan(30);
    expect(routes.filter(({ endpoint, isPublic }) => endpoint === null && !isPublic)).toEqual([]);
  });

  it('is public only where that is meant', () => {
    const open = routes.filter(({ endpoint }) => endpoint === null).map(({ path }) => path);
    expect(open.sort()).toEqual(PUBLIC_ROUTES);
  });

  it('is in the contract once, and every endpoint of the contract is mounted', () => {
    const mounted = routes.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== null);
    expect(mounted.sort()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort());
  });
});
