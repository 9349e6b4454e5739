import assert from 'node:assert/strict';
import type { Checks } from '../support/checks.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { eventually } from '../support/wait.js';
import { takeFingerprint } from './fingerprint.js';
import { expectWorks, type History, returnTo, start, useRestored } from './history.js';
import { OPERATIONS, Operator, ownerUrlOf } from './operator.js';
import { readStatement } from './page.js';
import type { Version } from './versions.js';

/** From this version on only a role's administrators may give it a login. */
const ADMIN_OPTION_MAJOR = 16;

interface Restore {
  readonly checks: Checks;
  readonly operator: Operator;
  readonly version: Version;
  /** Major version of the client programs. */
  readonly client: number;
  readonly history: History;
  readonly fingerprint: Readonly<Record<string, string>>;
}

/** Restores into one version, in each of the ways of docs/operations.md. */
export async function checkRestore({
  checks,
  operator,
  version: { major, origin, binaries },
  client,
  history,
  fingerprint,
}: Restore): Promise<void> {
  const into = `PostgreSQL ${major} (${origin})`;
  let cluster: PostgresCluster | undefined;
  try {
    const isRestored = await checks.check(`a new cluster of ${into} has all of the backup`, async () => {
      cluster = await PostgresCluster.start(await binaries());
      await operator.follow('Into a new cluster', cluster);
      assert.deepEqual(await takeFingerprint(cluster), fingerprint);
    });
    if (cluster === undefined || !isRestored) return;
    const restored = cluster;
    const options = { database: { ownerUrl: ownerUrlOf(restored) } };
    await checks.check(`a server on ${into} goes on from the backup, and clients load again`, () =>
      useRestored(options, history),
    );
    await checks.check(`a restore into the same database of ${into} is noticed by a server that runs`, () =>
      checkSameDatabase(operator, restored, history),
    );
    await checks.check(
      `roles that a superuser of ${into} made serve once the owner administers them`,
      async () => {
        await restored.query('DROP DATABASE wardbell WITH (FORCE)', 'postgres');
        await restored.query('DROP ROLE wardbell_app, wardbell_auth, wardbell_relay', 'postgres');
        await restored.query(
          'CREATE ROLE wardbell_app NOLOGIN; CREATE ROLE wardbell_auth NOLOGIN; CREATE ROLE wardbell_relay NOLOGIN',
          'postgres',
        );
        await operator.follow('Into a new database of the same cluster', restored);
        assert.deepEqual(await takeFingerprint(restored), fingerprint);
        if (major >= ADMIN_OPTION_MAJOR) {
          await assert.rejects(start(options), /WITH ADMIN OPTION/);
          await restored.query(readStatement(OPERATIONS, 'GRANT wardbell_app'), 'postgres');
        }
        await useRestored(options, history);
      },
    );
    if (major > client) {
      await checks.check(`pg_dump ${client} refuses ${into}, as the page says`, async () => {
        // it empties its file before it looks at the server
        const another = new Operator(operator.tools);
        try {
          await assert.rejects(another.follow('Backup', restored), /server version mismatch/);
        } finally {
          another.remove();
        }
      });
    }
  } finally {
    await cluster?.remove();
  }
}

async function checkSameDatabase(
  operator: Operator,
  cluster: PostgresCluster,
  history: History,
): Promise<void> {
  const server = await start({ database: { ownerUrl: ownerUrlOf(cluster) } });
  try {
    const socket = await returnTo(server, { ...history, savedSeq: history.savedSeq + 1 });
    await operator.follow('Into the same database', cluster);
    await eventually(
      () =>
        socket.frames.filter(({ type }) => type === 'resync_required').at(1)?.data?.['seq'] ===
        history.savedSeq,
      { timeoutMs: 30_000, what: 'the client being told to load again' },
    );
    await eventually(async () => (await fetch(`${server.url}/health/ready`)).status === 200, {
      timeoutMs: 30_000,
      what: 'the server being ready again',
    });
    await expectWorks(server, history, socket);
    await socket.close();
  } finally {
    await server.stop();
  }
}
