import pg from 'pg';
import { Clinic } from '../../integration/delivery/support/clinic.js';
import { startServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { connectEventually } from '../support/connect-eventually.js';
import { judgeOneMessage } from '../support/one-message.js';
import type { Finding } from '../support/oracle.js';
import { openOwnDatabase } from '../support/own-database.js';
import { Postgres } from '../support/postgres.js';
import type { Scenario } from './scenario.js';

/** Any write that does wait, as an instance's heartbeat, saves what was written before it: not every crash forgets. */
const MAX_CRASHES = 8;
const CRASHES_WITH_LOSS = 2;
/** Events before each crash, which takes them back, and after it, under the same numbers and some more. */
const LOST = 10;
const REPEATED = 30;
const NOTICED_MS = 10_000;

/** Emits as a service does that does not wait for the disk. */
const emitUnsafely = async (url: string, tenantId: string, count: number): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    await client.query(
      `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('n', n)) FROM generate_series(1, $2::int) n`,
      [tenantId, count],
    );
  } finally {
    await client.end();
  }
};

/** PostgreSQL crashes and forgets commits whose events were delivered. */
export const lostCommits: Scenario = {
  name: 'lost-commits',
  guarantee: 'Clients load again when a crash took back commits and their numbers were given out again',
  isShort: true,
  run: async ({ say }) => {
    // the WAL is written only when somebody waits for it
    const postgres = await Postgres.create({ wal_writer_delay: '10s', wal_writer_flush_after: '0' });
    const database = openOwnDatabase(postgres);
    const server = await startServer({ database });
    const findings: Finding[] = [];
    let slowestMs = 0;
    let crashesWithLoss = 0;
    try {
      const clinic = await Clinic.create(database);
      await clinic.emit(3);
      let crashes = 0;
      while (crashes < MAX_CRASHES && crashesWithLoss < CRASHES_WITH_LOSS) {
        const crash = ++crashes;
        const socket = await connectEventually(server.wsUrl, { token: await clinic.token() });
        const before = await clinic.position();
        await emitUnsafely(postgres.superuserUrl, clinic.id, LOST);
        await socket.waitFor(({ seq }) => seq === before.seq + LOST);
        await postgres.kill();
        await postgres.start();
        const startMs = performance.now();
        const left = await clinic.position();
        await emitUnsafely(postgres.superuserUrl, clinic.id, REPEATED);
        say(`crash ${crash}: from ${before.seq + LOST} back to ${left.seq}`);
        if (left.seq < before.seq + LOST) {
          crashesWithLoss += 1;
          const isTold = () => socket.frames.some(({ type }) => type === 'resync_required');
          await eventually(isTold, { timeoutMs: NOTICED_MS }).catch(() => {
            findings.push({
              kind: 'stale',
              text: `crash ${crash}: numbers were repeated and nobody was told`,
            });
          });
          slowestMs = Math.max(slowestMs, performance.now() - startMs);
        }
        await socket.close();
        // whoever resumes with the old epoch must load again as well
        const back = await connectEventually(server.wsUrl, {
          token: await clinic.token(),
          query: { since: String(before.seq + LOST), epoch: before.epoch },
        });
        await eventually(() => back.frames.some(({ type }) => ['resumed', 'resync_required'].includes(type)));
        if (left.seq < before.seq + LOST && back.frames.some(({ type }) => type === 'resumed'))
          findings.push({ kind: 'lost', text: `crash ${crash}: a position of the lost history was resumed` });
        await back.close();
      }
      if (crashesWithLoss === 0) findings.push({ kind: 'unavailable', text: 'no crash took a commit back' });
      findings.push(...(await judgeOneMessage(server, database)));
      return {
        findings,
        measured: {
          crashes: `${crashesWithLoss} of ${crashes} took commits back`,
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
