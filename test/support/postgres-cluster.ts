import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import type { Binaries } from '../../server/src/database/embedded/binaries.js';
import { findLauncher, type Launcher } from '../../server/src/database/embedded/launch.js';
import { startPostmaster } from '../../server/src/database/embedded/postmaster.js';
import { shutDown } from '../../server/src/database/embedded/process.js';
import { freePort } from './free-port.js';

export const SUPERUSER = 'keeper';
const PASSWORD = 'of-the-superuser';

/** A new and empty cluster of any PostgreSQL, as an operator has one: nothing of Wardbell is in it. */
export class PostgresCluster {
  private constructor(
    /** Its own folder, which others may enter. */
    readonly dir: string,
    readonly port: number,
    private readonly pid: number,
  ) {}

  static async start(binaries: Binaries): Promise<PostgresCluster> {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'wardbell-cluster-')));
    chmodSync(dir, 0o755);
    const data = join(dir, 'data');
    mkdirSync(data);
    const launcher = await findLauncher(binaries, data);
    await initdb(launcher, binaries, data);
    const port = await freePort();
    const outcome = await startPostmaster({ dir: data, launcher }, binaries, {
      port,
      logPath: join(dir, 'postgres.log'),
      settings: { fsync: 'off' },
      abort: new AbortController().signal,
      onSlow: () => undefined,
    });
    if (outcome.kind === 'failed') throw new Error(`PostgreSQL does not start: ${outcome.reason}`);
    return new PostgresCluster(dir, port, outcome.pid);
  }

  /** Login of the superuser, or of another role. */
  url(database: string, user = SUPERUSER, password = PASSWORD): string {
    return `postgresql://${user}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  /** What makes PostgreSQL's own programs connect as superuser. */
  get environment(): Readonly<Record<string, string>> {
    return { PGHOST: '127.0.0.1', PGPORT: String(this.port), PGUSER: SUPERUSER, PGPASSWORD: PASSWORD };
  }

  /** Runs a query as superuser, past row-level security. */
  async query(sql: string, database: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async remove(): Promise<void> {
    await shutDown(this.pid);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

async function initdb(launcher: Launcher, binaries: Binaries, data: string): Promise<void> {
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, PASSWORD);
  const { runAs } = launcher;
  if (runAs !== undefined) for (const path of [data, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  const login = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const child = launcher.spawn(
    binaries.initdb,
    [`--pgdata=${data}`, ...login, '--encoding=UTF8', '--locale=C', '--no-sync'],
    ['ignore', 'ignore', 'pipe'],
  );
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const [code, messages] = await Promise.all([exited, child.stderr === null ? '' : text(child.stderr)]);
  rmSync(passwordFile);
  if (code !== 0) throw new Error(`initdb ended with ${code}:\n${messages}`);
}
