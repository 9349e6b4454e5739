import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Environment } from '../../../server/src/platform/config/environment.js';
import { database, useDatabase } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { runtimeUrls } from '../../support/migrate-step.js';
import { JWT_SECRET, SUPER_ADMIN } from '../../support/server.js';
import { eventually, scaled } from '../../support/wait.js';
import { readText } from './files.js';

const SERVER = readText('deploy/systemd/wardbell.service');
const MIGRATION = readText('deploy/systemd/wardbell-migrate.service');
const page = readText('docs/production.md');
/** The value of a setting that a unit has once. */
const setting = (name: string, unit = SERVER): string => {
  const values = [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  expect(values).toHaveLength(1);
  return values[0] ?? '';
};
/** Variables in the example of the page, without their values. */
const variables = [...page.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);

useDatabase({ empty: true });

describe('Production without containers', () => {
  let child: ChildProcess | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-systemd-'));
  afterEach(() => {
    child?.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names variables that the server knows, and files that are there', () => {
    for (const name of variables) expect(Object.keys(Environment.shape)).toContain(name);
    for (const [, path = ''] of page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const file = join('docs', path);
      expect({ file, exists: existsSync(file) }).toEqual({ file, exists: true });
    }
  });

  it('has a unit that migrates as the owner and one that serves without it, and ends with 0 in its time', async () => {
    const { appUrl, authUrl, relayUrl } = runtimeUrls(database.ownerUrl);
    const values: Readonly<Record<string, string>> = {
      APP_DATABASE_URL: appUrl,
      AUTH_DATABASE_URL: authUrl,
      RELAY_DATABASE_URL: relayUrl,
      JWT_SECRET,
      SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
      SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
      PUBLIC_URL: 'https://clinic.example',
      TRUSTED_PROXIES: '127.0.0.1',
      METRICS_TOKEN: 'token-of-prometheus',
      AUDIT_ARCHIVE_DIR: '/var/lib/wardbell/audit',
      AUDIT_SIGNING_KEY_FILE: join(folder, 'audit-signing-key.pem'),
      AUDIT_ANCHOR_FILE: join(folder, 'anchors.ndjson'),
    };
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, 'audit-signing-key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const owner = { DATABASE_URL: database.ownerUrl };
    expect([...Object.keys(values), ...Object.keys(owner)]).toEqual(variables);
    expect(setting('Requires')).toBe('wardbell-migrate.service');
    expect(setting('After')).toContain('wardbell-migrate.service');
    expect(SERVER).not.toContain('owner.env');
    const [migrator = '', ...migration] = setting('ExecStart', MIGRATION).split(' ');
    expect(basename(migrator)).toBe('node');
    await promisify(execFile)(process.execPath, migration, { env: { ...values, ...owner } });
    const port = await freePort();
    const [program = '', ...args] = setting('ExecStart').split(' ');
    const [name = '', value = ''] = setting('Environment').split('=');
    expect(basename(program)).toBe('node');
    expect(values['AUDIT_ARCHIVE_DIR']).toBe(`/var/lib/${setting('StateDirectory')}`);
    const started = spawn(process.execPath, args, {
      env: { ...values, [name]: value, PORT: String(port) },
      stdio: 'ignore',
    });
    child = started;
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok, {
      what: 'the server being ready',
    });
    expect(await database.query('SELECT FROM wardbell.tenant')).toEqual([]);
    const exited = once(started, 'exit');
    const stoppedMs = performance.now();
    started.kill(setting('KillSignal') === 'SIGTERM' ? 'SIGTERM' : 'SIGKILL');
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - stoppedMs).toBeLessThan(scaled(Number(setting('TimeoutStopSec')) * 1_000));
  });
});
