import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Checks } from '../support/checks.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { findPostgresTools } from '../support/postgres-tools.mjs';
import { eventually } from '../support/wait.js';
import { checkEmbedded } from './embedded.js';
import { takeFingerprint } from './fingerprint.js';
import { type History, start, writeHistory } from './history.js';
import { Operator, ownerUrlOf } from './operator.js';
import { checkRestore } from './restore.js';
import { listVersions } from './versions.js';

const checks = new Checks();
const tools = findPostgresTools();
if (tools === undefined)
  checks.skip('all of it', 'there are no client programs of PostgreSQL on this machine');
else {
  const operator = new Operator(tools);
  try {
    await main(tools, operator);
  } finally {
    operator.remove();
  }
}
process.exitCode = checks.summarise();

async function main(dir: string, operator: Operator): Promise<void> {
  const printed = execFileSync(join(dir, 'pg_dump'), ['--version'], { encoding: 'utf8' });
  const client = Number(/\) (\d+)/.exec(printed)?.[1]);
  const [source, ...others] = listVersions({ major: client, dir });
  if (source === undefined) throw new Error('there is no version to begin with');
  let history: History | undefined;
  let fingerprint: Readonly<Record<string, string>> = {};
  await checks.check(`a dump is taken from PostgreSQL ${client} while a server works on it`, async () => {
    const cluster = await PostgresCluster.start(await source.binaries());
    try {
      await operator.makeDatabase(cluster);
      const server = await start({ database: { ownerUrl: ownerUrlOf(cluster) } });
      try {
        history = await writeHistory(server, async () => {
          // A server writes some things a moment later (who read what): the dump and the fingerprint must be of the same rows.
          await eventually(
            async () => {
              fingerprint = await takeFingerprint(cluster);
              await operator.follow('Backup', cluster);
              return isDeepStrictEqual(await takeFingerprint(cluster), fingerprint);
            },
            { what: 'a dump during which nothing was written' },
          );
        });
      } finally {
        await server.stop();
      }
    } finally {
      await cluster.remove();
    }
  });
  if (history === undefined) return;
  for (const version of [source, ...others]) {
    if (version.major < client)
      checks.skip(`restore into PostgreSQL ${version.major}`, `the clients are of ${client}`);
    else await checkRestore({ checks, operator, version, client, history, fingerprint });
  }
  await checkEmbedded(checks, operator);
}
