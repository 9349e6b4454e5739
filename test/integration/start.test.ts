import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenant } from '@wardbell/contract';
import { z } from 'zod';
import { Clone, type Command } from '../support/clone.js';
import { database, useDatabase } from '../support/fixture.js';
import { freePort } from '../support/free-port.js';
import { call } from '../support/http.js';
import { JWT_SECRET, SUPER_ADMIN } from '../support/server.js';
import { must, signIn } from '../support/tenant.js';
import { eventually } from '../support/wait.js';

/** Building from nothing, where the console of this run cannot be used: 300 s were too few with a load of 13. */
const BUILD_MS = 600_000;

describe('npm start in a fresh clone', () => {
  let clone: Clone;
  let port: number;
  beforeAll(async () => {
    clone = new Clone();
    clone.takeConsole();
    port = await freePort();
  });
  afterEach(() => clone.endAll());
  afterAll(() => clone.remove());

  const url = (): string => `http://127.0.0.1:${port}`;
  const npmStart = (env: Record<string, string> = {}): Command =>
    clone.run(['npm', 'start'], { PORT: String(port), ...env });
  const start = (env: Record<string, string> = {}): Command =>
    clone.run([process.execPath, 'scripts/start.mjs'], { PORT: String(port), ...env });

  async function healthy(command: Command, timeoutMs = 120_000): Promise<void> {
    const isHealthy = async (): Promise<boolean> => command.hasEnded() || (await fetch(`${url()}/health`)).ok;
    await eventually(isHealthy, { timeoutMs }).catch(() => undefined);
    if (command.hasEnded() || !(await isHealthy().catch(() => false))) {
      throw new Error(`The server is not healthy:\n${command.stdout()}\n${command.stderr()}`);
    }
  }
  const superToken = (): Promise<string> =>
    signIn(
      { url: url() },
      'super@wardbell.test',
      readFileSync(join(clone.dir, '.data', 'super-admin-password'), 'utf8').trim(),
    );
  const slugs = async (): Promise<string[]> => {
    const answer = await call(url(), 'GET', '/tenants?limit=200', { token: await superToken() });
    return z
      .object({ data: z.array(Tenant) })
      .parse(answer.body)
      .data.map(({ slug }) => slug);
  };

  it(
    'ends at once, with 0 and nothing left, when it is stopped while it builds',
    async () => {
      const command = npmStart();
      await eventually(() => command.stdout().includes('Building the server'), { timeoutMs: BUILD_MS });
      command.kill('SIGTERM');
      command.kill('SIGINT');
      expect(await command.exitCode()).toBe(0);
      await clone.isQuiet();
    },
    BUILD_MS,
  );

  it(
    'builds, says where it is and who may sign in, and stops on SIGINT to npm',
    async () => {
      const command = npmStart();
      await healthy(command, BUILD_MS);
      await eventually(() => command.stdout().includes(`:${port}`));
      expect(command.stdout()).toContain('super@wardbell.test');
      await must(Tenant, { url: url() }, 'POST', '/tenants', {
        token: await superToken(),
        body: { name: 'Kept', slug: 'kept-across-starts' },
      });
      command.kill('SIGINT');
      expect(await command.exitCode()).toBe(0);
      await clone.isQuiet();
    },
    BUILD_MS,
  );

  it('starts again without building, with its data, and stops on SIGTERM to npm', async () => {
    const command = npmStart();
    await healthy(command);
    expect(command.stdout()).not.toMatch(/Installing|Generating|Building/);
    expect(await slugs()).toContain('kept-across-starts');
    command.kill('SIGTERM');
    expect(await command.exitCode()).toBe(0);
    await clone.isQuiet();
  });

  it('builds the console again when one of its files has changed', async () => {
    const file = join(clone.dir, 'admin/package.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}\n`);
    const command = clone.run([process.execPath, 'scripts/build.mjs']);
    await eventually(() => command.stdout().includes('Building the console'));
    command.kill('SIGTERM');
    await command.exitCode();
    await clone.isQuiet();
    writeFileSync(file, text);
  });

  it('stops with 0 when the signal comes while it starts, and when it comes twice', async () => {
    const command = start();
    await eventually(() => clone.processes().some(({ command: line }) => line.includes('bin/postgres')), {
      timeoutMs: 120_000,
    });
    command.kill('SIGINT');
    command.kill('SIGINT');
    expect(await command.exitCode()).toBe(0);
    await clone.isQuiet();
  });

  it('recovers after kill -9, with what was committed', async () => {
    const killed = start();
    await healthy(killed);
    await must(Tenant, { url: url() }, 'POST', '/tenants', {
      token: await superToken(),
      body: { name: 'Committed', slug: 'committed-before-the-kill' },
    });
    killed.kill('SIGKILL');
    await killed.exitCode();

    const command = start();
    await healthy(command);
    expect(await slugs()).toContain('committed-before-the-kill');
    command.kill('SIGTERM');
    expect(await command.exitCode()).toBe(0);
    await clone.isQuiet();
  });

  describe('with NODE_ENV=production', () => {
    useDatabase();

    /** Starts it on an empty database, with no folder that it could write secrets to, and lists its tenants. */
    async function tenantsAfterStart(env: Record<string, string> = {}): Promise<string[]> {
      const command = start({
        NODE_ENV: 'production',
        DATABASE_URL: database.ownerUrl,
        DATA_DIR: '/dev/null/data',
        JWT_SECRET,
        SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
        SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
        ...env,
      });
      await healthy(command);
      const rows = await database.query<{ slug: string }>('SELECT slug FROM wardbell.tenant');
      command.kill('SIGTERM');
      expect(await command.exitCode()).toBe(0);
      return rows.map(({ slug }) => slug);
    }

    it('leaves the database empty, since nobody asked for demo clinics', async () => {
      expect(await tenantsAfterStart()).toEqual([]);
    });

    it('seeds demo clinics when DEMO=true says so, also where it can write no file', async () => {
      expect(await tenantsAfterStart({ DEMO: 'true' })).toHaveLength(3);
    });
  });

  describe('says in one line what to do about', () => {
    /** The only line on standard error of a start that must fail. */
    async function refusal(env: Record<string, string>): Promise<string> {
      const command = start(env);
      expect({ code: await command.exitCode(), lines: command.stderr().trim().split('\n').length }).toEqual({
        code: 1,
        lines: 1,
      });
      await clone.isQuiet();
      return command.stderr();
    }

    it('a busy port', async () => {
      const busy = await freePort();
      const other = createServer().listen(busy, '127.0.0.1');
      try {
        expect(await refusal({ PORT: String(busy) })).toMatch(new RegExp(`PORT.*${busy}.*in use`));
      } finally {
        other.close();
      }
    });

    it('a wrong variable', async () => {
      expect(await refusal({ LOG_LEVEL: 'zyxcanary' })).toMatch(/LOG_LEVEL must be one of (?!.*zyxcanary)/);
    });

    it('a database that does not answer', async () => {
      const unused = await freePort();
      const line = await refusal({
        DATABASE_URL: `postgresql://me:zyxcanary@127.0.0.1:${unused}/db`,
        DATABASE_WAIT_S: '0',
      });
      expect(line).toMatch(/DATABASE_URL.*ECONNREFUSED/);
      expect(line).not.toContain('zyxcanary');
    });

    it('a second server on the same data', async () => {
      const first = start();
      await healthy(first);
      const second = start({ PORT: String(await freePort()) });
      expect(await second.exitCode()).toBe(1);
      expect(second.stderr()).toContain(`process ${first.pid}`);
      first.kill('SIGTERM');
      expect(await first.exitCode()).toBe(0);
      await clone.isQuiet();
    });

    it('a broken data directory', async () => {
      const version = join(clone.dir, '.data/postgres/PG_VERSION');
      renameSync(version, `${version}.kept`);
      expect(await refusal({})).toMatch(/PG_VERSION.*restore it from a backup, or move the folder away/);
      renameSync(`${version}.kept`, version);
    });

    it('a data directory that is a file', async () => {
      const file = join(clone.dir, 'a-file');
      writeFileSync(file, '');
      expect(await refusal({ DATA_DIR: file })).toContain('DATA_DIR must be a folder');
      rmSync(file);
    });
  });
});
