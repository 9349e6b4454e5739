import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Environment } from '../../../server/src/platform/config/environment.js';
import { database, useDatabase } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { JWT_SECRET, SUPER_ADMIN } from '../../support/server.js';
import { eventually, scaled } from '../../support/wait.js';
import { readText } from './files.js';

const unit = readText('deploy/systemd/wardbell.service');
const page = readText('docs/production.md');
/** The value of a setting that the unit has once. */
const setting = (name: string): string => {
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

  it('has a unit that starts the server with the variables of the page, migrates, and ends with 0 in its time', async () => {
    const values: Readonly<Record<string, string>> = {
      DATABASE_URL: database.ownerUrl,
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
    expect(Object.keys(values)).toEqual(variables);
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
