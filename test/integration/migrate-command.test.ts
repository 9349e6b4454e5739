import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { database, startAnother, useDatabase } from '../support/fixture.js';
import { runtimeUrls } from '../support/migrate-step.js';
import { JWT_SECRET, SUPER_ADMIN } from '../support/server.js';
import { signInSuperAdmin } from '../support/tenant.js';

const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-migrate-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

useDatabase({ empty: true });

const run = (program: readonly string[], env: Readonly<Record<string, string>>) =>
  spawnSync(process.execPath, program, {
    encoding: 'utf8',
    timeout: 120_000,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: dataDir, JWT_SECRET, DATABASE_WAIT_S: '0', ...env },
  });
const migrate = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  run(['scripts/migrate.mjs', ...args], { DATABASE_URL: database.ownerUrl, ...env });
/** A server that must not start: its exit code and what it said. */
const serve = (env: Readonly<Record<string, string>>) => {
  const { status, stderr } = run(['server/dist/main.js'], {
    PORT: '0',
    SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
    SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
    ...env,
  });
  expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 1, lines: 1 });
  return stderr;
};
const logins = (): Record<string, string> => {
  const { appUrl, authUrl, relayUrl } = runtimeUrls(database.ownerUrl);
  return { APP_DATABASE_URL: appUrl, AUTH_DATABASE_URL: authUrl, RELAY_DATABASE_URL: relayUrl };
};

// In this order: the first finds a database without a schema.
describe('A server', () => {
  it('does not migrate: it refuses a database without the schema, and names the command', () => {
    expect(serve(logins())).toMatch(/^wardbell: APP_DATABASE_URL: .*run "npm run migrate"/);
  });

  it('does not take the owner’s login, alone or with its own, and says what to set', () => {
    const owner = { DATABASE_URL: database.ownerUrl };
    for (const env of [owner, { ...owner, ...logins() }]) {
      const line = serve(env);
      expect(line).toMatch(/DATABASE_URL is the login of the owner/);
      expect(line).toMatch(/APP_DATABASE_URL, AUTH_DATABASE_URL and RELAY_DATABASE_URL/);
      expect(line).not.toContain(new URL(database.ownerUrl).password);
    }
  });

  it('names those of its three logins that are missing', () => {
    const { APP_DATABASE_URL = '' } = logins();
    expect(serve({ APP_DATABASE_URL })).toContain('set AUTH_DATABASE_URL, RELAY_DATABASE_URL');
  });
});

describe('npm run migrate', () => {
  it('migrates, says so without a password, and does nothing the second time', () => {
    for (const count of [expect.stringMatching(/"count":[1-9]/), expect.stringContaining('"count":0')]) {
      const { status, stdout, stderr } = migrate([], { NODE_ENV: 'production' });
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toEqual(count);
      for (const url of [database.ownerUrl, ...Object.values(logins())])
        expect(stdout).not.toContain(new URL(url).password);
    }
  });

  it('prints the URLs that servers start with when it is asked to, and nothing else', async () => {
    const { status, stdout } = migrate(['--print-urls']);
    expect(status).toBe(0);
    expect(parseEnv(stdout)).toEqual(logins());
    const server = await startAnother(logins());
    // the first super admin is made by the server, as the role of accounts
    expect(await signInSuperAdmin(server)).toBeDefined();
  });

  it('refuses an argument that it does not know, and says in one line what is missing', () => {
    expect(migrate(['--print']).stderr).toContain('Usage: npm run migrate');
    const { status, stderr } = migrate([], { DATABASE_URL: '' });
    expect([status, stderr.trim()]).toEqual([
      1,
      'wardbell: DATABASE_URL is not set, and DATA_DIR holds no database',
    ]);
  });
});
