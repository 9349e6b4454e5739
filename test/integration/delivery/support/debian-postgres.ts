import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { makeOwner, OWNER } from '../../../../server/src/database/embedded/owner.js';
import { freePort } from '../../../../server/src/database/embedded/postmaster.js';
import { findPostgresTools } from '../../../support/postgres-tools.mjs';
import { eventually } from '../../../support/wait.js';

const run = promisify(execFile);
const SUPERUSER = 'keeper';
const PASSWORD = 'of-the-owner';

/** A cluster of the PostgreSQL that an operator has, with its tools: another major version than npm brings. */
export class DebianPostgres {
  private constructor(
    private readonly dir: string,
    private readonly tools: string,
    private readonly port: number,
    private readonly process: ChildProcess,
  ) {}

  static async create(): Promise<DebianPostgres> {
    const tools = findPostgresTools();
    if (tools === undefined) throw new Error('no PostgreSQL with its tools on this machine');
    const dir = mkdtempSync(join(tmpdir(), 'wardbell-debian-'));
    const user = processUser();
    if (user) chownSync(dir, user.uid, user.gid);
    const options = { ...user, cwd: '/' };
    const cluster = join(dir, 'cluster');
    const initdb = ['-D', cluster, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--locale=C'];
    await run(join(tools, 'initdb'), initdb, options);
    const port = await freePort(0);
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`, 'fsync=off'];
    const flags = settings.flatMap((setting) => ['-c', setting]);
    const process = spawn(join(tools, 'postgres'), ['-D', cluster, ...flags], {
      ...options,
      stdio: 'ignore',
    });
    const postgres = new DebianPostgres(dir, tools, port, process);
    await eventually(() => postgres.query('SELECT 1', 'postgres'), { what: 'PostgreSQL started' });
    await makeOwner(postgres.#url(SUPERUSER, 'postgres'), PASSWORD);
    return postgres;
  }

  /** What `DATABASE_URL` is set to. */
  get ownerUrl(): string {
    return this.#url(`${OWNER}:${PASSWORD}`, OWNER);
  }

  get superuserUrl(): string {
    return this.#url(SUPERUSER, OWNER);
  }

  /** A file of this cluster's own folder. */
  path(name: string): string {
    return join(this.dir, name);
  }

  /** Runs `pg_dump` or `pg_restore`. */
  async tool(name: 'pg_dump' | 'pg_restore', ...args: readonly string[]): Promise<void> {
    await run(join(this.tools, name), [...args]);
  }

  /** Runs a script with psql; its variables are psql's own. Stops at the first error. */
  async psql(script: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const file = this.path('script.sql');
    writeFileSync(file, script);
    const set = Object.entries(variables).map(([name, value]) => `--set=${name}=${value}`);
    const flags = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--file=${file}`, ...set];
    await run(join(this.tools, 'psql'), [...flags, this.superuserUrl]);
  }

  async query(sql: string, database: string = OWNER): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: this.#url(SUPERUSER, database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async remove(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }

  #url(login: string, database: string): string {
    return `postgresql://${login}@127.0.0.1:${this.port}/${database}`;
  }
}

/** PostgreSQL refuses to run as root; its package has made a user for it. */
const processUser = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};
