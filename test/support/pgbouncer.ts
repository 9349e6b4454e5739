import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';
import { eventually } from './wait.js';

export type PoolMode = 'session' | 'transaction';

/** PgBouncer refuses to run as root; it needs nothing that this user does not have. */
const NOBODY = 65_534;

/** A PgBouncer before a PostgreSQL, set up as docs/scaling.md says. */
export class PgBouncer {
  private constructor(
    private readonly dir: string,
    private readonly process: ChildProcess,
    private readonly port: number,
  ) {}

  /** @param superuserUrl a login that may read the passwords' verifiers, for `auth_query` */
  static async start(superuserUrl: string, mode: PoolMode): Promise<PgBouncer> {
    const server = new URL(superuserUrl);
    const dir = mkdtempSync(join(tmpdir(), 'wardbell-pgbouncer-'));
    const port = await freePort();
    const users = join(dir, 'userlist.txt');
    const settings = join(dir, 'pgbouncer.ini');
    writeFileSync(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`);
    writeFileSync(
      settings,
      `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
auth_user = ${server.username}
pool_mode = ${mode}
default_pool_size = 40
max_client_conn = 200
`,
    );
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    if ('uid' in user) for (const path of [dir, users, settings]) chownSync(path, NOBODY, NOBODY);
    chmodSync(dir, 0o700);
    const child = spawn('pgbouncer', [settings], { stdio: 'ignore', ...user });
    const bouncer = new PgBouncer(dir, child, port);
    await eventually(() => bouncer.#answers(superuserUrl), { what: 'PgBouncer answering' });
    return bouncer;
  }

  /** The same URL through the pooler. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.href;
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #answers(superuserUrl: string): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.through(superuserUrl) });
    try {
      await client.connect();
      return true;
    } finally {
      await client.end();
    }
  }
}
