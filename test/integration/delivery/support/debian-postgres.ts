import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeOwner, OWNER } from '../../../../server/src/database/embedded/owner.js';
import { PostgresCluster } from '../../../support/postgres-cluster.js';
import { findPostgresTools } from '../../../support/postgres-tools.mjs';

const run = promisify(execFile);
const PASSWORD = 'of-the-owner';

/** A cluster of the PostgreSQL that an operator has, with its tools: another major version than npm brings. */
export class DebianPostgres {
  private constructor(
    private readonly cluster: PostgresCluster,
    private readonly tools: string,
  ) {}

  static async create(): Promise<DebianPostgres> {
    const tools = findPostgresTools();
    if (tools === undefined) throw new Error('no PostgreSQL with its tools on this machine');
    const binaries = { initdb: join(tools, 'initdb'), postgres: join(tools, 'postgres') };
    const cluster = await PostgresCluster.start(binaries);
    await makeOwner(cluster.url('postgres'), PASSWORD);
    return new DebianPostgres(cluster, tools);
  }

  /** What `DATABASE_URL` is set to. */
  get ownerUrl(): string {
    return this.cluster.url(OWNER, OWNER, PASSWORD);
  }

  get superuserUrl(): string {
    return this.cluster.url(OWNER);
  }

  /** A file of this cluster's own folder. */
  path(name: string): string {
    return join(this.cluster.dir, name);
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

  query(sql: string, database: string = OWNER): Promise<unknown[]> {
    return this.cluster.query(sql, database);
  }

  remove(): Promise<void> {
    return this.cluster.remove();
  }
}
