import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster, seconds } from '../support/cluster.js';
import { FakeClock } from '../support/fake-clock.js';
import type { Scenario } from './scenario.js';

/** Longer than events may be sent without reading the orders again (3 s). */
const PAUSE_S = 5;
const ROUNDS = 2;

/** An instance and its clocks stand still while a transaction that had written its event commits. */
export const shortPause: Scenario = {
  name: 'short-pause',
  guarantee:
    'An event that was written before a pause and committed during it is not sent to somebody who was locked ' +
    'out before the commit',
  isShort: true,
  needs: ['faketime'],
  run: async ({ say }) => {
    const cluster = await Cluster.create();
    const clock = new FakeClock(true);
    const writer = new pg.Client({ connectionString: cluster.postgres.superuserUrl });
    try {
      const server = await cluster.start({ env: clock.env });
      await writer.connect();
      const measured: Record<string, string> = {};
      let pausedS = 0;
      for (let round = 1; round <= ROUNDS; round++) {
        const clinic = await cluster.createTenant();
        const userId = randomUUID();
        const connect = async (sub: string) =>
          cluster.tryConnect(server, await mintToken({ role: 'clinician', tenantId: clinic, sub }));
        await cluster.query(
          `INSERT INTO wardbell.user_account (id, tenant_id, email, name, role)
           VALUES ($1::uuid, $2, $1::uuid || '@example.org', 'Somebody', 'clinician')`,
          [userId, clinic],
        );
        const [lockedOut, witness] = [await connect(userId), await connect(randomUUID())];
        await writer.query('BEGIN');
        await writer.query(`SELECT FROM wardbell.append($1, '[{"type": "secret", "data": {}}]', '[]')`, [
          clinic,
        ]);
        server.process.kill('SIGSTOP');
        say('paused');
        const startMs = performance.now();
        await cluster.query(`UPDATE wardbell.user_account SET status = 'disabled' WHERE id = $1`, [userId]);
        await cluster.query(
          `INSERT INTO wardbell.disconnect_order (tenant_id, user_id, close) VALUES ($1, $2, 'accessRevoked')`,
          [clinic, userId],
        );
        await delay(PAUSE_S * 1_000);
        await writer.query('COMMIT');
        // the head notice waits at the instance: it answers it before anything else
        await cluster.query(`SELECT pg_notify('wardbell', $1)`, [
          JSON.stringify({ from: 'another instance', heads: { [clinic]: 1 } }),
        ]);
        pausedS += (performance.now() - startMs) / 1_000;
        clock.shift(-pausedS);
        server.process.kill('SIGCONT');
        const thawedMs = performance.now();
        await eventually(() => witness.events.length === 1, { what: 'the event at the witness' }).catch(() =>
          cluster.find('lost', 'the witness did not get the event'),
        );
        measured[`round ${round}`] = `witness complete after ${seconds(thawedMs)}`;
        const closed = await lockedOut.closed(5_000).catch(() => undefined);
        if (closed?.code !== 4403) cluster.find('foreign', 'somebody who was locked out is still connected');
        if (lockedOut.events.length > 0)
          cluster.find('foreign', 'somebody who was locked out got an event that committed after');
      }
      return { findings: cluster.findings, measured };
    } finally {
      await writer.end();
      await cluster.stop();
      clock.remove();
    }
  },
};
