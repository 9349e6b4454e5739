import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { PgBouncer, type PoolMode } from '../../support/pgbouncer.js';
import { describeWith } from '../../support/programs.js';
import type { RunningServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually, scaled } from '../../support/wait.js';

const WRITES = 20;
const Report = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), z.looseObject({ status: z.string(), reason: z.string().optional() })),
});

describeWith('pgbouncer', 'PgBouncer', () => {
  describe.each<PoolMode>(['session', 'transaction'])('in %s mode', (mode) => {
    useDatabase({ empty: true });
    let bouncer: PgBouncer;
    let writing: RunningServer;
    let reading: RunningServer;
    const tenantId = randomUUID();

    beforeAll(async () => {
      bouncer = await PgBouncer.start(database.superuserUrl, mode);
      const pooled = { DATABASE_URL: bouncer.through(database.ownerUrl) };
      const { hostname, port, pathname } = new URL(database.ownerUrl);
      const direct = { LISTEN_DATABASE_URL: `postgresql://${hostname}:${port}${pathname}` };
      // the first migrates; both at once would only wait for each other
      writing = await startAnother(pooled);
      reading = await startAnother({ ...pooled, ...(mode === 'transaction' ? direct : {}) });
      await database.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [
        tenantId,
        'clinic',
      ]);
    });
    afterAll(async () => {
      await bouncer?.stop();
    });

    const health = async (server: RunningServer) =>
      Report.parse(await (await fetch(`${server.url}/health`)).json());

    it('carries migrations, writes and events of two instances, and health is green', async () => {
      const token = await mintToken({ role: 'clinician', tenantId });
      const socket = await connect(reading.wsUrl, { token });
      const answers = await Promise.all(
        Array.from({ length: WRITES }, (_, n) =>
          call(writing.url, 'POST', '/patients', {
            token,
            body: { first_name: 'Ada', last_name: `Example ${n}` },
          }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      await socket.waitFor(({ seq }) => seq === WRITES);
      expect(socket.events.map(({ seq }) => seq)).toEqual(Array.from({ length: WRITES }, (_, n) => n + 1));
      await eventually(async () => (await health(reading)).status === 'healthy', { what: 'health' });
    });

    it('leaves no session lock behind after a start that fails', async () => {
      await database.query(`UPDATE wardbell._prisma_migrations SET checksum = reverse(checksum)`);
      try {
        const started = startAnother({ DATABASE_URL: bouncer.through(database.ownerUrl) });
        await expect(started).rejects.toThrow('was changed after it was applied');
      } finally {
        await database.query(`UPDATE wardbell._prisma_migrations SET checksum = reverse(checksum)`);
      }
      expect(
        await database.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`),
      ).toEqual([]);
    });

    it('ends statements of the run-time roles after a bound of PostgreSQL itself', async () => {
      const rows = await database.query(
        `SELECT rolname, 'statement_timeout=15s' = ANY(rolconfig) AS bounded FROM pg_roles
         WHERE rolname IN ('wardbell_app', 'wardbell_auth', 'wardbell_relay') ORDER BY rolname`,
      );
      expect(rows).toEqual([
        { rolname: 'wardbell_app', bounded: true },
        { rolname: 'wardbell_auth', bounded: true },
        { rolname: 'wardbell_relay', bounded: true },
      ]);
    });

    if (mode === 'transaction')
      it('carries no notifications: an instance without LISTEN_DATABASE_URL says so once and sweeps', async () => {
        const told = await eventually(async () => {
          const report = await health(writing);
          return report.status === 'degraded' ? report : undefined;
        });
        expect(told.checks['bus']).toMatchObject({
          status: 'degraded',
          reason: expect.stringContaining('LISTEN_DATABASE_URL'),
        });
        const lines = writing.logs().filter(({ msg }) => msg.startsWith('no notification comes through'));
        expect(lines).toHaveLength(1);
        const socket = await connect(writing.wsUrl, {
          token: await mintToken({ role: 'clinician', tenantId }),
        });
        const startMs = performance.now();
        const answer = await call(reading.url, 'POST', '/patients', {
          token: await mintToken({ role: 'clinician', tenantId }),
          body: { first_name: 'Grace', last_name: 'Example' },
        });
        expect(answer.status).toBe(201);
        await socket.waitFor('patient_created');
        expect(performance.now() - startMs).toBeLessThan(scaled(30_000));
      });
  });
});
