import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OWNER } from '../../server/src/database/embedded/owner.js';
import type { PostgresCluster } from '../support/postgres-cluster.js';
import { readCommands } from './page.js';

const run = promisify(execFile);
export const OPERATIONS = 'docs/operations.md';
const OWNER_PASSWORD = 'of-the-owner';

export const ownerUrlOf = (cluster: PostgresCluster): string => cluster.url(OWNER, OWNER, OWNER_PASSWORD);

/** A person at a shell, in a folder of their own, who runs what the documentation says. */
export class Operator {
  readonly folder = mkdtempSync(join(tmpdir(), 'wardbell-operator-'));

  constructor(readonly tools: string) {}

  /** Runs the commands of a section, in the environment of a cluster's superuser. */
  async follow(heading: string, cluster: PostgresCluster, page = OPERATIONS): Promise<void> {
    await this.run(readCommands(page, heading, 'sh', OWNER_PASSWORD), {
      ...cluster.environment,
      DATABASE_URL: ownerUrlOf(cluster),
    });
  }

  /** Makes the owner and its database as docs/production.md says. */
  async makeDatabase(cluster: PostgresCluster): Promise<void> {
    for (const statement of readCommands('docs/production.md', 'Database', 'sql', OWNER_PASSWORD).split(';'))
      if (statement.trim() !== '') await cluster.query(statement, 'postgres');
  }

  /** Runs a script of the shell that must succeed; answers what it printed. */
  async run(script: string, env: Readonly<Record<string, string>>): Promise<string> {
    const { stdout, stderr } = await run('sh', ['-euc', script], {
      cwd: this.folder,
      env: { ...env, PATH: `${this.tools}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C.UTF-8' },
    });
    return stdout + stderr;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
