import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { eventually } from '../support/wait.js';

const Ready = z.object({ ready: z.literal(true), pid: z.number(), ownerUrl: z.string() });
const Failed = z.object({ ready: z.literal(false), error: z.string(), message: z.string() });

interface Program {
  readonly pid: number;
  readonly lines: unknown[];
  ready(): Promise<z.output<typeof Ready>>;
  failed(): Promise<z.output<typeof Failed>>;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

const runs = (pid: number): boolean =>
  existsSync(`/proc/${pid}/cwd`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');

describe('embedded PostgreSQL', () => {
  let above: string;
  let dataDir: string;
  let programs: Program[];

  beforeEach(() => {
    // Only we may pass it, as with a clone in /root: PostgreSQL's own user must reach its data all the same.
    above = mkdtempSync(join(tmpdir(), 'wardbell-embedded-'));
    chmodSync(above, 0o700);
    dataDir = join(above, '.data');
    programs = [];
  });
  afterEach(async () => {
    for (const program of programs) await program.stop();
    rmSync(above, { recursive: true, force: true });
  });

  function start(): Program {
    const child = spawn(process.execPath, [resolve('test/support/embedded-program.mjs'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: unknown[] = [];
    createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text)));
    const exited = once(child, 'exit');
    const said = <T extends z.ZodType>(schema: T): Promise<z.output<T>> =>
      eventually(
        () => {
          const found = lines.map((line) => schema.safeParse(line)).find((result) => result.success);
          return found?.data ?? undefined;
        },
        { what: `the program's word (so far ${JSON.stringify(lines)})` },
      );
    const program: Program = {
      pid: child.pid ?? 0,
      lines,
      ready: () => said(Ready),
      failed: () => said(Failed),
      stop: async () => {
        child.kill('SIGTERM');
        await exited;
        return child.exitCode;
      },
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
    programs.push(program);
    return program;
  }

  async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('gives an owner who is no superuser, and keeps data and port across starts', async () => {
    const first = start();
    const { ownerUrl, pid } = await first.ready();
    expect(
      await query(
        ownerUrl,
        `SELECT rolsuper, rolcreaterole, rolbypassrls, current_database() AS database,
                (SELECT datdba = r.oid FROM pg_database WHERE datname = current_database()) AS owns,
                current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync
           FROM pg_roles r WHERE rolname = current_user`,
      ),
    ).toEqual([
      {
        rolsuper: false,
        rolcreaterole: true,
        rolbypassrls: false,
        database: 'wardbell',
        owns: true,
        encoding: 'UTF8',
        fsync: 'on',
      },
    ]);
    await query(ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(await first.stop()).toBe(0);
    expect(runs(pid)).toBe(false);

    const second = await start().ready();
    expect(second.ownerUrl).toBe(ownerUrl);
    expect(await query(ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('keeps its passwords from others, its listener from other machines, and values out of its log', async () => {
    const { ownerUrl } = await start().ready();
    for (const name of ['postgres-owner-password', 'postgres-superuser-password', 'postgres.log']) {
      expect(statSync(join(dataDir, name)).mode & 0o077).toBe(0);
    }
    const wrong = new URL(ownerUrl);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(ownerUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);

    await query(ownerUrl, 'CREATE TABLE unique_name (name text PRIMARY KEY)');
    await query(ownerUrl, `INSERT INTO unique_name VALUES ('Zyxcanary')`);
    await expect(query(ownerUrl, `INSERT INTO unique_name VALUES ('Zyxcanary')`)).rejects.toThrow();
    await expect(query(ownerUrl, `SELECT 'Zyxcanary'::uuid`)).rejects.toThrow();
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('Zyxcanary');
  });

  it('recovers after its parent and PostgreSQL were killed', async () => {
    const first = start();
    const { ownerUrl, pid } = await first.ready();
    await query(ownerUrl, 'CREATE TABLE committed AS SELECT 1 AS one');
    await first.kill();
    if (runs(pid)) process.kill(pid, 'SIGKILL');

    const second = await start().ready();
    expect(await query(second.ownerUrl, 'SELECT one FROM committed')).toEqual([{ one: 1 }]);
  });

  it('takes over from a postgres that a killed parent left running', async () => {
    const first = start();
    const { ownerUrl, pid } = await first.ready();
    await query(ownerUrl, 'CREATE TABLE committed AS SELECT 1 AS one');
    // Frozen, it cannot follow its parent: the way it is left where no parent-death signal exists.
    process.kill(pid, 'SIGSTOP');
    await first.kill();
    const second = start();
    process.kill(pid, 'SIGCONT');
    const ready = await second.ready();
    expect(ready.pid).not.toBe(pid);
    expect(runs(pid)).toBe(false);
    expect(await query(ready.ownerUrl, 'SELECT one FROM committed')).toEqual([{ one: 1 }]);
  });

  it('is not stopped by a postmaster.pid whose number another program has', async () => {
    const first = start();
    await first.ready();
    await first.stop();
    const path = join(dataDir, 'postgres', 'postmaster.pid');
    writeFileSync(path, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n\n\n\nready\n`);
    await start().ready();
  });

  it('starts PostgreSQL again, on the same port, when it dies under a running server', async () => {
    const { ownerUrl, pid } = await start().ready();
    process.kill(pid, 'SIGKILL');
    await eventually(() => query(ownerUrl, 'SELECT 1'));
    expect(runs(pid)).toBe(false);
  });

  it('refuses a second server on the same data, naming the first, which goes on', async () => {
    const first = start();
    const { ownerUrl } = await first.ready();
    const second = await start().failed();
    expect(second).toMatchObject({ error: 'StartError' });
    expect(second.message).toContain(`process ${first.pid}`);
    expect(await query(ownerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes over the lock of a process that is gone, also when its number was given away', async () => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'server.lock'), JSON.stringify({ pid: process.pid, started: '1' }));
    await start().ready();
  });

  it('says in one line what to do about a database that is damaged, and changes nothing', async () => {
    const first = start();
    await first.ready();
    await first.stop();
    const damages: [path: string, content: string | undefined, expected: string][] = [
      ['postgres/PG_VERSION', undefined, 'PG_VERSION: ENOENT'],
      ['postgres/PG_VERSION', '9\n', 'made by PostgreSQL 9'],
      ['postgres/global/pg_control', 'x', 'cannot be started'],
      ['postgres-superuser-password', 'another', 'lost or changed'],
      ['postgres', '', 'it is not a folder'],
    ];
    for (const [name, content, expected] of damages) {
      const path = join(dataDir, name);
      renameSync(path, `${path}.kept`);
      if (content !== undefined) writeFileSync(path, content, { mode: 0o644 });
      const { error, message } = await start().failed();
      expect(error).toBe('StartError');
      expect(message).toContain(expected);
      expect(message).toContain(dataDir);
      expect(message).not.toContain('\n');
      rmSync(path, { force: true });
      renameSync(`${path}.kept`, path);
    }
    await start().ready();
  });

  it('begins again when it died while the database was made', async () => {
    mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    await start().ready();
  });
});
