import { z } from 'zod';
import { Clinic } from '../../integration/delivery/support/clinic.js';
import type { TestDatabase } from '../../support/database.js';
import { startServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { connectEventually } from '../support/connect-eventually.js';
import { judgeOneMessage } from '../support/one-message.js';
import type { Finding } from '../support/oracle.js';
import { openOwnDatabase } from '../support/own-database.js';
import { Postgres } from '../support/postgres.js';
import type { Scenario } from './scenario.js';

const CRASHES = 2;
/** Events before each crash, which takes them back, and after it, under the same numbers and some more. */
const LOST = 10;
const REPEATED = 30;
const NOTICED_MS = 10_000;

/** A disk that confirms what it has not written, as far as PostgreSQL can play one: no commit waits for it. */
const SETTINGS = { synchronous_commit: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '0' };
const LIE = `CREATE OR REPLACE FUNCTION wardbell.commit_durably() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'`;

const WalWriter = z.object({ pid: z.number(), isIdle: z.boolean() });
const walWriter = async (database: TestDatabase): Promise<z.output<typeof WalWriter>> => {
  const [row] = await database.query(
    `SELECT pid, wait_event = 'WalWriterMain' AS "isIdle" FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
  );
  return WalWriter.parse(row);
};

/**
 * Everything so far survives a crash, nothing from now on does. The process is stopped between two rounds of its work:
 * within one it holds a lock that every commit needs.
 */
const stopWritingWal = async (database: TestDatabase, postgres: Postgres): Promise<void> => {
  await eventually(async () => {
    const { pid } = await walWriter(database);
    postgres.freezeWalWriter(pid);
    if ((await walWriter(database)).isIdle) return true;
    postgres.thaw();
    return false;
  });
  await database.query('CHECKPOINT');
};

/** PostgreSQL crashes and forgets commits whose events were delivered. */
export const lostCommits: Scenario = {
  name: 'lost-commits',
  guarantee: 'Clients load again when a crash took back commits and their numbers were given out again',
  isShort: true,
  run: async ({ say }) => {
    const postgres = await Postgres.create(SETTINGS);
    const database = openOwnDatabase(postgres);
    const server = await startServer({ database });
    const findings: Finding[] = [];
    let slowestMs = 0;
    try {
      await database.query(LIE);
      const clinic = await Clinic.create(database);
      await clinic.emit(3);
      for (let crash = 1; crash <= CRASHES; crash++) {
        const socket = await connectEventually(server.wsUrl, { token: await clinic.token() });
        const before = await clinic.position();
        await stopWritingWal(database, postgres);
        await clinic.emit(LOST);
        await socket.waitFor(({ seq }) => seq === before.seq + LOST);
        await postgres.kill();
        await postgres.start();
        const startMs = performance.now();
        const left = await clinic.position();
        if (left.seq !== before.seq) throw new Error(`crash ${crash} took back nothing`);
        await clinic.emit(REPEATED);
        say(`crash ${crash}: from ${before.seq + LOST} back to ${left.seq}`);
        const isTold = () => socket.frames.some(({ type }) => type === 'resync_required');
        await eventually(isTold, { timeoutMs: NOTICED_MS }).catch(() => {
          findings.push({
            kind: 'stale',
            text: `crash ${crash}: numbers were repeated and nobody was told`,
          });
        });
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
        await socket.close();
        // a client that resumes with the old epoch must load again as well
        const back = await connectEventually(server.wsUrl, {
          token: await clinic.token(),
          query: { since: String(before.seq + LOST), epoch: before.epoch },
        });
        await eventually(() => back.frames.some(({ type }) => ['resumed', 'resync_required'].includes(type)));
        if (back.frames.some(({ type }) => type === 'resumed'))
          findings.push({ kind: 'lost', text: `crash ${crash}: a position of the lost history was resumed` });
        await back.close();
      }
      findings.push(...(await judgeOneMessage(server, database)));
      return {
        findings,
        measured: {
          crashes: `${CRASHES}, each took ${LOST} commits back`,
          'told after': `${(slowestMs / 1_000).toFixed(1)} s`,
        },
      };
    } finally {
      await server.stop();
      await database.drop();
      await postgres.remove();
    }
  },
};
