import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startServer } from '../../support/server.js';
import { ClinicWriter } from '../support/clinic-writer.js';
import type { Finding } from '../support/oracle.js';
import { Postgres } from '../support/postgres.js';
import type { Scenario } from './scenario.js';

const HOLD_MS = 8_000;
const WRITERS = 12;
/** More than may wait: the rest is refused at once. */
const BURST = 260;
/** What a write of another clinic may take. Without a share for each it waited 5 s, or was refused. */
const MAX_OTHER_MS = 2_000;

/** Somebody holds the head of one clinic (a migration of theirs, a debugger) while others work. */
export const heldHead: Scenario = {
  name: 'held-head',
  guarantee: 'A clinic whose head is locked does not slow the writes of other clinics',
  isShort: false,
  async run({ say }) {
    const postgres = await Postgres.create();
    const server = await startServer({ database: postgres });
    const holder = new pg.Client({ connectionString: postgres.superuserUrl });
    try {
      await holder.connect();
      const held = new ClinicWriter(server);
      const other = new ClinicWriter(server);
      for (const { tenantId } of [held, other])
        await holder.query(
          'INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1::uuid, $1::text, $1::text)',
          [tenantId],
        );
      await other.write();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [held.tenantId]);
      say('head held');

      const untilMs = performance.now() + HOLD_MS;
      const repeat = async (writer: ClinicWriter, pauseMs: number) => {
        while (performance.now() < untilMs) {
          await writer.write();
          await delay(pauseMs);
        }
      };
      const stuck = Array.from({ length: WRITERS }, () => repeat(held, 50));
      await repeat(other, 50);
      const health = await fetch(`${server.url}/health/ready`);
      await Promise.all(stuck);
      await Promise.all(Array.from({ length: BURST }, () => held.write()));
      await holder.query('ROLLBACK');
      say('head released');

      const findings: Finding[] = [...held.judgeOutcomes([409, 503]), ...other.judgeOutcomes([])];
      const slowestMs = Math.max(...other.outcomes.map(({ durationMs }) => durationMs));
      if (slowestMs > MAX_OTHER_MS)
        findings.push({ kind: 'unavailable', text: `another clinic waited ${Math.round(slowestMs)} ms` });
      if (health.status !== 200)
        findings.push({ kind: 'unavailable', text: 'not ready, though other clinics could write' });
      const after = await held.write();
      if (after.status !== 201)
        findings.push({ kind: 'unavailable', text: `the released clinic was answered ${after.status}` });
      return {
        findings,
        measured: {
          'slowest write of another clinic': `${Math.round(slowestMs)} ms`,
          'writes of another clinic': String(other.saved.length),
        },
      };
    } finally {
      await holder.end();
      await server.stop();
      await postgres.remove();
    }
  },
};
